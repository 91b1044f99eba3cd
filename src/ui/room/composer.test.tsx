// @vitest-environment happy-dom

import { act, cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { renderPage } from '../testing/page.tsx'
import { messageView } from '../testing/views.ts'
import { Composer } from './composer.tsx'

afterEach(cleanup)

const own = (number: number, text: string) => messageView(number, { mine: true, text })

const setUp = () => {
  const page = renderPage(<Composer />)
  const box = screen.getByLabelText<HTMLTextAreaElement>('Message')
  return {
    ...page,
    box,
    type: (text: string) => fireEvent.change(box, { target: { value: text } }),
    press: (init: KeyboardEventInit) => fireEvent.keyDown(box, init),
    said: () => page.commands.map((command) => (command.kind === 'say' ? command.text : command.kind)),
  }
}

describe('the composer', () => {
  it('takes the focus, and sends on Enter, not on Shift and Enter', () => {
    const { box, type, press, said } = setUp()
    expect(document.activeElement).toBe(box)
    type('hello')
    press({ key: 'Enter', shiftKey: true })
    expect(said()).toEqual([])
    press({ key: 'Enter' })
    expect(said()).toEqual(['hello'])
  })

  it('leaves Enter to an input method that composes, and a held key sends once', () => {
    const { type, press, said } = setUp()
    type('こん')
    press({ key: 'Enter', isComposing: true })
    press({ key: 'Enter', repeat: true })
    expect(said()).toEqual([])
  })

  it('sends nothing that is blank', () => {
    const { type, press, said } = setUp()
    type('  \n ')
    press({ key: 'Enter' })
    expect(said()).toEqual([])
  })

  it('keeps the text until the message is in the conversation, and sends it once meanwhile', () => {
    const { box, type, press, said, show } = setUp()
    type('hello')
    press({ key: 'Enter' })
    press({ key: 'Enter' })
    expect(said()).toEqual(['hello'])
    expect(box.value).toBe('hello')
    act(() => show({ messages: [own(1, 'hello')] }))
    expect(box.value).toBe('')
  })

  it('keeps what was typed since', () => {
    const { box, type, press, show } = setUp()
    type('hello')
    press({ key: 'Enter' })
    type('hello again')
    act(() => show({ messages: [own(1, 'hello')] }))
    expect(box.value).toBe('hello again')
  })

  it('keeps a refused text, which can be sent again', () => {
    const { box, type, press, said, show } = setUp()
    type('too much')
    press({ key: 'Enter' })
    act(() => show({ error: { code: 'message/backlog', retryAt: null } }))
    expect(box.value).toBe('too much')
    press({ key: 'Enter' })
    expect(said()).toEqual(['too much', 'too much'])
  })
})
