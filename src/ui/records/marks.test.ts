import { describe, expect, it } from 'vitest'
import { emptyView, type View } from '../../host/index.ts'
import { memberView } from '../testing/views.ts'
import { createMarkLog, eventsWithin, hiddenWithin } from './marks.ts'

const view = (change: Partial<View>): View => ({ ...emptyView, connection: 'online', ...change })
const room = (epoch: number, ...ids: readonly string[]): View =>
  view({ phase: 'joined', epoch, members: ids.map((id) => memberView(id)) })
const kinds = (...views: readonly View[]) => {
  const log = createMarkLog()
  for (const [i, after] of views.entries()) {
    const before = views[i - 1]
    if (before !== undefined) log.follow(before, after, i)
  }
  return eventsWithin(log.get(), 0, views.length).map(({ at, kind }) => `${at} ${kind}`)
}

describe('the log of marks', () => {
  it('tells joins, leaves and new keys from the views', () => {
    expect(kinds(view({ phase: 'proving' }), room(1, 'a'))).toEqual(['1 join', '1 rekey'])
    expect(kinds(room(1, 'a'), room(1, 'a', 'b'), room(2, 'a', 'b'))).toEqual(['1 join', '2 rekey'])
    expect(kinds(room(2, 'a', 'b'), room(3, 'a'))).toEqual(['1 leave', '1 rekey'])
    expect(kinds(room(3, 'a'), room(3, 'a'))).toEqual([])
    expect(kinds(room(3, 'a'), view({ phase: 'left' }))).toEqual(['1 leave'])
  })

  it('tells a reconnection, and no first connection', () => {
    const at = (connection: View['connection']): View => ({ ...room(1, 'a'), connection })
    expect(kinds(at('connecting'), at('online'))).toEqual([])
    expect(kinds(at('online'), at('reconnecting'), at('online'))).toEqual(['2 reconnect'])
  })

  it('keeps the times out of sight, cut to what is asked for', () => {
    const log = createMarkLog()
    log.show(true, 0)
    log.show(false, 10)
    log.show(false, 12)
    log.show(true, 20)
    log.show(false, 30)
    expect(hiddenWithin(log.get(), 0, 25)).toEqual([{ from: 10, to: 20 }])
    expect(hiddenWithin(log.get(), 15, 40)).toEqual([
      { from: 15, to: 20 },
      { from: 30, to: 40 },
    ])
    expect(hiddenWithin(log.get(), 21, 29)).toEqual([])
  })

  it('forgets the oldest', () => {
    const log = createMarkLog()
    for (let i = 1; i <= 2_000; i++) log.follow(room(i, 'a'), room(i + 1, 'a'), i)
    const marks = eventsWithin(log.get(), 0, 3_000)
    expect(marks.length).toBeLessThanOrEqual(500)
    expect(marks.at(-1)?.at).toBe(2_000)
  })
})
