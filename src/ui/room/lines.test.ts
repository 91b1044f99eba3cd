import { describe, expect, it } from 'vitest'
import { messageView, noticeView } from '../testing/views.ts'
import { encodeBody } from './body.ts'
import { exportText, findMessages, linesOf, reactionsTo } from './lines.ts'
import { timelineOf } from './timeline.ts'

const day = 86_400_000
const noon = day / 2
const said = (number: number, at: number, mine = false) => messageView(number, { at: noon + at, mine })
const shape = (lines: ReturnType<typeof linesOf>) =>
  lines.map((line) =>
    line.kind === 'message' ? `${line.follows ? '+' : ''}${line.last ? 'last' : '…'}` : line.kind,
  )

describe('the lines of the conversation', () => {
  it('begin each day with its date, and a run with its first message', () => {
    const items = timelineOf(
      [said(1, 0), said(2, 1_000), said(3, day)],
      [noticeView('1', { at: noon + day + 1 })],
    )
    expect(shape(linesOf(items, null))).toEqual(['day', '…', '+last', 'day', 'last', 'notice'])
  })

  it('mark what is new, once, and only what others said', () => {
    const messages = [said(1, 0), said(2, 1, true), said(3, 2), said(4, 3)]
    const after = messages[0]?.id ?? ''
    expect(shape(linesOf(timelineOf(messages, []), after))).toEqual([
      'day',
      'last',
      'last',
      'new',
      '…',
      '+last',
    ])
    expect(shape(linesOf(timelineOf(messages, []), messages[3]?.id ?? ''))).not.toContain('new')
  })

  it('leave out reactions, which are told under what they are about', () => {
    const about = messageView(1)
    const thumb = (number: number, senderId: string) =>
      messageView(number, { senderId, text: encodeBody({ kind: 'reaction', to: about.id, reaction: '👍' }) })
    const messages = [about, thumb(1, 'c'.repeat(32)), thumb(2, 'c'.repeat(32)), thumb(1, 'd'.repeat(32))]
    expect(shape(linesOf(timelineOf(messages, []), null))).toEqual(['day', 'last'])
    const given = reactionsTo(messages, ({ senderId }) => (senderId.startsWith('c') ? 'Carol' : 'Dan'))
    expect([...given]).toEqual([[about.id, '👍\tCarol\tDan']])
  })
})

it('finds a text whatever its letters, and no reaction', () => {
  const about = messageView(1, { text: 'The Lake' })
  const reaction = messageView(2, { text: encodeBody({ kind: 'reaction', to: about.id, reaction: '👍' }) })
  expect(findMessages([about, reaction, messageView(3)], ' lake ')).toEqual([about])
  expect(findMessages([about, reaction], '👍')).toEqual([])
  expect(findMessages([about, reaction], ' ')).toHaveLength(2)
})

it('writes the conversation as text', () => {
  const text = exportText([messageView(1), messageView(2)], ({ senderName }) => senderName, String)
  expect(text).toBe('[1] Bob: line 1\n[2] Bob: line 2\n')
})
