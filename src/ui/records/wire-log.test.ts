import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWireLog, wirePoints, wireResolution } from './wire-log.ts'

const frames = fc.array(
  fc.record({
    at: fc.nat(4_000_000),
    type: fc.constantFrom('pake', 'pair', 'group'),
    bytes: fc.nat(5_000),
    classical: fc.nat(100),
  }),
  { maxLength: 100 },
)

describe('the wire log', () => {
  it('agrees with a count frame by frame, within what it still holds', () => {
    fc.assert(
      fc.property(frames, (list) => {
        const log = createWireLog()
        const ordered = list.toSorted((a, b) => a.at - b.at)
        log.append(ordered)
        const now = ordered.at(-1)?.at ?? 0
        for (const from of [now - 60_000, now - 3_500_000]) {
          const stretch = wireResolution(from, now)
          const first = Math.ceil(from / stretch) * stretch
          const points = wirePoints(log.get(), stretch, { from, to: now + 1 })
          expect(points.length).toBeLessThanOrEqual(300)
          for (const type of ['pake', 'pair', 'group']) {
            const sum = points.reduce((all, { bytes }) => all + (bytes[type] ?? 0), 0)
            const exact = ordered.filter((frame) => frame.type === type && frame.at >= first)
            expect(sum).toBe(exact.reduce((all, { bytes }) => all + bytes, 0))
          }
        }
      }),
    )
  })

  it('has room for a bounded number of types, and loses no byte of the rest', () => {
    const log = createWireLog()
    for (let i = 0; i < 100; i++) log.append([{ at: 500, type: `type-${i}`, bytes: 10, classical: 1 }])
    expect(log.get().types.length).toBeLessThanOrEqual(25)
    const [point] = wirePoints(log.get(), 1_000, { from: 0, to: 1_000 })
    expect(Object.values(point?.bytes ?? {}).reduce((sum, bytes) => sum + bytes, 0)).toBe(1_000)
    expect(point?.classical).toBe(100)
  })

  it('gives a state that stays as it was, and another after each batch', () => {
    const log = createWireLog()
    const frame = { at: 500, type: 'pair', bytes: 10, classical: 1 }
    log.append([frame])
    const before = log.get()
    const copied = structuredClone(before)
    log.append([frame])
    expect(before).toEqual(copied)
    expect(log.get()).not.toBe(before)
    expect(log.get()).toBe(log.get())
  })
})
