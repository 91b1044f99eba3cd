// @vitest-environment happy-dom

import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { emptyView, type View } from '../../host/index.ts'
import { renderPage } from '../testing/page.tsx'
import { memberView, messageView } from '../testing/views.ts'
import { RoomScreen, roomParts } from './room-screen.tsx'

/** This DOM does not say that localhost is safe. */
beforeAll(() => roomParts.fetch())
beforeEach(() => vi.stubGlobal('isSecureContext', true))
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const joining = (change: Partial<View['admission']>) => {
  const page = renderPage(<RoomScreen />)
  act(() => page.show({ phase: 'proving', admission: { ...emptyView.admission, ...change } }))
  return page
}
const soon = (): number => Date.now() + 4_500

describe('getting in', () => {
  it('counts who answered, and says when it asks again', () => {
    joining({ asked: 2, answered: 1, refusals: 1, refusal: 'pake/failed', retryAt: soon() })
    expect(screen.getByText('1 of 2 members answered.')).toBeTruthy()
    expect(screen.getByText('Asks again in 5 seconds.')).toBeTruthy()
  })

  it('says that doors are shut, and until when', () => {
    joining({ asked: 1, retryAt: soon() })
    expect(screen.getByRole('alert').textContent).toMatch(/refused too often.*Next try in 5 seconds/)
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy()
  })

  it('says when it opens a room of its own', () => {
    joining({ foundsAt: soon() })
    expect(screen.getByText('Nobody answers. Opens a room here in 5 seconds.')).toBeTruthy()
  })

  it('offers a room of its own once nobody here will let it in, and not before', () => {
    const { show, commands } = joining({ asked: 2, stallsAt: soon() })
    expect(screen.queryByRole('button', { name: 'Open a room here' })).toBeNull()
    act(() => show({ admission: { ...emptyView.admission, asked: 2, stallsAt: Date.now() - 1 } }))
    expect(screen.getByText(/^Nobody here lets you in/)).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Open a room here' }))
    expect(commands).toEqual([{ kind: 'found' }])
  })

  it('says one reason only where a door is shut', () => {
    joining({ asked: 1, retryAt: soon(), stallsAt: Date.now() - 1 })
    expect(screen.queryByText(/^Nobody here lets you in/)).toBeNull()
    expect(screen.getByRole('button', { name: 'Open a room here' })).toBeTruthy()
  })

  it('offers nothing to press while all goes well', () => {
    joining({ asked: 1 })
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it.each([
    ['pake/failed', /password was refused/],
    ['join/not-inviter', /another member than/],
    ['join/not-admitted', /did not let you in/],
  ] as const)('tells a refusal for %s at once, and offers both ways on', (refusal, text) => {
    const { commands } = joining({ asked: 2, answered: 1, refusals: 1, refusal })
    expect(screen.getByRole('alert').textContent).toMatch(text)
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
    fireEvent.click(screen.getByRole('button', { name: 'Open a room here' }))
    expect(commands).toEqual([{ kind: 'retry' }, { kind: 'found' }])
  })
})

describe('a membership that others ended', () => {
  const removed = (removal: NonNullable<View['removal']>) => {
    const page = renderPage(<RoomScreen />)
    act(() =>
      page.show({ phase: 'joined', group: 'club', members: [memberView('Bob')], messages: [messageView(1)] }),
    )
    act(() =>
      page.show({ ...emptyView, phase: 'failed', removal, error: { code: 'group/removed', retryAt: null } }),
    )
    return page
  }

  it.each([
    [{ by: 'Bob', reason: 'evicted' }, 'Bob removed you from the group.'],
    [{ by: null, reason: 'evicted' }, 'A member removed you from the group.'],
    [{ by: 'Bob', reason: 'expired' }, 'You were away for too long, so the group removed you.'],
    [{ by: null, reason: null }, 'A member removed you from the group.'],
  ] as const)('%j says by whom and why', (removal, text) => {
    removed(removal)
    expect(screen.getByRole('alert').textContent).toBe(text)
  })

  it('keeps what was read until it is discarded', () => {
    removed({ by: 'Bob', reason: 'evicted' })
    expect(screen.getByRole('article').textContent).toContain('line 1')
    fireEvent.click(screen.getByRole('button', { name: 'Discard and go to the start' }))
    expect(screen.queryByRole('article')).toBeNull()
    expect(screen.getByRole('button', { name: 'Join group' })).toBeTruthy()
  })
})

it('typed words make a strict door, generated ones an open one', async () => {
  const { commands, show } = renderPage(<RoomScreen />)
  const type = (label: string, value: string) =>
    fireEvent.change(screen.getByLabelText(label), { target: { value } })
  type('Display name', 'Alice')
  type('Group', 'club')
  type('Password', 'typed')
  fireEvent.click(screen.getByRole('button', { name: 'Join group' }))
  expect(commands).toMatchObject([{ kind: 'join', door: 'strict', inviter: null, stored: false }])
  act(() => show({ phase: 'left' }))
  fireEvent.click(screen.getByRole('button', { name: 'Create group' }))
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>('Password').value).toMatch(/-/))
  fireEvent.click(screen.getByRole('button', { name: 'Join group' }))
  expect(commands.at(-1)).toMatchObject({ kind: 'join', door: 'open' })
})

it('an invitation names whom to ask first, as long as its group stands in the form', () => {
  const { commands, store, show } = renderPage(<RoomScreen />)
  const inviter = { address: 'a1'.repeat(32), entryHash: '0f'.repeat(32) }
  act(() => store.setState({ invited: { group: 'club', password: 'words', inviter } }))
  fireEvent.change(screen.getByLabelText('Display name'), { target: { value: 'Bob' } })
  const join = () => fireEvent.click(screen.getByRole('button', { name: 'Join group' }))
  join()
  act(() => show({ phase: 'refused' }))
  fireEvent.change(screen.getByLabelText('Group'), { target: { value: 'another' } })
  fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'words' } })
  join()
  expect(commands).toMatchObject([
    { group: 'club', inviter },
    { group: 'another', inviter: null },
  ])
})
