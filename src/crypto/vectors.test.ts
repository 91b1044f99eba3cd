import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { loadEngines } from './vectors/engines.ts'
import { runFile } from './vectors/files.ts'
import { explainTally, printTally } from './vectors/tally.ts'

const folder = new URL('./vectors/', import.meta.url)
const engines = await loadEngines()
const read = async (name: string) => JSON.parse(await readFile(new URL(name, folder), 'utf8'))

const expected: Readonly<Record<string, string>> = {
  'wycheproof-aes-gcm.json': '66 passed, 0 failed, 250 skipped',
  'wycheproof-hkdf-sha256.json': '86 passed, 0 failed',
  'wycheproof-hmac-sha256.json': '87 passed, 0 failed, 87 skipped',
  'wycheproof-mlkem-1024-semi-expanded-decaps.json': '9 passed, 0 failed',
  'wycheproof-mlkem-768-encaps.json': '265 passed, 0 failed',
  'wycheproof-mlkem-768-keygen-seed.json': '100 passed, 0 failed',
  'wycheproof-mlkem-768-semi-expanded-decaps.json': '9 passed, 0 failed',
  'wycheproof-pbkdf2-hmacsha256.json': '60 passed, 0 failed',
  'wycheproof-x25519.json': '518 passed, 0 failed',
  'x-wing.json': '3 passed, 0 failed',
}

test('every file of the folder is expected below', async () => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  expect(names.sort()).toEqual(Object.keys(expected).sort())
})

test.each(Object.entries(expected))('%s', async (name, line) => {
  const tally = await runFile(await read(name), engines)
  expect(tally?.failures).toEqual([])
  expect(tally === null ? null : printTally(tally)).toBe(line)
})

const own = [
  'pake/vectors/cpace-oquake.json',
  'identity/vectors/identity.json',
  'ratchet/vectors/pair-exchange.json',
  'group/vectors/group.json',
  'prekeys/vectors/pre-keys.json',
  'files/vectors/file.json',
  'peer/vectors/forms.json',
  'peer/vectors/room-session.json',
]

test.each(own)('%s, the project’s own, is read and derived again', async (path) => {
  const file = await read(`../../${path}`)
  const tally = await runFile(file, engines)
  expect(tally?.failures).toEqual([])
  expect(tally?.passed).toBeGreaterThan(20)
})

test('another value in an own file is found, and so are one more and one less', async () => {
  const file = await read('../../group/vectors/group.json')
  const { rosterHash: _, ...less } = file.derived
  for (const [derived, failures] of [
    [{ ...file.derived, id: '00' }, ['derived.id']],
    [{ ...file.derived, more: '00' }, ['derived.more']],
    [less, ['derived.rosterHash']],
  ])
    expect((await runFile({ ...file, derived }, engines))?.failures).toEqual(failures)
})

describe('the runner can fail', () => {
  type Test = Record<string, unknown>
  /** The first case that `pick` likes, alone in its file, changed. */
  const runChanged = async (name: string, pick: (test: Test) => boolean, change: Test) => {
    const file = await read(name)
    for (const group of file.testGroups) {
      const found = group.tests.find(pick)
      if (found === undefined) continue
      const tests = [{ ...found, ...change }]
      return runFile({ ...file, testGroups: [{ ...group, tests }] }, engines)
    }
    throw new Error('no such case')
  }
  const valid = ({ result }: Test) => result === 'valid'
  const invalid = ({ result }: Test) => result === 'invalid'

  test.each([
    ['wycheproof-hkdf-sha256.json', { okm: '00' }],
    ['wycheproof-mlkem-768-keygen-seed.json', { ek: '00' }],
    ['wycheproof-mlkem-768-encaps.json', { K: '00' }],
    ['wycheproof-mlkem-768-semi-expanded-decaps.json', { K: '00' }],
    ['wycheproof-pbkdf2-hmacsha256.json', { dk: '00' }],
    ['wycheproof-x25519.json', { shared: '01' }],
  ])('%s with a wrong result', async (name, change) => {
    expect((await runChanged(name, valid, change))?.failed).toBe(1)
  })

  test.each([
    'wycheproof-hkdf-sha256.json',
    'wycheproof-mlkem-768-encaps.json',
    'wycheproof-mlkem-768-semi-expanded-decaps.json',
    'wycheproof-hmac-sha256.json',
  ])('%s: an invalid case that is called valid, and the reverse', async (name) => {
    expect((await runChanged(name, invalid, { result: 'valid' }))?.failed).toBe(1)
    expect((await runChanged(name, valid, { result: 'invalid' }))?.failed).toBe(1)
  })

  test('skips are counted with their reasons, failures by name', async () => {
    const aes = await runFile(await read('wycheproof-aes-gcm.json'), engines)
    expect(aes === null ? null : explainTally(aes)).toEqual([
      "skipped 211: key of another size than the product's 256 bits",
      "skipped 39: nonce of another size than the product's 96 bits",
    ])
    const changed = await runChanged('wycheproof-hkdf-sha256.json', valid, { okm: '00' })
    expect(changed === null ? null : explainTally(changed)).toEqual(['failed: case 1'])
  })

  test('an unknown format is said to be one', async () => {
    expect(await runFile({ schema: 'other' }, engines)).toBeNull()
    expect(await runFile([], engines)).toBeNull()
    expect(await runFile(null, engines)).toBeNull()
  })
})
