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
    fireEvent.change(password, { target: { value: 'new words' } })
    press('Remove and change the password')
    expect(commands).toEqual([{ kind: 'remove', member: bob.id, newPassword: 'new words' }])
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
    expect(commands).toEqual([{ kind: 'remove', member: bob.id, newPassword: null }])
  })

  it('changes the password alone where nobody is removed', () => {
    const { commands, password, press } = open(null)
    expect(screen.queryByRole('button', { name: 'Remove only' })).toBeNull()
    fireEvent.change(password, { target: { value: 'new words' } })
    press('Change the password')
    expect(commands).toEqual([{ kind: 'change-password', newPassword: 'new words' }])
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

  it('closes on Escape and changes nothing', () => {
    const { commands, onClose } = open(bob)
    fireEvent(screen.getByRole('dialog'), new Event('cancel'))
    expect(onClose).toHaveBeenCalledOnce()
    expect(commands).toEqual([])
  })
})

describe('the verify dialog', () => {
  it('marks the number that was compared, and takes the mark back', () => {
    const safety = { digits: '12345 67890', words: 'able baker' }
    renderPage(<VerifyDialog name="Bob" safety={safety} onClose={() => undefined} />)
    const mark = screen.getByRole('button', { pressed: false })
    fireEvent.click(mark)
    expect(mark.getAttribute('aria-pressed')).toBe('true')
    fireEvent.click(mark)
    expect(mark.getAttribute('aria-pressed')).toBe('false')
  })
})
