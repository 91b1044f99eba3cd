import { describe, expect, it } from 'vitest'
import { invitationLink, readInvitation } from './invitation.ts'

const place = { origin: 'https://example.org', pathname: '/', search: '' }

describe('an invitation link', () => {
  it.each([
    { group: 'book club', password: null, inviter: null },
    { group: 'book club', password: null, inviter: { address: 'a1'.repeat(32), entryHash: '0f'.repeat(32) } },
    { group: 'Größe & mehr #1?', password: 'ein Passwort + %20 & "mehr"', inviter: null },
    { group: '🦊', password: '', inviter: null },
  ])('says everything in the fragment: %j', (invitation) => {
    const url = new URL(invitationLink(place, invitation))
    expect(url.href.split('#')[0]).toBe('https://example.org/')
    expect(readInvitation(url.hash)).toEqual(invitation)
  })

  it('keeps the query that names another relay', () => {
    const link = invitationLink(
      { ...place, search: '?relay=ws://localhost:1' },
      { group: 'g', password: null, inviter: null },
    )
    expect(new URL(link).search).toBe('?relay=ws://localhost:1')
  })

  it.each([
    'address=12&entry=34',
    `address=${'a1'.repeat(32)}`,
    `address=${'A1'.repeat(32)}&entry=${'0f'.repeat(32)}`,
  ])('names nobody by %j', (fields) => {
    expect(readInvitation(`#/room?group=g&${fields}`)).toEqual({ group: 'g', password: null, inviter: null })
  })

  it.each([
    '',
    '#/room',
    '#/room?',
    '#/room?password=p',
    '#/metrics?group=g',
    `#/room?group=${'g'.repeat(9_000)}`,
  ])('is not %j', (hash) => {
    expect(readInvitation(hash)).toBeNull()
  })
})
