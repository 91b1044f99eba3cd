import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bool,
  bytes,
  concat,
  DecodeError,
  decode,
  encode,
  fixed,
  fromHex,
  hexId,
  list,
  oneOf,
  optional,
  pad,
  padmeLength,
  struct,
  text,
  toHex,
  u8,
  u16,
  u32,
  u48,
  union,
  unpad,
  utf8,
} from './index.ts'

type Shape =
  | { readonly kind: 'dot'; readonly at: number }
  | {
      readonly kind: 'path'
      readonly ids: readonly string[]
      readonly note: string | null
      readonly shut: boolean
    }

const shape = union<Shape>({
  dot: [1, struct({ at: u48 })],
  path: [2, struct({ ids: list(hexId<string>(2), 4), note: optional(text(9)), shut: bool })],
})

const anyShape = fc.oneof(
  fc.record({ kind: fc.constant('dot' as const), at: fc.nat() }),
  fc.record({
    kind: fc.constant('path' as const),
    ids: fc.array(fc.uint8Array({ minLength: 2, maxLength: 2 }).map(toHex), { maxLength: 4 }),
    note: fc.option(fc.constantFrom('', 'a', 'ümlaut', '🙂')),
    shut: fc.boolean(),
  }),
)

test('every value survives the round trip; a byte less or more is refused', () => {
  fc.assert(
    fc.property(anyShape, (value) => {
      const encoded = encode(shape, value)
      expect(decode(shape, encoded)).toEqual(value)
      expect(() => decode(shape, encoded.slice(0, -1))).toThrow(DecodeError)
      expect(() => decode(shape, concat(encoded, Uint8Array.of(0)))).toThrow(DecodeError)
    }),
  )
})

test('random bytes decode to something that encodes to the same bytes, or fail with DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (raw) => {
      try {
        expect([...encode(shape, decode(shape, raw))]).toEqual([...raw])
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
      }
    }),
    { numRuns: 5_000 },
  )
})

describe('bounds', () => {
  test.each([
    ['unknown tag', () => decode(shape, Uint8Array.of(3))],
    ['not a boolean', () => decode(bool, Uint8Array.of(2))],
    ['not UTF-8', () => decode(text(9), Uint8Array.of(0, 1, 0xff))],
    ['length exceeds 2', () => decode(bytes(2), Uint8Array.of(0, 3, 1, 2, 3))],
    ['count exceeds 1', () => decode(list(u8, 1), Uint8Array.of(0, 2, 1, 1))],
    ['unknown value', () => decode(oneOf('a', 'b'), Uint8Array.of(2))],
    ['too short', () => decode(u32, Uint8Array.of(1, 2, 3))],
  ])('%s', (reason, read) => expect(read).toThrow(reason))

  test.each([
    [() => encode(u8, 256)],
    [() => encode(u16, -1)],
    [() => encode(u16, 1.5)],
    [() => encode(fixed(2), Uint8Array.of(1))],
    [() => encode(bytes(1), Uint8Array.of(1, 2))],
    [() => encode(hexId<string>(1), 'zz')],
    [() => fromHex('AB')],
  ])('misuse %# throws RangeError', (write) => expect(write).toThrow(RangeError))

  test('an error names the path and the offset', () => {
    const nested = struct({ outer: struct({ inner: bool }) })
    expect(() => decode(nested, Uint8Array.of(7))).toThrow(/outer\.inner \(offset 1\)/)
  })
})

test('Padmé grows by at most 12 % and shows few lengths; padding that is not zero is refused', () => {
  const lengths = new Set<number>()
  for (let length = 2; length <= 10_000; length++) {
    const padded = padmeLength(length)
    lengths.add(padded)
    expect(padded).toBeGreaterThanOrEqual(length)
    expect(padded / length).toBeLessThanOrEqual(1.12)
  }
  expect(lengths.size).toBeLessThan(150)
  const padded = pad(utf8('hello'), 32)
  expect(unpad(padded)).toEqual(utf8('hello'))
  padded[31] = 1
  expect(() => unpad(padded)).toThrow(DecodeError)
  expect(() => unpad(Uint8Array.of(0, 0, 0, 9, 1))).toThrow(DecodeError)
  expect(() => unpad(Uint8Array.of(0))).toThrow(DecodeError)
})
