/**
 * What every way between two members does, whatever it is made of. Run on the in-memory network, the relay client and
 * the data channel.
 */

import { expect, test } from 'vitest'
import { type Bytes, equal } from '../../codec/index.ts'

/** One end of a way to one other member. */
export interface PathEnd {
  send(bytes: Bytes): void
  /** In the order of arrival. */
  readonly received: readonly Bytes[]
  /** Frames that are known, or not known, to have been lost: handed back or reported. */
  lost(): number
  /** Gone without a goodbye to the layers above. */
  close(): void
  /** There again. */
  open(): void
}

export interface PathPair {
  readonly a: PathEnd
  readonly b: PathEnd
  /** Runs until `done`, or for as long as anything may still happen. */
  settle(done: () => boolean): Promise<void>
}

const numbered = (number: number, length: number): Bytes => {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = (number + i) % 256
  return bytes
}

/** @param make two ends that can reach each other */
export const testPath = (name: string, make: () => Promise<PathPair>): void => {
  test(`${name}: frames arrive once, in order, unchanged, both ways at a time`, async () => {
    const { a, b, settle } = await make()
    const sizes = [1, 2, 255, 256, 1_000, 16_384, 61_440]
    const sent = Array.from({ length: 40 }, (_, i) => numbered(i, sizes[i % sizes.length] ?? 1))
    for (const bytes of sent) {
      a.send(bytes)
      b.send(bytes)
    }
    await settle(() => a.received.length >= sent.length && b.received.length >= sent.length)
    for (const { received } of [a, b]) {
      expect(received.map(({ length }) => length)).toEqual(sent.map(({ length }) => length))
      expect(sent.every((bytes, i) => equal(bytes, received[i] ?? new Uint8Array(0)))).toBe(true)
    }
    expect(a.lost() + b.lost()).toBe(0)
  })

  test(`${name}: a frame to an end that is gone is reported, never in silence, and sending throws nothing`, async () => {
    const { a, b, settle } = await make()
    a.send(numbered(1, 10))
    await settle(() => b.received.length === 1)
    b.close()
    await settle(() => false)
    for (let i = 0; i < 5; i++) a.send(numbered(i, 10))
    await settle(() => a.lost() === 5)
    expect(a.lost()).toBe(5)
    expect(b.received).toHaveLength(1)
  })

  test(`${name}: an end that comes back is reached again`, async () => {
    const { a, b, settle } = await make()
    b.close()
    await settle(() => false)
    b.open()
    await settle(() => false)
    a.send(numbered(3, 100))
    b.send(numbered(4, 100))
    await settle(() => a.received.length === 1 && b.received.length === 1)
    expect(b.received).toEqual([numbered(3, 100)])
    expect(a.received).toEqual([numbered(4, 100)])
    expect(a.lost() + b.lost()).toBe(0)
  })
}
