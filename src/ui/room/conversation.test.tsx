// @vitest-environment happy-dom

import { act, cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { MessageView } from '../../host/index.ts'
import { renderPage } from '../testing/page.tsx'
import { messageView, noticeView } from '../testing/views.ts'
import { Conversation } from './conversation.tsx'

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

const lineHeight = 20
const shownHeight = 100

const message = (number: number, mine = false): MessageView => messageView(number, { mine })
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
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(lineHeight)
  vi.spyOn(HTMLElement.prototype, 'offsetTop', 'get').mockImplementation(function (this: HTMLElement) {
    return [...log.querySelectorAll('article')].indexOf(this) * lineHeight
  })
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
    scrollTo(160)
    fireEvent.click(screen.getByRole('button', { name: 'Earlier messages (300)' }))
    expect([lines()[0], lines().at(-1)]).toEqual(['line 100', 'line 499'])
    expect(log.scrollTop).toBe(160 + 200 * lineHeight)
  })

  it('lets earlier and later ones come in while a reader scrolls, and never draws more than 400', () => {
    const { log, lines, scrollTo, end } = setUp(1000)
    const inView = () => lines()[log.scrollTop / lineHeight]
    for (let i = 0; i < 20; i++) {
      scrollTo(40)
      const reading = inView()
      expect(lines().length).toBeLessThanOrEqual(400)
      fireEvent.scroll(log)
      expect(inView()).toBe(reading)
    }
    expect([lines()[0], lines().at(-1)]).toEqual(['line 400', 'line 799'])
    scrollTo(end() - shownHeight - 60)
    expect([lines()[0], lines().at(-1)]).toEqual(['line 420', 'line 819'])
    fireEvent.click(screen.getByRole('button', { name: 'Later messages (180)' }))
    expect(lines().at(-1)).toBe('line 999')
    scrollTo(end() - shownHeight)
    expect(lines()).toHaveLength(200)
  })

  it('stays at the place of reading while a full conversation loses its oldest messages', () => {
    const { show, lines, scrollTo } = setUp(1000)
    scrollTo(40)
    const [first] = lines()
    act(() => show({ messages: [...messages(1000).slice(100), message(1000)] }))
    expect(lines()[0]).toBe(first)
    fireEvent.click(screen.getByRole('button', { name: 'Latest messages' }))
    expect(lines().at(-1)).toBe('line 1000')
    expect(lines()).toHaveLength(200)
  })

  it('goes to its end for what one says while reading far back', () => {
    const { show, log, lines, scrollTo, end } = setUp(1000)
    for (let i = 0; i < 25; i++) scrollTo(0)
    expect(lines()).not.toContain('line 999')
    act(() => show({ messages: [...messages(1000), message(1000, true)] }))
    expect(lines().at(-1)).toBe('line 1000')
    expect(log.scrollTop).toBe(end())
  })

  it('shows the newest findings of a search, and counts all', () => {
    const page = renderPage(<Conversation labels={new Map()} query="line 1" />)
    act(() => page.show({ messages: messages(2000) }))
    expect(screen.getAllByRole('article')).toHaveLength(200)
    expect(screen.getByRole('status').textContent).toBe('1111 messages found')
    expect(screen.getByRole('button', { name: 'Earlier messages (911)' })).toBeDefined()
  })
})

describe('what stands in the conversation', () => {
  const drawn = (change: Parameters<ReturnType<typeof renderPage>['show']>[0]): HTMLElement => {
    const page = renderPage(<Conversation labels={new Map()} />)
    act(() => page.show(change))
    return screen.getByRole('log')
  }

  it('names who did it, and counts a burst', () => {
    const log = drawn({
      notices: [
        noticeView('1', { code: 'member-joined', name: 'Carol', by: 'Bob' }),
        noticeView('2', { code: 'wrong-password', name: null, count: 3 }),
        noticeView('3', { code: 'member-evicted', name: 'Carol', by: 'Alice' }),
      ],
    })
    expect(log.textContent).toContain('Carol joined, let in by Bob')
    expect(log.textContent).toContain('Someone tried a wrong password (3)')
    expect(log.textContent).toContain('Alice removed Carol')
  })

  it('isolates each name, even one that reads like a part of the text', () => {
    const log = drawn({ notices: [noticeView('1', { name: 'joined, let in by', by: '\u202eBob' })] })
    expect([...log.querySelectorAll('bdi')].map((name) => name.textContent)).toEqual([
      'joined, let in by',
      '\u202eBob',
    ])
  })

  it('asks another room of this name again, once for each time that it was met', () => {
    const page = renderPage(<Conversation labels={new Map()} />)
    const met = (id: string) => noticeView(id, { code: 'other-room', name: null })
    const buttons = () => screen.queryAllByRole('button', { name: 'Try again' })
    act(() => page.show({ notices: [met('1'), met('2')] }))
    expect(buttons()).toHaveLength(1)
    fireEvent.click(buttons()[0]!)
    expect(page.commands).toEqual([{ kind: 'retry' }])
    expect(screen.getByRole('status').textContent).toContain('Asking the other room again')
    expect(buttons()).toHaveLength(0)
    act(() => page.show({ notices: [met('1'), met('2'), met('3')] }))
    expect(buttons()).toHaveLength(1)
  })

  it('says what has not come, before the next message of its sender', () => {
    const senderId = 'b'.repeat(32)
    const gap = { id: `${senderId}-2`, senderId, senderName: 'Bob', count: 3, state: 'asked' } as const
    const log = drawn({ messages: [message(1), message(5)], gaps: [gap] })
    expect([...log.querySelectorAll('article, [data-code=gap]')].map(({ tagName }) => tagName)).toEqual([
      'ARTICLE',
      'P',
      'ARTICLE',
    ])
    expect(log.textContent).toContain('3 messages of Bob have not come.')
  })

  it.each([
    [{ state: 'sending', confirmed: 0, of: 2 }, 'sending'],
    [{ state: 'sending', confirmed: 1, of: 2 }, 'delivered to 1 of 2'],
    [{ state: 'delivered', confirmed: 2, of: 2 }, 'delivered'],
    [{ state: 'nobody', confirmed: 0, of: 0 }, 'nobody else was here'],
    [{ state: 'waiting', confirmed: 0, of: 1, mailed: ['Bob'] }, 'in the mailbox of Bob'],
    [{ state: 'waiting', confirmed: 0, of: 1, missing: ['Bob'] }, 'Bob misses it'],
    [
      { state: 'waiting', confirmed: 1, of: 4, mailed: ['Bob'], missing: ['Carol', 'Dan'] },
      'delivered to 1 of 4 · in the mailbox of Bob · Carol, Dan miss it',
    ],
  ] as const)('words how far an own message has come: %j', (delivery, text) => {
    const whole = { mailed: [], missing: [], ...delivery }
    const log = drawn({ messages: [messageView(1, { mine: true, delivery: whole })] })
    expect(log.querySelector('article [data-delivery]')?.textContent).toBe(text)
  })
})
