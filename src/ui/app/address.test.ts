import { describe, expect, it } from 'vitest'
import { readAddress } from './address.ts'
import { invitationLink } from './invitation.ts'

const read = (search: string, protocol = 'http:') =>
  readAddress({ protocol, host: 'rooms.test:4000', search })

describe('readAddress', () => {
  it('takes the relay of the page itself by default', () => {
    expect(read('')).toEqual({
      relayUrl: 'ws://rooms.test:4000/ws',
      namedRelays: [],
      transport: 'any',
    })
    expect(read('', 'https:').relayUrl).toBe('wss://rooms.test:4000/ws')
  })

  it('takes another relay, if it can be one', () => {
    expect(read('?relay=ws://127.0.0.1:9/ws').relayUrl).toBe('ws://127.0.0.1:9/ws')
    expect(read(`?relay=${encodeURIComponent('wss://relay.test/a?b=c')}`).relayUrl).toBe(
      'wss://relay.test/a?b=c',
    )
    for (const wrong of [
      '',
      'relay.test',
      'http://relay.test',
      'javascript:alert(1)',
      'ws://',
      'ws://a/%23#b',
    ])
      expect(read(`?relay=${encodeURIComponent(wrong)}`).relayUrl, wrong).toBeNull()
  })

  it('takes several relays in their order, and none of them if one is wrong', () => {
    const { relayUrl, namedRelays } = read('?relay=wss://a.test/ws&transport=relay&relay=wss://b.test/ws')
    expect(relayUrl).toBe('wss://a.test/ws')
    expect(namedRelays).toEqual(['wss://a.test/ws', 'wss://b.test/ws'])
    expect(read('?relay=wss://a.test/ws&relay=b.test')).toMatchObject({ relayUrl: null, namedRelays: [] })
  })

  it('keeps direct links off when asked to', () => {
    expect(read('?transport=relay').transport).toBe('relay')
    expect(read('?transport=pigeon').transport).toBe('any')
  })
})

it('an invitation carries the relays that the address names', () => {
  const search = '?relay=wss://a.test/ws&relay=wss://b.test/ws'
  const here = { origin: 'https://rooms.test', pathname: '/', search }
  const link = new URL(invitationLink(here, { group: 'g', password: null, inviter: null }))
  expect(read(link.search).namedRelays).toEqual(['wss://a.test/ws', 'wss://b.test/ws'])
})
