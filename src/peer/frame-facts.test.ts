import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../codec/index.ts'
import { frameFacts } from './frame-facts.ts'
import { type Frame, frame } from './wire.ts'

const factsOf = (message: Frame) => {
  const raw = encode(frame, message)
  return { ...frameFacts(raw), bytes: raw.length }
}
const flow = (number: number, length: number): Frame => ({
  kind: 'pake',
  suite: 1,
  protocol: 1,
  run: new Uint8Array(16),
  flow: number,
  body: new Uint8Array(length),
})
/** version, header length, and what follows. */
const sealed = (header: number, rest: number) => {
  const body = new Uint8Array(3 + header + rest)
  body.set([1, header >> 8, header & 0xff])
  return body
}

describe('frameFacts', () => {
  it('knows the flows of a run, and what CPace with X25519 keys would take', () => {
    const sizes = [66, 66, 1_284, 2_402, 1_250]
    const facts = sizes.map((size, i) => factsOf(flow(i + 1, size)))
    expect(facts.map(({ type }) => type)).toEqual(['pake-1', 'pake-2', 'pake-3', 'pake-4', 'pake-5'])
    const overhead = (facts[0]?.bytes ?? 0) - 66
    expect(facts.map(({ classical }) => classical)).toEqual([66, 66, 0, 66, 66].map((n) => n && n + overhead))
  })

  it('tells a turn, whose KEM key and ciphertext the classical ratchet does without', () => {
    const turn = factsOf({ kind: 'pair', body: sealed(2_353, 300) })
    expect(turn).toMatchObject({ type: 'pair-turn', classical: turn.bytes - 2_272 })
    const plain = factsOf({ kind: 'pair', body: sealed(45, 300) })
    expect(plain).toMatchObject({ type: 'pair', classical: plain.bytes })
    const group = factsOf({ kind: 'group', body: new Uint8Array(300), tag: new Uint8Array(16) })
    expect(group).toMatchObject({ type: 'group', classical: group.bytes })
  })

  it('takes any bytes, and never counts more than there are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6_000 }), (raw) => {
        const { classical } = frameFacts(Uint8Array.from(raw))
        expect(classical).toBeGreaterThanOrEqual(0)
        expect(classical).toBeLessThanOrEqual(Math.max(raw.length, 100))
      }),
    )
    expect(frameFacts(new Uint8Array())).toEqual({ type: 'unreadable', classical: 0 })
    expect(factsOf(flow(9, 66)).type).toBe('unreadable')
  })
})
