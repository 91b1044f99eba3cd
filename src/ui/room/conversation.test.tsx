// @vitest-environment happy-dom

import { act, cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import type { MessageView } from '../../host/index.ts'
import { renderPage } from '../testing/page.tsx'
import { Conversation } from './conversation.tsx'

afterEach(cleanup)

const lineHeight = 20
const shownHeight = 100

const message = (index: number, mine = false): MessageView => ({
  id: `m${index}`,
  senderId: (mine ? 'a' : 'b').repeat(32),
  senderName: mine ? 'Alice' : 'Bob',
  mine,
  text: `line ${index}`,
  at: index,
  delivery: { state: 'delivered', confirmed: 1, of: 1 },
})
const messages = (count: number): readonly MessageView[] =>
  Array.from({ length: count }, (_, i) => message(i))

/** This DOM has no layout: a line is 20 pixels high, and five of them are in view. */
const setUp = (count: number) => {
  const page = renderPage(<Conversation labels={new Map()} />)
  const log = screen.getByRole('log')
  const lines = () =>
    [...log.querySelectorAll('article')].map((line) => line.querySelector('[dir]')?.textContent)
  Object.defineProperty(log, 'clientHeight', { get: () => shownHeight })
  Object.defineProperty(log, 'scrollHeight', { get: () => lines().length * lineHeight })
  act(() => page.show({ messages: messages(count) }))
  const scrollTo = (top: number): void => {
    log.scrollTop = top
    fireEvent.scroll(log)
  }
  return { ...page, log, lines, scrollTo, end: () => log.scrollHeight }
}

describe('the conversation', () => {
  it('follows its tail', () => {
    const { show, log, end } = setUp(20)
    expect(log.scrollTop).toBe(end())
    act(() => show({ messages: messages(30) }))
    expect(log.scrollTop).toBe(end())
    expect(screen.queryByRole('button', { name: 'Latest messages' })).toBeNull()
  })

  it('stays where a reader looks back, says that there is more, and goes there', () => {
    const { show, log, scrollTo, end } = setUp(20)
    scrollTo(40)
    act(() => show({ messages: messages(21) }))
    expect(log.scrollTop).toBe(40)
    fireEvent.click(screen.getByRole('button', { name: 'Latest messages' }))
    expect(log.scrollTop).toBe(end())
    expect(screen.queryByRole('button', { name: 'Latest messages' })).toBeNull()
  })

  it('goes to its end for what one says oneself', () => {
    const { show, log, scrollTo, end } = setUp(20)
    scrollTo(40)
    act(() => show({ messages: [...messages(20), message(20, true)] }))
    expect(log.scrollTop).toBe(end())
  })

  it('counts a reader near the end as reading along', () => {
    const { show, log, scrollTo, end } = setUp(20)
    scrollTo(20 * lineHeight - shownHeight - 40)
    act(() => show({ messages: messages(21) }))
    expect(log.scrollTop).toBe(end())
  })

  it('draws the newest 200 lines, and keeps the place when earlier ones come in above', () => {
    const { log, lines, scrollTo } = setUp(500)
    expect(lines()).toHaveLength(200)
    expect(lines()[0]).toBe('line 300')
    scrollTo(0)
    fireEvent.click(screen.getByRole('button', { name: /earlier/i }))
    expect(lines()).toHaveLength(400)
    expect(log.scrollTop).toBe(200 * lineHeight)
  })
})
