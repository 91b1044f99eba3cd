/**
 * `forms.json` derived a second time: each form put together here from the tables of SPEC.md, by Node's buffers alone.
 */
import { describe, expect, test } from 'vitest'
import { DecodeError, decode, fromHex } from '../codec/index.ts'
import type { MemberEntry } from '../identity/index.ts'
import { type Control, control } from './controls.ts'
import { type Frame, frame } from './frames.ts'
import pinned from './vectors/forms.json' with { type: 'json' }
import { makeForms } from './vectors/forms.ts'

/** As the JSON has it: bytes are hexadecimal. */
type Hexed<T> = T extends string
  ? T
  : T extends Uint8Array
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Hexed<Item>[]
      : T extends object
        ? { readonly [K in keyof T]: Hexed<T[K]> }
        : T
type Tables<Form extends { readonly kind: string }> = {
  readonly [K in Form['kind']]: (value: Hexed<Extract<Form, { kind: K }>>) => string
}
/** `value` in `size` bytes. */
const number = (value: number, size: number): string => value.toString(16).padStart(2 * size, '0')
const long = (hex: string): string => number(hex.length / 2, 2) + hex
const text = (value: string): string => long(Buffer.from(value, 'utf8').toString('hex'))
const list = (items: readonly string[]): string => number(items.length, 2) + items.join('')
const maybe = (hex: string | null): string => (hex === null ? '00' : `01${hex}`)
const choice = (options: readonly string[], value: string): string => number(options.indexOf(value), 1)
const entryOf = ({ name, lease, address, dh, kem, nonce }: Hexed<MemberEntry>): string =>
  text(name) + number(lease, 6) + address + dh + kem + nonce
const numbersOf = ({ numbers }: { readonly numbers: readonly number[] }): string =>
  list(numbers.map((one) => number(one, 6)))

const frames: Tables<Frame> = {
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

const controls: Tables<Control> = {
  group: ({ message }) => {
    if (message.kind !== 'heard') throw new Error(`no table here for ${message.kind}`)
    return `0108${message.member}${number(message.agoMs, 6)}`
  },
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
  roots: ({ roots }) => `0c${list(roots.map(({ of, root }) => of + root))}`,
  'letter-named': ({ hash }) => `0d${hash}`,
  returned: ({ entry }) => `0e${entryOf(entry)}`,
  removed: ({ by, reason, live }) =>
    `0f${maybe(by)}${choice(['left', 'evicted', 'expired'], reason)}${number(live, 2)}`,
  file: ({ message }) => {
    if (message.kind !== 'decline') throw new Error(`no table here for ${message.kind}`)
    return `1003${message.id}`
  },
}

describe.each([
  ['frame', frames, pinned.frames, pinned.refused.frames, frame],
  ['control', controls, pinned.controls, pinned.refused.controls, control],
] as const)('every %s', (_, tables, pairs, refused, codec) => {
  test('has a vector, and it is what the table says', () => {
    expect(new Set(pairs.map(({ value }) => value.kind))).toEqual(new Set(Object.keys(tables)))
    for (const { value, bytes } of pairs) {
      const write = tables[value.kind as never] as (value: unknown) => string
      expect([value.kind, bytes]).toEqual([value.kind, write(value)])
    }
  })

  test('is refused in another form', () => {
    for (const { why, bytes } of refused)
      expect(() => decode<unknown>(codec, fromHex(bytes)), why).toThrow(DecodeError)
  })
})

test('the pinned forms are reproduced byte for byte', async () => {
  expect(await makeForms(globalThis.crypto.subtle as never)).toEqual(pinned)
})
