/** What every strict codec promises, whatever comes: a value that encodes to the same bytes, or a `DecodeError`. */

import { type Bytes, type Codec, DecodeError, decode, encode, equal } from '../src/codec/index.ts'
import type { Layout } from './fields.ts'
import { demand, type Input } from './target.ts'

/** Where a codec stopped, without the numbers of items. */
const refusalOf = (error: DecodeError): string =>
  error.message.replace(/ \(offset \d+\)$/, '').replaceAll(/\d+/g, 'N')

/** @returns what `read` returned, or the place where it refused */
export const readOrRefuse = <T>(read: () => T): { readonly value: T } | { readonly refusal: string } => {
  try {
    return { value: read() }
  } catch (error) {
    if (error instanceof DecodeError) return { refusal: refusalOf(error) }
    throw error
  }
}

/** As `decode`, and what was read has to be what is written. */
export const decodeStrictly = <T>(codec: Codec<T>, bytes: Bytes) => {
  const read = readOrRefuse(() => decode(codec, bytes))
  if ('value' in read)
    demand(equal(encode(codec, read.value), bytes), 'what decodes encodes to the same bytes')
  return read
}

/** What came of each message of an input: the place where it was refused, or what `take` says of it. */
export const tellEach = async <T>(
  word: Codec<T>,
  input: Input,
  take: (said: T) => Promise<string>,
): Promise<readonly string[]> => {
  const outcomes: string[] = []
  for (const message of input) {
    const decoded = decodeStrictly(word, message)
    outcomes.push('refusal' in decoded ? decoded.refusal : await take(decoded.value))
  }
  return outcomes
}

/** Several formats in one target: a byte that says which, then its bytes. */
export const oneOfLayouts = (...layouts: readonly Layout[]): Layout => ({
  read: (input) => {
    const which = input.uint(1)
    return input.within(`${which}`, () => layouts[which % layouts.length]!.read(input))
  },
})

/** @returns which of `count` formats these bytes are for, and the bytes themselves */
export const whichOf = (bytes: Bytes, count: number): { readonly which: number; readonly body: Bytes } => ({
  which: (bytes[0] ?? 0) % count,
  body: bytes.slice(1),
})
