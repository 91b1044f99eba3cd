/** SPEC.md of this folder names every adversary and every promise. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { insiderPrograms } from './insider.ts'
import { relayPrograms } from './relay-program.ts'
import { exMemberWays } from './schedule.ts'
import { strangerManners } from './strangers.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const rows = read('SPEC.md').split('\n')

test.each([
  ['relay', relayPrograms],
  ['insider', insiderPrograms],
  ['strangers', strangerManners],
  ['ex-member', exMemberWays],
] as const)('programs of %s', (who, programs) => {
  const row = rows.find((line) => line.startsWith(`| ${who} `)) ?? ''
  const named = row.split('|')[2]!.match(/[a-z-]+/g)
  expect(named).toEqual([...programs])
})

test('each promise has a row, and an edit that breaks it', () => {
  const promised = Array.from({ length: 17 }, (_, i) => `I${i + 1}`)
  const table = rows
    .filter((line) => /^\| (I\d|healing)/.test(line))
    .flatMap((line) => line.split('|')[1]!.match(/I\d+|healing/g))
  expect(table.sort()).toEqual([...promised, 'healing'].sort())
  const mutations = read('../../../tools/mutations.test.ts')
  for (const promise of table)
    expect(mutations, `${promise}`).toMatch(new RegExp(`mutation\\(\\s*'${promise}'`))
})
