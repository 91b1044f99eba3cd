import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileView, MessageView, NoticeView } from '../../host/index.ts'
import { messageView, noticeView } from '../testing/views.ts'
import { countUnread, labelsOf, timelineOf } from './timeline.ts'

const message = (id: string, at: number, senderId = 'a'.repeat(32)) => messageView(0, { id, at, senderId })
const notice = (id: string, at: number) => noticeView(id, { at })
const file = (id: string, at: number) => ({ id, at }) as FileView
const order = (
  messages: readonly MessageView[],
  notices: readonly NoticeView[],
  files: readonly FileView[] = [],
) =>
  timelineOf(messages, notices, [], files).map((item) => {
    if (item.kind === 'message') return item.message.id
    if (item.kind === 'notice') return item.notice.id
    return item.kind === 'gap' ? item.gap.id : item.file.id
  })

describe('timelineOf', () => {
  it('puts notices where they happened', () => {
    expect(
      order([message('m1', 10), message('m2', 30)], [notice('n1', 5), notice('n2', 20), notice('n3', 40)]),
    ).toEqual(['n1', 'm1', 'n2', 'm2', 'n3'])
    expect(order([], [notice('n1', 1)])).toEqual(['n1'])
  })

  it('puts files where they were offered, between messages and notices', () => {
    expect(
      order([message('m1', 10), message('m2', 30)], [notice('n1', 20)], [file('f1', 15), file('f2', 50)]),
    ).toEqual(['m1', 'f1', 'n1', 'm2', 'f2'])
    expect(order([], [], [file('f1', 1), file('f2', 2)])).toEqual(['f1', 'f2'])
  })

  it('puts a gap before the next message of its sender, and one without such a message at the end', () => {
    const gap = (senderId: string, from: number) =>
      ({ id: `${senderId}-${from}`, senderId, senderName: 'Alice', count: 1, state: 'asked' }) as const
    const items = timelineOf(
      [
        messageView(1, { senderId: 'a' }),
        messageView(9, { senderId: 'b' }),
        messageView(4, { senderId: 'a', at: 10 }),
      ],
      [],
      [gap('a', 2), gap('b', 12)],
    )
    const told = items.map((item) => (item.kind === 'gap' ? `gap ${item.gap.id}` : item.kind))
    expect(told).toEqual(['message', 'message', 'gap a-2', 'message', 'gap b-12'])
  })

  it('keeps each list in its own order when the clock was set back', () => {
    const mixed = order([message('m1', 100), message('m2', 10)], [notice('n1', 90), notice('n2', 5)])
    expect(mixed.filter((id) => id.startsWith('m'))).toEqual(['m1', 'm2'])
    expect(mixed.filter((id) => id.startsWith('n'))).toEqual(['n1', 'n2'])
  })

  it('is the same whole in parts, whatever the clocks did', () => {
    const at = fc.integer({ min: 0, max: 1000 })
    const times = fc.array(at, { maxLength: 12 })
    fc.assert(
      fc.property(
        fc.array(at, { minLength: 1, maxLength: 12 }),
        times,
        times,
        fc.nat(12),
        fc.nat(12),
        (spoken, told, offered, a, b) => {
          const messages = spoken.map((time, i) => messageView(i, { at: time }))
          const notices = told.map((time, i) => notice(`n${i}`, time))
          const files = offered.map((time, i) => file(`f${i}`, time))
          const senderId = messages[0]?.senderId ?? ''
          const gaps = [3, 20].map(
            (number) =>
              ({
                id: `${senderId}-${number}`,
                senderId,
                senderName: 'Bob',
                count: 1,
                state: 'lost',
              }) as const,
          )
          const kinds = (items: ReturnType<typeof timelineOf>) =>
            items.map((item) => (item.kind === 'message' ? item.message.id : item))
          const part = (from: number, to: number) => timelineOf(messages, notices, gaps, files, { from, to })
          const last = Math.max(0, messages.length - 1)
          const [first, second] = [Math.min(a, b, last), Math.min(Math.max(a, b), last)]
          const parts = [...part(0, first), ...part(first, second), ...part(second, messages.length)]
          expect(kinds(parts)).toEqual(kinds(timelineOf(messages, notices, gaps, files)))
        },
      ),
    )
  })

  it('joins what one sender says in a row, unless time or a notice is between', () => {
    const other = 'b'.repeat(32)
    const items = timelineOf(
      [
        message('1', 0),
        message('2', 1000),
        message('3', 2000, other),
        message('4', 3000, other),
        message('5', 200_000, other),
      ],
      [notice('n', 2500)],
    )
    const follows = items.flatMap((item) => (item.kind === 'message' ? [item.follows] : []))
    expect(follows).toEqual([false, true, false, false, false])
  })
})

describe('labelsOf', () => {
  const one = { id: `12345${'0'.repeat(27)}`, name: 'Sam', digits: null }
  const two = { id: `abcde${'0'.repeat(27)}`, name: 'Sam', digits: null }

  it('tells equal names apart by the beginning of the id', () => {
    const labels = labelsOf([one, two, { id: 'f', name: 'Bob', digits: null }], [])
    expect([...labels.values()]).toEqual(['Sam 1234', 'Sam abcd', 'Bob'])
    expect(labelsOf([one], []).get(one.id)).toBe('Sam')
  })

  it('shows the digits that the member shows: names can look alike without being equal', () => {
    const alike = [one, { ...two, name: 'Ѕam' }].map((member) => ({
      ...member,
      digits: member.id.slice(0, 4),
    }))
    expect([...labelsOf(alike, []).values()]).toEqual(['Sam 1234', 'Ѕam abcd'])
  })

  it('counts senders who have left', () => {
    expect(labelsOf([one], [{ senderId: two.id, senderName: 'Sam' }]).get(one.id)).toBe('Sam 1234')
    expect(labelsOf([one], [{ senderId: one.id, senderName: 'Sam' }]).get(one.id)).toBe('Sam')
  })
})

describe('countUnread', () => {
  const own = { id: 'own', mine: true }
  const [a, b] = [
    { id: 'a', mine: false },
    { id: 'b', mine: false },
  ]
  it('counts what others said since', () => {
    expect(countUnread([a, own, b], 'a')).toBe(1)
    expect(countUnread([a, b], null)).toBe(2)
    expect(countUnread([a, b], 'gone')).toBe(2)
    expect(countUnread([], null)).toBe(0)
  })
})
