// @vitest-environment happy-dom

import { act, cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { emptyView, type View } from '../../host/index.ts'
import { renderPage } from '../testing/page.tsx'
import { memberView, messageView, noticeView } from '../testing/views.ts'
import { RoomScreen, roomParts } from './room-screen.tsx'

/** This DOM does not say that localhost is safe. */
beforeAll(() => roomParts.fetch())
beforeEach(() => vi.stubGlobal('isSecureContext', true))
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const joined = (change: Partial<View> = {}) => {
  const page = renderPage(<RoomScreen />)
  const members = [memberView('aa', { name: 'Alice', link: 'self' }), memberView('bb', { name: 'Bob' })]
  act(() => page.show({ phase: 'joined', group: 'club', connection: 'online', members, ...change }))
  return page
}
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))
const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } })

describe('leaving', () => {
  it('asks while a conversation would be lost, and stays on request', () => {
    const { commands } = joined({ messages: [messageView(1)] })
    press('Leave group')
    expect(commands).toEqual([])
    press('Stay')
    expect([commands, screen.queryByRole('dialog')]).toEqual([[], null])
    press('Leave group')
    press('Continue')
    expect(commands).toEqual([{ kind: 'leave' }])
  })

  it('asks nothing where nothing was said', () => {
    const { commands } = joined()
    press('Leave group')
    expect(commands).toEqual([{ kind: 'leave' }])
  })

  it.each([
    [{ messages: [messageView(1)] }, true],
    [{ messages: [messageView(1)], stored: true }, false],
    [{}, false],
  ])('the browser asks before a reload that loses: %j', (change, asks) => {
    joined(change)
    const event = new Event('beforeunload', { cancelable: true })
    dispatchEvent(event)
    expect(event.defaultPrevented).toBe(asks)
  })
})

describe('the room', () => {
  it('says how many hold the same key, and how many do not', () => {
    const { show } = joined()
    expect(screen.getByRole('button', { name: '2 people, same key' })).toBeTruthy()
    act(() => show({ members: [memberView('aa', { link: 'self' }), memberView('bb', { split: true })] }))
    expect(screen.getByRole('button', { name: '1 of 2 people on another key' })).toBeTruthy()
  })

  it('lists its members whether the drawer is open or not', () => {
    joined()
    const names = () => screen.getByRole('list', { name: 'Members' }).textContent
    const before = names()
    press('2 people, same key')
    for (const text of [before, names()]) expect(text).toMatch(/Alice.*you.*Bob.*direct · knows the password/)
  })

  it('tells calmly that the relay is out of reach', () => {
    const { show } = joined()
    expect(screen.queryByText(/out of reach/)).toBeNull()
    act(() => show({ connection: 'reconnecting' }))
    expect(screen.getByText(/relay is out of reach.*Direct links go on/)).toBeTruthy()
  })

  it('shows the words behind a button, until somebody else changes them', () => {
    const { show } = renderPage(<RoomScreen />)
    type('Display name', 'Alice')
    type('Group', 'club')
    type('Password', 'secret7')
    press('Join group')
    act(() => show({ phase: 'joined', group: 'club', members: [memberView('aa', { link: 'self' })] }))
    press('Invite')
    expect(screen.queryByText('secret7')).toBeNull()
    press('Show the password')
    expect(screen.getByText('secret7')).toBeTruthy()
    act(() => show({ notices: [noticeView('1', { code: 'password-changed' })] }))
    expect(screen.queryByText('secret7')).toBeNull()
    expect(screen.getByText(/does not know the password/)).toBeTruthy()
  })
})

describe('the password field', () => {
  const tried = () => {
    const page = renderPage(<RoomScreen />)
    type('Display name', 'Alice')
    type('Group', 'club')
    type('Password', 'secret7')
    press('Join group')
    act(() => page.show({ phase: 'proving' }))
    return page
  }
  const value = () => screen.getByLabelText<HTMLInputElement>('Password').value

  it('keeps its text when it was refused or the try was cancelled', () => {
    const { show } = tried()
    act(() => show({ phase: 'refused' }))
    expect(value()).toBe('secret7')
    expect(screen.getByRole('button', { name: 'Open a room here' })).toBeTruthy()
  })

  it('is empty for who comes out of a room', () => {
    const { show } = tried()
    act(() => show({ phase: 'joined', group: 'club' }))
    act(() => show({ ...emptyView, phase: 'left' }))
    expect(value()).toBe('')
  })

  it('opens a room here where that was asked for, once others can refuse it', () => {
    const { show, commands } = tried()
    act(() => show({ phase: 'refused' }))
    press('Open a room here')
    expect(commands.filter(({ kind }) => kind === 'found')).toEqual([])
    act(() => show({ phase: 'proving' }))
    expect(commands.at(-1)).toEqual({ kind: 'found' })
  })
})

it('a refused password of a stored membership is told beside it, where the focus is', () => {
  const { store, show, commands } = renderPage(<RoomScreen />)
  act(() => store.setState({ stored: [{ id: 's1', group: 'club', name: 'Alice', createdAt: 0 }] }))
  type('Password of club', 'wrong7')
  press('Resume club')
  expect(commands).toMatchObject([{ kind: 'resume', id: 's1', password: 'wrong7' }])
  act(() => show({ phase: 'hardening' }))
  act(() => {
    show({ phase: 'failed', error: { code: 'storage/wrong-password', retryAt: null } })
    store.setState({ stored: [{ id: 's1', group: 'club', name: 'Alice', createdAt: 0 }] })
  })
  const alert = screen.getByRole('alert')
  expect(alert.textContent).toContain('password was refused')
  expect(alert.closest('li')?.textContent).toContain('club')
  expect(document.activeElement).toBe(screen.getByLabelText('Password of club'))
})
