/**
 * `forms.json` derived a second time: each form put together here from the tables of SPEC.md, by Node's buffers alone.
 */
import { describe, expect, test } from 'vitest'
import { DecodeError, decode, fromHex } from '../codec/index.ts'
import { control } from './controls.ts'
import { frame } from './frames.ts'
import pinned from './vectors/forms.json' with { type: 'json' }
import { makeForms } from './vectors/forms.ts'

// biome-ignore lint/suspicious/noExplicitAny: fields as the JSON has them
type Value = any
/** `value` in `size` bytes. */
const number = (value: number, size: number): string => value.toString(16).padStart(2 * size, '0')
const long = (hex: string): string => number(hex.length / 2, 2) + hex
const text = (value: string): string => long(Buffer.from(value, 'utf8').toString('hex'))
const list = (items: readonly string[]): string => number(items.length, 2) + items.join('')
const maybe = (hex: string | null): string => (hex === null ? '00' : `01${hex}`)
const choice = (options: readonly string[], value: string): string => number(options.indexOf(value), 1)
const entryOf = ({ name, lease, address, dh, kem, nonce }: Value): string =>
  text(name) + number(lease, 6) + address + dh + kem + nonce
const numbersOf = ({ numbers }: { numbers: number[] }): string => list(numbers.map((one) => number(one, 6)))

const frames: Readonly<Record<string, (value: Value) => string>> = {
  pake: ({ proof, run, flow, body, beside }) =>
    `01${choice(['password', 'verifier'], proof)}${run}${number(flow, 1)}${long(body)}${long(beside)}`,
  admit: ({ run, entry, flow1 }) => `02${run}${entry}${flow1}`,
  enter: ({ run, flow2 }) => `03${run}${flow2}`,
  handshake: ({ from, to, flow, body }) => `04${from}${to}${number(flow, 1)}${long(body)}`,
  pair: ({ body }) => `05${long(body)}`,
  group: ({ body, tag }) => `06${long(body)}${tag}`,
  answer: ({ answer, first }) => `07${long(answer)}${long(first)}`,
  letter: ({ from, to, head, first }) => `08${from}${to}${long(head)}${long(first)}`,
  busy: ({ run, retryAfterMs }) => `09${run}${number(retryAfterMs, 4)}`,
  used: ({ id }) => `0a${id}`,
  chunk: ({ body }) => `0b${long(body)}`,
}

const controls: Readonly<Record<string, (value: Value) => string>> = {
  group: ({ message: { member, agoMs } }) => `0108${member}${number(agoMs, 6)}`,
  signal: ({ data }) => `02${long(data)}`,
  heartbeat: ({ intervalMs, standing: { current, rosterHash, lastNumber } }) =>
    `03${number(intervalMs, 4)}${maybe(current && current.id + number(current.counter, 6))}${rosterHash}${number(lastNumber, 6)}`,
  said: ({ message: { number: count, at, text: said } }) =>
    `04${number(count, 6)}${number(at, 6)}${text(said)}`,
  receipt: (value) => `05${numbersOf(value)}`,
  missing: (value) => `06${numbersOf(value)}`,
  'not-yours': (value) => `07${numbersOf(value)}`,
  gone: (value) => `08${numbersOf(value)}`,
  password: ({ record: { revision, by, excludes, verifier, publicKey, door, relayToken } }) =>
    `09${number(revision, 6)}${by}${list(excludes)}${verifier}${publicKey}${choice(['strict', 'open'], door)}${relayToken}`,
  'password-held': ({ hash }) => `0a${hash}`,
  'failed-tries': ({ count }) => `0b${number(count, 1)}`,
  roots: ({ roots }) => `0c${list(roots.map(({ of, root }: Value) => of + root))}`,
  'letter-named': ({ hash }) => `0d${hash}`,
  returned: ({ entry }) => `0e${entryOf(entry)}`,
  removed: ({ by, reason, live }) =>
    `0f${maybe(by)}${choice(['left', 'evicted', 'expired'], reason)}${number(live, 2)}`,
  file: ({ message: { id } }) => `1003${id}`,
}

describe.each([
  ['frame', frames, pinned.frames, pinned.refused.frames, frame],
  ['control', controls, pinned.controls, pinned.refused.controls, control],
] as const)('every %s', (_, tables, pairs, refused, codec) => {
  test('has a vector, and it is what the table says', () => {
    expect(new Set(pairs.map(({ value }) => value.kind))).toEqual(new Set(Object.keys(tables)))
    for (const { value, bytes } of pairs)
      expect([value.kind, bytes]).toEqual([value.kind, tables[value.kind]!(value)])
  })

  test('is refused in another form', () => {
    for (const { why, bytes } of refused)
      expect(() => decode<unknown>(codec, fromHex(bytes)), why).toThrow(DecodeError)
  })
})

test('the pinned forms are reproduced byte for byte', async () => {
  expect(await makeForms(globalThis.crypto.subtle as never)).toEqual(pinned)
})
