// @vitest-environment happy-dom

import { act, cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import type { MemberView } from '../../host/index.ts'
import { renderPage } from '../testing/page.tsx'
import { memberView } from '../testing/views.ts'
import { Members } from './members.tsx'
import { labelsOf } from './timeline.ts'

afterEach(cleanup)

const listed = (...members: readonly MemberView[]): readonly HTMLElement[] => {
  const { show } = renderPage(<Members labels={labelsOf(members, [])} />)
  act(() => show({ members }))
  return screen.getAllByRole('listitem')
}

describe('a member in the list', () => {
  it.each([
    [{ trust: 'let-in', letInBy: 'Alice' }, 'direct · let in by Alice'],
    [{ trust: 'let-in', letInBy: null }, 'direct · knows the password'],
    [{ trust: 'let-in-by-you', letInBy: 'Me' }, 'direct · let in by you'],
    [{ trust: 'let-in-by-you', verified: true }, 'direct · let in by you · verified'],
    [{ trust: 'let-in', link: 'offline', asleep: true }, 'offline · asleep · knows the password'],
    [{ trust: 'pre-keyed', link: 'offline', asleep: true }, 'offline · asleep · pre-keyed'],
    [{ trust: 'self', link: 'self' }, 'you'],
  ] as const)('%j reads %j', (change, text) => {
    const [line] = listed(memberView('Bob', change))
    expect(line?.querySelector('bdi + span')?.textContent).toBe(text)
  })

  it('isolates its name and the name of who let it in', () => {
    const [line] = listed(memberView('Bob', { letInBy: 'Alice' }))
    expect([...(line?.querySelectorAll('bdi') ?? [])].map((name) => name.textContent)).toEqual([
      'Bob',
      'Alice',
    ])
  })

  it('has four digits where its name reads like another', () => {
    const lines = listed(memberView('1', { name: 'Sam', digits: '12ab' }), memberView('2', { name: 'Eve' }))
    expect(lines.map((line) => line.querySelector('bdi')?.textContent)).toEqual(['Sam 12ab', 'Eve'])
  })

  it('that sleeps without an entry has four digits for a name, and nothing to compare', () => {
    const [line] = listed(memberView('1', { name: '', digits: '12ab', trust: 'pre-keyed' }))
    expect(line?.textContent).toContain('Member 12ab')
    expect(screen.queryByRole('button', { name: /^Verify/ })).toBeNull()
  })

  it('has a number to compare', () => {
    listed(memberView('Bob', { number: { digits: '123456', words: [0] } }))
    fireEvent.click(screen.getByRole('button', { name: 'Verify Bob' }))
    expect(screen.getByTestId('safety-number').textContent).toBe('123456')
  })
})

it('says how many have no place', () => {
  const { show } = renderPage(<Members labels={new Map()} />)
  act(() => show({ members: [memberView('a')], waiting: 2 }))
  expect(screen.getByText('The room is full. 2 more are waiting.')).toBeTruthy()
})
