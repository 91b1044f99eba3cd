/** The byte tables of SPEC.md are those of the codecs: tags, names, longest forms and sizes. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, encode, padmeLength } from '../codec/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import type { FileId } from '../files/index.ts'
import type { EpochId } from '../group/index.ts'
import { type Address, createSelf, type MemberId, type Self } from '../identity/index.ts'
import {
  type Control,
  control,
  maxExcludes,
  maxNumbers,
  maxSignalBytes,
  maxTextBytes,
  passwordRecord,
} from './controls.ts'
import { type Frame, frame } from './frames.ts'

const spec = readFileSync(fileURLToPath(new URL('./SPEC.md', import.meta.url)), 'utf8')
const rows = (heading: string): string[][] =>
  spec
    .slice(spec.indexOf(`\n${heading}\n`) + heading.length + 2)
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
const number = (cell: string): number => Number(cell.replaceAll(',', ''))

const id = '0f'.repeat(16) as MemberId
const zeros = (size: number): Bytes => new Uint8Array(size)
const numbers = Array<number>(maxNumbers).fill(2 ** 48 - 1)
const record = {
  revision: 1,
  by: id,
  excludes: Array<MemberId>(maxExcludes).fill(id),
  verifier: zeros(32),
  publicKey: zeros(1216),
  door: 'open',
  relayToken: zeros(32),
} as const
const message = { number: 1, at: 1, text: 'a'.repeat(maxTextBytes) }
let self: Self

beforeAll(async () => {
  const { crypto } = await seededCrypto('spec', globalThis.crypto.subtle as never)
  const about = { name: 'n'.repeat(64), lease: 300_000, address: 'ab'.repeat(32) as Address }
  self = await createSelf(crypto, zeros(16), about)
})

/** One of each kind: a new one does not compile without its row here. */
const longest = (): { readonly [K in Control['kind']]: Extract<Control, { kind: K }> } => ({
  group: {
    kind: 'group',
    message: { kind: 'entries', entries: Array(9).fill({ entry: self.entry, by: id }) },
  },
  signal: { kind: 'signal', data: zeros(maxSignalBytes) },
  heartbeat: {
    kind: 'heartbeat',
    intervalMs: 60_000,
    standing: {
      current: { id: 'ab'.repeat(32) as EpochId, counter: 1 },
      rosterHash: 'ab'.repeat(32),
      lastNumber: 1,
    },
  },
  said: { kind: 'said', message },
  receipt: { kind: 'receipt', numbers },
  missing: { kind: 'missing', numbers },
  'not-yours': { kind: 'not-yours', numbers },
  gone: { kind: 'gone', numbers },
  password: { kind: 'password', record },
  'password-held': { kind: 'password-held', hash: zeros(32) },
  'failed-tries': { kind: 'failed-tries', count: 255 },
  roots: { kind: 'roots', roots: Array(192).fill({ of: id, root: zeros(32) }) },
  'letter-named': { kind: 'letter-named', hash: zeros(32) },
  returned: { kind: 'returned', entry: self.entry },
  removed: { kind: 'removed', by: id, reason: 'expired', live: 1 },
  file: {
    kind: 'file',
    message: {
      kind: 'offer',
      offer: {
        id: '0f'.repeat(16) as FileId,
        name: 'n'.repeat(200),
        type: `${'a'.repeat(63)}/${'b'.repeat(63)}`,
        size: 1,
        hash: zeros(32),
        key: zeros(32),
        audience: 'group',
      },
    },
  },
})

test('every control has its row: tag, name, longest form', () => {
  const table = rows('## Inside a pair session')
  const made = Object.values(longest()).map((one) => [one, encode(control, one, 16_384)] as const)
  expect(table.map((cells) => [Number(cells[1]), cells[2], number(cells[4]!)])).toEqual(
    made.map(([{ kind }, bytes]) => [bytes[0], `\`${kind}\``, bytes.length]),
  )
})

test('a password record has the fields of its table', () => {
  const sizes = [6, 16, 2 + 16 * maxExcludes, 32, 1216, 1, 32]
  expect(encode(passwordRecord, record, 8_192)).toHaveLength(sizes.reduce((sum, size) => sum + size, 0))
})

describe('frames', () => {
  const pake = (flow: number, body: number, beside: number, proof: 'password' | 'verifier' = 'password') =>
    ({ kind: 'pake', proof, run: zeros(16), flow, body: zeros(body), beside: zeros(beside) }) as const
  const size = (one: Frame): number => encode(frame, one, 65_536).length
  const run = zeros(16)
  /** Padded to 256, under a header with a turn block: see the ratchet’s SPEC.md. */
  const sealed = (plaintext: number): number =>
    1 + 2 + 2_353 + 16 + 256 * Math.ceil((plaintext + 4) / 256) + 16

  test('every frame has its row', () => {
    const all: { readonly [K in Frame['kind']]: Extract<Frame, { kind: K }> } = {
      pake: pake(1, 66, 0),
      admit: { kind: 'admit', run, entry: zeros(1_356), flow1: zeros(2_320) },
      enter: { kind: 'enter', run, flow2: zeros(3_472) },
      handshake: { kind: 'handshake', from: id, to: id, flow: 1, body: zeros(2_320) },
      pair: { kind: 'pair', body: zeros(336) },
      group: { kind: 'group', body: zeros(59 + padmeLength(14 + maxTextBytes + 4) + 16), tag: zeros(16) },
      answer: { kind: 'answer', answer: zeros(3_069), first: zeros(2_644) },
      letter: { kind: 'letter', from: id, to: id, head: zeros(2_240), first: zeros(2_644) },
      busy: { kind: 'busy', run, retryAfterMs: 1 },
      used: { kind: 'used', id: run },
      chunk: { kind: 'chunk', body: zeros(49_205) },
    }
    const table = rows('## Frames')
    expect(table.map((cells) => [Number(cells[1]), cells[2]])).toEqual(
      Object.values<Frame>(all).map((one) => [encode(frame, one, 65_536)[0], `\`${one.kind}\``]),
    )
    const told = table.map((cells) => (cells[4]!.match(/[\d,]*\d/g) ?? []).map(number))
    expect(told[1]).toEqual([size(all.admit)])
    expect(told[2]).toEqual([size(all.enter)])
    expect(told[3]).toEqual([size(all.handshake), size({ ...all.handshake, body: zeros(3_472) })])
    const entries = encode(control, longest().group, 16_384).length
    expect(told[4]).toEqual([size(all.pair), size({ kind: 'pair', body: zeros(sealed(entries)) })])
    expect(told[5]).toEqual([size(all.group)])
    expect(told[8]).toEqual([size(all.busy)])
    expect(told[9]).toEqual([size(all.used)])
    expect(told[10]).toEqual([size(all.chunk)])
  })

  test('flows of the PAKE have the sizes that the text gives', () => {
    const sizes = [
      pake(1, 66, 0),
      pake(3, 1_658, 132),
      pake(4, 2_848, 0),
      pake(4, 1_664, 0, 'verifier'),
      pake(5, 96, 1_356),
      pake(5, 32, 1_356, 'verifier'),
    ]
    const text = spec.split('\n').find((line) => line.startsWith('`pake` by flow'))!
    const told = [...text.split('`from`')[0]!.matchAll(/(?:have|has|merging:|\() ?([\d,]*\d)/g)].map(
      ([, one]) => number(one!),
    )
    expect(told).toEqual(sizes.map(size))
  })
})
