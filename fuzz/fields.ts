/**
 * The fields of an encoding, found by watching its own codec read it: where each integer and each byte string lies, and
 * under which name. No second description of a format exists that could fall behind the first.
 */

import { type Bytes, type Codec, DecodeError, Reader } from '../src/codec/index.ts'

/** How the bytes of a message are read. */
export type Layout = Pick<Codec<unknown>, 'read'>

export interface Field {
  readonly at: number
  readonly size: number
  readonly kind: 'integer' | 'bytes'
  /** Names from the outside in: `group.message.entries.0`. */
  readonly path: string
}

class WatchedReader extends Reader {
  readonly fields: Field[] = []
  readonly #path: string[] = []
  #at = 0

  override within<T>(name: string, read: () => T): T {
    this.#path.push(name)
    const value = super.within(name, read)
    this.#path.pop()
    return value
  }

  #note(kind: Field['kind'], size: number): void {
    this.fields.push({ at: this.#at, size, kind, path: this.#path.join('.') })
    this.#at += size
  }

  override uint(size: number): number {
    const value = super.uint(size)
    this.#note('integer', size)
    return value
  }

  override view(count: number): Bytes {
    const part = super.view(count)
    this.#note('bytes', count)
    return part
  }
}

/**
 * @param layout - codec of the bytes
 * @returns what finds the fields of an encoding, whole or damaged, in order and as far as they can be read
 */
export const fieldsBy =
  (layout: Layout) =>
  (bytes: Bytes): readonly Field[] => {
    const reader = new WatchedReader(bytes)
    try {
      layout.read(reader)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
    }
    return reader.fields
  }

/** Text behind `head` bytes, cut where its own syntax cuts it: words, numbers, and every other character. */
export const wordsOf =
  (head: number) =>
  (bytes: Bytes): readonly Field[] => {
    const text = Array.from(bytes.subarray(head), (byte) => String.fromCharCode(byte)).join('')
    return [...text.matchAll(/[a-zA-Z]+|[0-9.+-]+|[^a-zA-Z0-9.+-]/g)].map(({ 0: found, index }) => ({
      at: head + index,
      size: found.length,
      kind: 'bytes',
      path: '',
    }))
  }

export interface List {
  readonly count: Field
  /** Where each item begins and ends. */
  readonly items: readonly { readonly from: number; readonly to: number }[]
}

/** The lists of an encoding: a count, then items that are named by their numbers. */
export const listsOf = (fields: readonly Field[]): readonly List[] =>
  fields.flatMap((count, i) => {
    const first = `${count.path}${count.path === '' ? '' : '.'}0`
    const next = fields[i + 1]
    if (count.kind !== 'integer' || next === undefined || !isUnder(next.path, first)) return []
    const items: { from: number; to: number }[] = []
    let number = 0
    for (const field of fields.slice(i + 1)) {
      const path = (n: number): string => `${first.slice(0, -1)}${n}`
      if (!isUnder(field.path, path(number))) number += 1
      if (!isUnder(field.path, path(number))) break
      const item = items[number]
      items[number] = { from: item?.from ?? field.at, to: field.at + field.size }
    }
    return [{ count, items }]
  })

const isUnder = (path: string, outer: string): boolean => path === outer || path.startsWith(`${outer}.`)
