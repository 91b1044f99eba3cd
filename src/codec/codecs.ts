/**
 * The building blocks of all structures: integers, byte strings, text, lists, records and unions. Integers are
 * big-endian; every variable length has a maximum; nothing is padded or aligned.
 */

import type { Bytes, Codec } from './codec.ts'

// The core is compiled without DOM or Node types; these two exist in every runtime it runs in.
declare class TextEncoder {
  encode(text: string): Bytes
}
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean })
  decode(bytes: Uint8Array): string
}

const utf8Encoder = new TextEncoder()
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * @param text - any string; lone surrogates become U+FFFD
 * @returns its UTF-8 bytes
 */
export const utf8 = (text: string): Bytes => utf8Encoder.encode(text)

const uint = (size: number): Codec<number> => ({
  write: (out, value) => out.uint(value, size),
  read: (input) => input.uint(size),
})

/** 1-byte integer. */
export const u8 = uint(1)
/** 2-byte integer. */
export const u16 = uint(2)
/** 4-byte integer. */
export const u32 = uint(4)
/** 48-bit integer: milliseconds since 1970, epoch counters. */
export const u48 = uint(6)

/** One byte: 0 or 1, anything else is refused. */
export const bool: Codec<boolean> = {
  write: (out, value) => out.uint(value ? 1 : 0, 1),
  read: (input) => {
    const value = input.uint(1)
    return value > 1 ? input.fail('not a boolean') : value === 1
  },
}

/**
 * @param size - bytes
 * @returns codec of byte strings of exactly that length
 */
export const fixed = (size: number): Codec<Bytes> => ({
  write: (out, value) => {
    if (value.length !== size) throw new RangeError(`expected ${size} bytes, got ${value.length}`)
    out.raw(value)
  },
  read: (input) => input.raw(size),
})

/**
 * @param max - greatest length in bytes
 * @returns codec of byte strings behind a 2-byte length (4-byte where `max` exceeds 65,535)
 */
export const bytes = (max: number): Codec<Bytes> => {
  const prefix = max > 0xffff ? 4 : 2
  return {
    write: (out, value) => {
      if (value.length > max) throw new RangeError(`${value.length} bytes exceed ${max}`)
      out.uint(value.length, prefix)
      out.raw(value)
    },
    read: (input) => {
      const length = input.uint(prefix)
      return length > max ? input.fail(`length exceeds ${max}`) : input.raw(length)
    },
  }
}

/**
 * Like `bytes`, read without a copy: for readers that are done before the input is reused.
 *
 * @param max - greatest length in bytes
 * @returns codec whose values are parts of the input itself
 */
export const view = (max: number): Codec<Bytes> => {
  const { write } = bytes(max)
  return {
    write,
    read: (input) => {
      const length = input.uint(max > 0xffff ? 4 : 2)
      return length > max ? input.fail(`length exceeds ${max}`) : input.view(length)
    },
  }
}

/**
 * @param max - greatest length in bytes of UTF-8
 * @returns codec of strings; malformed sequences are refused
 */
export const text = (max: number): Codec<string> => {
  const body = bytes(max)
  return {
    write: (out, value) => body.write(out, utf8(value)),
    read: (input) => {
      const raw = body.read(input)
      try {
        return utf8Decoder.decode(raw)
      } catch {
        return input.fail('not UTF-8')
      }
    },
  }
}

/**
 * Identifiers that serve as map keys: bytes on the wire, lower-case hexadecimal in memory.
 *
 * @param size - bytes
 * @returns codec of strings of `2 * size` digits
 */
export const hexId = <T extends string>(size: number): Codec<T> => ({
  write: (out, value) => {
    if (value.length !== 2 * size) throw new RangeError(`expected ${2 * size} hexadecimal digits`)
    out.raw(fromHex(value))
  },
  read: (input) => toHex(input.raw(size)) as T,
})

/**
 * @param item - codec of one item
 * @param max - greatest number of items
 * @returns codec of lists behind a 2-byte count
 */
export const list = <T>(item: Codec<T>, max: number): Codec<readonly T[]> => ({
  write: (out, values) => {
    if (values.length > max) throw new RangeError(`${values.length} items exceed ${max}`)
    out.uint(values.length, 2)
    for (const value of values) item.write(out, value)
  },
  read: (input) => {
    const count = input.uint(2)
    if (count > max) input.fail(`count exceeds ${max}`)
    return Array.from({ length: count }, (_, i) => input.within(`${i}`, () => item.read(input)))
  },
})

/**
 * @param item - codec of the value
 * @returns codec of a presence byte and the value; `null` where it is absent
 */
export const optional = <T>(item: Codec<T>): Codec<T | null> => ({
  write: (out, value) => {
    bool.write(out, value !== null)
    if (value !== null) item.write(out, value)
  },
  read: (input) => (bool.read(input) ? item.read(input) : null),
})

type Fields<T> = { readonly [K in keyof T]: Codec<T[K]> }

/**
 * @param fields - codec by field name
 * @returns codec of the fields in the order written, without padding or names
 */
export const struct = <T extends object>(fields: Fields<T>): Codec<T> => {
  const names = Object.keys(fields) as (keyof T & string)[]
  return {
    write: (out, value) => {
      for (const name of names) fields[name].write(out, value[name])
    },
    read: (input) => {
      const value: Partial<T> = {}
      for (const name of names) value[name] = input.within(name, () => fields[name].read(input))
      return value as T
    },
  }
}

/**
 * @param values - all allowed values
 * @returns codec of one of them, as its index in one byte
 */
export const oneOf = <const T extends string>(...values: readonly T[]): Codec<T> => ({
  write: (out, value) => out.uint(values.indexOf(value), 1),
  read: (input) => values[input.uint(1)] ?? input.fail('unknown value'),
})

type Variants<T extends { kind: string }> = {
  readonly [K in T['kind']]: readonly [tag: number, body: Codec<Omit<Extract<T, { kind: K }>, 'kind'>>]
}

/**
 * A closed union told apart by `kind`.
 *
 * @param variants - tag byte and codec of the remaining fields, by kind
 * @returns codec of one tag byte, then the fields of that variant
 */
export const union = <T extends { kind: string }>(variants: Variants<T>): Codec<T> => {
  type Entry = [kind: string, variant: readonly [number, Codec<unknown>]]
  const entries = Object.entries(variants) as Entry[]
  const byTag = new Map(entries.map(([kind, [tag, body]]) => [tag, { kind, body }]))
  return {
    write: (out, value) => {
      const [tag, body] = variants[value.kind as T['kind']]
      out.uint(tag, 1)
      ;(body as Codec<unknown>).write(out, value)
    },
    read: (input) => {
      const found = byTag.get(input.uint(1)) ?? input.fail('unknown tag')
      const value = input.within(found.kind, () => found.body.read(input))
      return { kind: found.kind, ...(value as object) } as T
    },
  }
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
/** By the code of the digit; 255 for what is none. */
const hexValues = new Uint8Array(128).fill(255)
for (const [value, code] of utf8('0123456789abcdef').entries()) hexValues[code] = value

/**
 * @param raw - bytes
 * @returns two lower-case hexadecimal digits a byte
 */
export const toHex = (raw: Uint8Array): string => {
  const native = (raw as Uint8Array & { readonly toHex?: () => string }).toHex
  if (native !== undefined) return native.call(raw)
  let digits = ''
  for (let i = 0; i < raw.length; i++) digits += hexPairs[raw[i]!]
  return digits
}

/**
 * @param digits - lower-case hexadecimal
 * @returns the bytes
 * @throws RangeError on anything else
 */
export const fromHex = (digits: string): Bytes => {
  if (digits.length % 2 === 1) throw new RangeError('not lower-case hexadecimal')
  const bytes = new Uint8Array(digits.length >> 1)
  for (let i = 0; i < bytes.length; i++) {
    const [high, low] = [hexValues[digits.charCodeAt(2 * i)], hexValues[digits.charCodeAt(2 * i + 1)]]
    if (high === undefined || low === undefined || high > 15 || low > 15)
      throw new RangeError('not lower-case hexadecimal')
    bytes[i] = 16 * high + low
  }
  return bytes
}

/**
 * @param parts - byte strings
 * @returns one after another, as a copy
 */
export const concat = (...parts: readonly Uint8Array[]): Bytes => {
  let length = 0
  for (const part of parts) length += part.length
  const result = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    result.set(part, at)
    at += part.length
  }
  return result
}

/**
 * Equality of public byte strings, with an early exit. For secrets: `equalSecrets` of `crypto`.
 *
 * @param a - bytes
 * @param b - bytes
 * @returns whether they are the same
 */
export const equal = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
