/**
 * Tests the simulation: each promise of `src/peer/SPEC.md` is broken by one edit in a copy of the sources, and the
 * simulated histories must report exactly that promise.
 */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join as pathOf } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const temporary = mkdtempSync(pathOf(tmpdir(), 'mlwe-pake-mutations-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

interface Mutation {
  /** The promise of `src/peer/SPEC.md` that the edit breaks. */
  readonly promise: string
  readonly sabotage: string
  readonly edits: readonly (readonly [file: string, from: string, to: string])[]
  /** What the simulation reports; usually the name of the promise. */
  readonly caught: RegExp
  readonly history: 'group' | 'pre-keys'
  /** The schedule of a group's history; `null`: the one that the seed gives. */
  readonly schedule: readonly object[] | null
  /** Seeds 1 to `runs` are tried. */
  readonly runs: number
}

const join = { kind: 'join', wait: 2_000 }
const trick = (name: string) => ({ kind: 'insider', trick: name, who: 0, wait: 1_000 })

const mutation = (
  promise: string,
  sabotage: string,
  edits: Mutation['edits'],
  rest: Partial<Mutation> = {},
): Mutation => ({
  promise,
  sabotage,
  edits,
  caught: new RegExp(`^${promise}: `),
  history: 'group',
  schedule: null,
  runs: 12,
  ...rest,
})

const mutations: readonly Mutation[] = [
  mutation(
    'I1',
    'an epoch that does not name its receiver is accepted',
    [
      ['group/group.ts', '!members.includes(state.self) || ', ''],
      [
        'group/epoch.ts',
        'const sending = chains.get(self)',
        'const sending = chains.get(self) ?? chains.get(header.author)',
      ],
    ],
    { schedule: [join, join, join, trick('misdeliver')] },
  ),
  mutation('I2', 'an epoch is usable even if it disagrees with the roster', [
    ['group/state.ts', 'epoch.rosterHash === hash && ', ''],
  ]),
  mutation(
    'I3',
    'a newcomer receives the previous epoch, and accepts it without being named in it',
    [
      ['group/group.ts', '!members.includes(state.self) || ', ''],
      ['group/group.ts', 'if (pending?.waiting.has(member))', 'if (pending)'],
      [
        'group/epoch.ts',
        'const sending = chains.get(self)',
        'const sending = chains.get(self) ?? chains.get(header.author)',
      ],
    ],
    { schedule: [join, join, ...Array.from({ length: 4 }, () => ({ kind: 'join', wait: 150 }))], runs: 30 },
  ),
  mutation('I4', 'members do not announce their heads', [
    ['group/gossip.ts', 'const headsMs = 5_000', 'const headsMs = 5_000_000_000'],
  ]),
  mutation('I5', 'headers are sealed under one nonce', [
    ['ratchet/header.ts', 'crypto.random(nonceBytes)', 'new Uint8Array(nonceBytes)'],
  ]),
  mutation('I6', 'a rejected event makes a member forget whom it has heard', [
    [
      'peer/peer.ts',
      'return { state, effects: [{ kind:',
      'return { state: { ...state, heard: new Map() }, effects: [{ kind:',
    ],
  ]),
  mutation('I7', 'frames leave before the state is stored', [
    ['peer/peer.ts', "effects.unshift({ kind: 'persist' })", "effects.push({ kind: 'persist' })"],
  ]),
  mutation(
    'I8',
    'the commitment is not compared',
    [['group/epoch.ts', 'equalSecrets(expected, commitment) ?', 'expected.length === 32 ?']],
    { schedule: [join, join, join, trick('two-secrets')] },
  ),
  mutation(
    'I9',
    'an evicted member is still named and served',
    [
      ['peer/pairing.ts', 'part(work, effect.member)', 'continue'],
      [
        'group/authoring.ts',
        'const members = membersOf(state)',
        "const members = [...membersOf(state), ...[...state.roster.removes.keys()].map((id) => ({ id, name: '', sponsor: id, lease: 1, life: 0 }))].sort((a, b) => (a.id < b.id ? -1 : 1))",
      ],
    ],
    { schedule: [join, join, join, { kind: 'evict', who: 0, wait: 3_000 }] },
  ),
  mutation(
    'I10',
    'a used pre-key stays in the stock',
    [['prekeys/stock.ts', 'stock: stock.filter((one) => one !== preKey)', 'stock']],
    { history: 'pre-keys' },
  ),
  mutation('I11', 'a frame carries the plaintext next to the sealed message', [
    [
      'peer/pairing.ts',
      "encode(frame, { kind: 'group', body: sealed.bytes, tag })",
      "encode(frame, { kind: 'group', body: new Uint8Array([...sealed.bytes, ...plain]), tag })",
    ],
  ]),
]

/** Plays seeds until one shows a violation; prints the violation, or `none`. */
const runner = `
import { runHistory } from './src/peer/simulation/history.ts'
import { runPreKeyHistory } from './src/peer/simulation/pre-key-history.ts'
const { history, schedule, runs } = JSON.parse(process.argv[2])
let found = null
for (let seed = 1; seed <= runs && found === null; seed++) {
  found = history === 'group'
    ? (await runHistory(seed, { fast: true, ...(schedule === null ? {} : { schedule }) })).violation
    : await runPreKeyHistory(seed)
}
console.log(found ?? 'none')
`

let copies = 0
/** Plays a copy of the sources with `edits`; returns what the simulation reports. */
const play = ({ edits, ...how }: Pick<Mutation, 'edits' | 'history' | 'schedule' | 'runs'>): string => {
  const directory = pathOf(temporary, `${copies++}`)
  cpSync(pathOf(root, 'src'), pathOf(directory, 'src'), {
    recursive: true,
    filter: (path) => !/\.test\.ts$|\/(ui|host)$/.test(path),
  })
  cpSync(pathOf(root, 'signaling'), pathOf(directory, 'signaling'), { recursive: true })
  cpSync(pathOf(root, 'package.json'), pathOf(directory, 'package.json'))
  symlinkSync(pathOf(root, 'node_modules'), pathOf(directory, 'node_modules'))
  for (const [file, from, to] of edits) {
    const path = pathOf(directory, 'src', file)
    const text = readFileSync(path, 'utf8')
    expect(text.split(from), `${file} contains the line to edit once`).toHaveLength(2)
    writeFileSync(path, text.replace(from, to))
  }
  writeFileSync(pathOf(directory, 'run.ts'), runner)
  const tsx = pathOf(root, 'node_modules', '.bin', 'tsx')
  const { stdout, stderr } = spawnSync(tsx, ['run.ts', JSON.stringify(how)], {
    cwd: directory,
    encoding: 'utf8',
  })
  rmSync(directory, { recursive: true })
  return stdout.trim() || stderr
}

describe('for each promise the simulation catches an edit that breaks it', () => {
  it('without an edit, the same histories pass', () => {
    for (const { history, schedule, runs } of mutations.filter((one) => one.schedule !== null)) {
      expect(play({ edits: [], history, schedule, runs })).toBe('none')
    }
    for (const history of ['group', 'pre-keys'] as const) {
      expect(play({ edits: [], history, schedule: null, runs: 12 })).toBe('none')
    }
  })
  it.each(mutations)('$promise: $sabotage', (one) => {
    expect(play(one)).toMatch(one.caught)
  })
})
