import { describe, expect, it } from 'vitest'
import { readAddress } from './address.ts'

const read = (search: string, protocol = 'http:') =>
  readAddress({ protocol, host: 'rooms.test:4000', search })

describe('readAddress', () => {
  it('takes the relay of the page itself by default', () => {
    expect(read('')).toEqual({ relayUrl: 'ws://rooms.test:4000/ws', transport: 'any' })
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

  it('keeps direct links off when asked to', () => {
    expect(read('?transport=relay').transport).toBe('relay')
    expect(read('?transport=pigeon').transport).toBe('any')
  })
})
