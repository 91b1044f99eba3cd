// @vitest-environment happy-dom

import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { renderPage } from '../testing/page.tsx'
import { PasswordDialog } from './password-dialog.tsx'
import { VerifyDialog } from './verify-dialog.tsx'

afterEach(cleanup)

const bob = { id: 'b'.repeat(32), name: 'Bob' }
const open = (member: typeof bob | null) => {
  const onClose = vi.fn()
  const page = renderPage(<PasswordDialog member={member} onClose={onClose} />)
  const password = screen.getByLabelText<HTMLInputElement>('New password')
  return {
    ...page,
    onClose,
    password,
    press: (name: string) => fireEvent.click(screen.getByRole('button', { name })),
  }
}

describe('the password dialog', () => {
  it('is modal, and named after who is removed', () => {
    open(bob)
    const dialog = screen.getByRole<HTMLDialogElement>('dialog', { name: 'Remove Bob' })
    expect(dialog.open).toBe(true)
  })

  it('removes a member together with the password it knows', () => {
    const { commands, onClose, password, press } = open(bob)
    fireEvent.change(password, { target: { value: 'new 2 words' } })
    press('Remove and change the password')
    expect(commands).toEqual([
      { kind: 'remove', member: bob.id, withInvited: false, newPassword: 'new 2 words', door: 'strict' },
    ])
    expect(onClose).toHaveBeenCalledOnce()
  })

  it('asks for the missing password, and sends nothing without it', () => {
    const { commands, onClose, password, press } = open(bob)
    press('Remove and change the password')
    expect(commands).toEqual([])
    expect(onClose).not.toHaveBeenCalled()
    const alert = screen.getByRole('alert')
    expect(password.getAttribute('aria-invalid')).toBe('true')
    expect(password.getAttribute('aria-describedby')).toContain(alert.id)
  })

  it('removes and leaves the password as it is, where that is what was asked for', () => {
    const { commands, press } = open(bob)
    press('Remove only')
    expect(commands).toEqual([
      { kind: 'remove', member: bob.id, withInvited: false, newPassword: null, door: 'strict' },
    ])
  })

  it('changes the password alone where nobody is removed', () => {
    const { commands, password, press } = open(null)
    expect(screen.queryByRole('button', { name: 'Remove only' })).toBeNull()
    fireEvent.change(password, { target: { value: 'new 2 words' } })
    press('Change the password')
    expect(commands).toEqual([{ kind: 'change-password', newPassword: 'new 2 words', door: 'strict' }])
  })

  it('hides what is typed, shows it on request, and shows a suggestion', async () => {
    const { password, press } = open(bob)
    expect(password.type).toBe('password')
    press('Show new password')
    expect(password.type).toBe('text')
    press('Show new password')
    expect(password.type).toBe('password')
    press('Suggest a passphrase')
    await waitFor(() => expect(password.value).toMatch(/^([a-z-]+-){4}[a-z-]+$/))
    expect(password.type).toBe('text')
  })

  it('removes everybody whom the member let in, where that is ticked', () => {
    const { commands, press } = open(bob)
    fireEvent.click(screen.getByRole('checkbox', { name: 'and everyone whom Bob let in' }))
    press('Remove only')
    expect(commands).toEqual([
      { kind: 'remove', member: bob.id, withInvited: true, newPassword: null, door: 'strict' },
    ])
  })

  it('opens the door for words that it drew itself, and only for those', async () => {
    const { commands, password, press } = open(null)
    press('Suggest a passphrase')
    await waitFor(() => expect(password.value).not.toBe(''))
    const suggested = password.value
    press('Change the password')
    fireEvent.change(password, { target: { value: `${suggested}!` } })
    press('Change the password')
    expect(commands).toEqual([
      { kind: 'change-password', newPassword: suggested, door: 'open' },
      { kind: 'change-password', newPassword: `${suggested}!`, door: 'strict' },
    ])
  })

  it('closes on Escape and changes nothing', () => {
    const { commands, onClose } = open(bob)
    fireEvent(screen.getByRole('dialog'), new Event('cancel'))
    expect(onClose).toHaveBeenCalledOnce()
    expect(commands).toEqual([])
  })
})

describe('the verify dialog', () => {
  const number = { digits: '123456 789012', words: [0, 7_775] }

  it('shows digits, and words of the list', async () => {
    renderPage(<VerifyDialog member={bob} number={number} verified={false} onClose={() => undefined} />)
    expect(screen.getByRole('dialog', { name: 'Verify Bob' })).toBeTruthy()
    expect(screen.getByTestId('safety-number').textContent).toBe('123456 789012')
    await waitFor(() => expect(screen.getByTestId('safety-words').textContent).toBe('abacus zoom'))
  })

  it.each([bob, null])('passes on what the user saw, of %j', (member) => {
    const { commands } = renderPage(
      <VerifyDialog member={member} number={number} verified={false} onClose={() => undefined} />,
    )
    const id = member?.id ?? null
    fireEvent.click(screen.getByRole('button', { name: 'Same' }))
    expect(commands).toEqual([{ kind: 'verify', member: id, same: true }])
    expect(screen.queryByRole('alert')).toBeNull()
    fireEvent.click(screen.getByRole('button', { name: 'Different' }))
    expect(commands.at(-1)).toEqual({ kind: 'verify', member: id, same: false })
    expect(screen.getByRole('alert').textContent).toContain('leave the group')
  })
})
