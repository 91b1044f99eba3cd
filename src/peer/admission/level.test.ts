/** The guess ledger's number. */
import { expect, test } from 'vitest'
import { decode, encode } from '../../codec/index.ts'
import { allowedAt, charge, clamp, confirm, isAllowed, type Level, levelAt, levelNow } from './level.ts'
import { admissionCodec, startAdmission } from './state.ts'

const hour = 3_600_000
const start = 1_700_000_000_000
const charged = (times: number, at = start): Level =>
  Array.from({ length: times }).reduce<Level>((level) => charge(level, at), levelAt(0, 0))

test('five charges are free, then 60 s, doubled up to an hour', () => {
  expect(isAllowed(charged(4), start)).toBe(true)
  // A part of a charge counts whole: a second later the sixth run still waits.
  expect(isAllowed(charged(5), start + 1_000)).toBe(false)
  const waits = [5, 6, 7, 8, 9, 10, 11, 12].map((times) => (allowedAt(charged(times), start) - start) / 1_000)
  expect(waits).toEqual([60, 120, 240, 480, 960, 1_920, 3_600, 3_600])
})

test('a charge falls by one an hour, is taken back by a confirmation, and never below 0', () => {
  expect(levelNow(charged(3), start + hour)).toBeCloseTo(2)
  expect(levelNow(charged(3), start + 9 * hour)).toBe(0)
  expect(confirm(charged(3)).level).toBe(2)
  expect(confirm(levelAt(0.4, start)).level).toBe(0)
  // What was never charged is not banked.
  expect(levelNow(charge(levelAt(0, start), start + 100 * hour), start + 100 * hour)).toBe(1)
})

test('a guesser who takes every chance of a week gets 12 and one an hour at most', () => {
  let level = levelAt(0, 0)
  let tests = 0
  for (let now = start; now < start + 168 * hour; now = Math.max(now + 1, allowedAt(level, now))) {
    level = charge(level, now)
    tests += 1
    expect(tests).toBeLessThanOrEqual(12 + (now - start) / hour)
  }
  // The bound is no accident of a ledger that is shut for ever.
  expect(tests).toBeGreaterThan(168)
})

test('a clock that was set back gives nothing away, and shuts no door for longer than it would have been', () => {
  const level = charged(6, start + hour)
  expect(isAllowed(level, start)).toBe(false)
  expect(levelNow(level, start)).toBe(6)
  expect(allowedAt(clamp(level, start), start) - start).toBe(120_000)
})

test('the level is stored with its time, rounded up; a member that resumes keeps its door shut at first', () => {
  const state = { ...startAdmission(newcomer), level: levelAt(2.5000004, start) }
  const back = decode(admissionCodec, encode(admissionCodec, state))
  expect(back.level).toEqual({ level: 2.500001, at: start })
  expect(back.joining).toBeNull()
  expect(back.door.resuming).toEqual({ since: null, readAt: null })
})

const newcomer = { seed: null, invitation: null } as unknown as Parameters<typeof startAdmission>[0]
