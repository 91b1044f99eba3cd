import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allOperations, RecordLog } from '../../records/record-log.ts'
import { testRecord } from '../../records/testing/record.ts'
import { CaptureProblem } from '../../shared/json.ts'
import { nameToTell, newTabId, parseMessage, partsOf } from './message.ts'
import { createNeighbours, neighbourLimits } from './neighbours.ts'

const idOf = (n: number): string => newTabId(new Uint8Array(8).fill(n))

/** Tabs of one browser under one clock; what is said is copied, as the browser does. */
const createBrowser = () => {
  let now = 0
  let timers: { readonly at: number; readonly run: () => void }[] = []
  const ears = new Map<string, (data: unknown) => void>()
  const said: unknown[] = []
  const say = (from: string, data: unknown): void => {
    said.push(data)
    for (const [id, hear] of ears) if (id !== from) hear(structuredClone(data))
  }
  return {
    said,
    say,
    advance(ms: number): void {
      for (const end = now + ms; now < end; ) {
        now += 100
        const due = timers.filter(({ at }) => at <= now)
        timers = timers.filter(({ at }) => at > now)
        for (const { run } of due) run()
      }
    },
    close: (id: string) => void ears.delete(id),
    open(n: number, name: string, origin = 0) {
      const id = idOf(n)
      const log = new RecordLog()
      const neighbours = createNeighbours({
        post: (message) => say(id, message),
        listen: (hear) => void ears.set(id, hear),
        id,
        log,
        name: () => name,
        origin,
        now: () => now - origin,
        after: (ms, run) => {
          const timer = { at: now + ms, run }
          timers.push(timer)
          return () => {
            timers = timers.filter((each) => each !== timer)
          }
        },
      })
      return { id, log, neighbours }
    },
  }
}

const points = (log: RecordLog) => log.points(allOperations, { from: -1e6, to: 1e6 })

describe('tabs of one browser', () => {
  it('say nothing while nobody watches, and only the one that watches listens', () => {
    const browser = createBrowser()
    const [alice, bob] = [browser.open(1, 'Alice'), browser.open(2, 'Bob')]
    bob.log.append([testRecord(10)])
    browser.advance(20_000)
    expect(browser.said).toEqual([])
    const stop = alice.neighbours.follow()
    browser.advance(5_000)
    expect(alice.neighbours.get().map(({ name }) => name)).toEqual(['Bob'])
    expect(bob.neighbours.get()).toEqual([])
    stop()
    const before = browser.said.length
    browser.advance(20_000)
    expect(browser.said.length).toBe(before)
  })

  it('have the same figures as where they were measured, on the own clock, whatever came when', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9_000), { maxLength: 30 }), fc.nat(30_000), (gaps, origin) => {
        const browser = createBrowser()
        const [alice, bob] = [browser.open(1, 'Alice'), browser.open(2, 'Bob', origin)]
        let at = 0
        const record = (gap: number): void => {
          browser.advance(Math.ceil(gap / 100) * 100)
          at += Math.ceil(gap / 100) * 100
          bob.log.append([testRecord(at - origin, { id: at + 1, duration: 1 + (gap % 50) })])
        }
        for (const gap of gaps.slice(0, 10)) record(gap)
        alice.neighbours.follow()
        for (const gap of gaps.slice(10)) record(gap)
        browser.advance(3_000)
        const [seen] = alice.neighbours.get()
        expect(seen?.log.operations.snapshot()).toEqual(bob.log.operations.snapshot())
        const own = points(bob.log)
        expect(points(seen?.log ?? new RecordLog())).toEqual(
          own.map((point) => ({ ...point, at: point.at + origin })),
        )
      }),
      { numRuns: 30 },
    )
  })

  it('are gone some seconds after they fell silent, and many are too many', () => {
    const browser = createBrowser()
    const alice = browser.open(1, 'Alice')
    const others = Array.from({ length: 30 }, (_, i) => browser.open(i + 2, `tab ${i}`))
    for (const { log } of others) log.append([testRecord(1)])
    alice.neighbours.follow()
    browser.advance(3_000)
    expect(alice.neighbours.get().length).toBe(neighbourLimits.tabs)
    for (const { id } of others) browser.close(id)
    browser.advance(neighbourLimits.silentMs + 3 * neighbourLimits.askEveryMs)
    expect(alice.neighbours.get()).toEqual([])
  })

  it('catch up with one whose beginning they missed', () => {
    const browser = createBrowser()
    const alice = browser.open(1, 'Alice')
    alice.neighbours.follow()
    const late = browser.open(3, 'Late')
    late.log.append([testRecord(5)])
    browser.advance(6_000)
    expect(alice.neighbours.get().map(({ id }) => id)).toEqual([late.id])
  })

  it('do not answer faster for being asked more often', () => {
    const browser = createBrowser()
    const bob = browser.open(2, 'Bob')
    bob.log.append([testRecord(1)])
    for (let i = 0; i < 500; i++) browser.say(idOf(9), { kind: 'ask', from: idOf(9), whole: i % 2 === 0 })
    const tells = browser.said.filter((data) => (data as { kind: string }).kind === 'tell')
    expect(tells.length).toBeLessThanOrEqual(2)
  })
})

describe('what a tab hears', () => {
  const real = (): unknown => {
    const browser = createBrowser()
    const bob = browser.open(2, 'Bob')
    for (let i = 0; i < 20; i++) bob.log.append([testRecord(i * 300, { error: i % 7 === 0 ? 'x/y' : null })])
    browser.say(idOf(9), { kind: 'ask', from: idOf(9), whole: true })
    return browser.said.at(-1)
  }

  it('is refused unless it is exactly a message, and changes nothing then', () => {
    const browser = createBrowser()
    const alice = browser.open(1, 'Alice')
    alice.neighbours.follow()
    const known = browser.said.length
    const message = real() as { readonly log: object }
    const bad: unknown[] = [
      null,
      'ask',
      { kind: 'ask' },
      { kind: 'ask', from: 'x', whole: true },
      { ...message, extra: 1 },
      { ...message, from: '../../../../etc' },
      { ...message, name: 'a'.repeat(65) },
      { ...message, since: 'yesterday' },
      { ...message, log: { ...message.log, total: -1 } },
      { ...message, log: { ...message.log, password: 'x' } },
    ]
    for (const each of bad) {
      expect(() => parseMessage(each)).toThrow(CaptureProblem)
      expect(() => browser.say(idOf(9), each)).not.toThrow()
    }
    expect(alice.neighbours.get()).toEqual([])
    expect(browser.said.length).toBe(known + bad.length)
    browser.say(idOf(9), message)
    expect(alice.neighbours.get().length).toBe(1)
  })

  it('never breaks it, whatever is put in the place of any part', () => {
    const paths = (value: unknown, at: readonly string[] = []): readonly (readonly string[])[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, each]) => [[...at, key], ...paths(each, [...at, key])])
        : []
    const message = real()
    const all = paths(message)
    const put = (value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown => {
      if (key === undefined) return by
      const inner = (value as Record<string, unknown>)[key]
      if (!Array.isArray(value)) return { ...(value as object), [key]: put(inner, rest, by) }
      return value.map((each, i) => (String(i) === key ? put(inner, rest, by) : each))
    }
    fc.assert(
      fc.property(
        fc.constantFrom(...all),
        fc.oneof(fc.anything(), fc.double(), fc.constant(null)),
        (at, by) => {
          const browser = createBrowser()
          const alice = browser.open(1, 'Alice')
          alice.neighbours.follow()
          browser.say(idOf(9), put(message, at, by))
          const [seen] = alice.neighbours.get()
          // Taken or not, what is there can be drawn.
          expect(seen === undefined || Array.isArray(points(seen.log))).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('holds no records, no traces and no errors of single operations', () => {
    const { log } = real() as { readonly log: { latest: unknown[]; slowest: unknown[]; parts: unknown[] } }
    expect([log.latest, log.slowest, log.parts]).toEqual([[], [], []])
  })

  it('comes with a name that always fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const told = nameToTell(name)
        const message = { ...(real() as object), name: told }
        expect(parseMessage(message)).toMatchObject({ name: told })
      }),
      { numRuns: 50 },
    )
  })
})

it('a long log leaves in parts that hold all of it', () => {
  const log = new RecordLog()
  for (let i = 0; i < 300; i++)
    for (const operation of ['a', 'b', 'c']) log.append([testRecord(i * 1_000, { operation, error: 'x' })])
  const data = log.data(0, 300_000)
  const parts = partsOf(data, 500)
  expect(parts.length).toBeGreaterThan(3)
  expect(parts.flatMap(({ series }) => series)).toEqual(data.series)
  expect(parts.flatMap(({ errors }) => errors)).toEqual(data.errors)
  for (const { series, errors } of parts)
    expect([...series, ...errors].reduce((sum, { slices }) => sum + slices.length, 0)).toBeLessThanOrEqual(
      500,
    )
})
