import { afterEach, expect, test, vi } from 'vitest'
import { learnRelays, readRelayList } from './page-relays.ts'

const two = ['wss://one.example/ws', 'wss://two.example/ws']

/** Storage of a browser and a server that answers with `body`; `null`: the server is dead. */
const world = (body: unknown, kept = new Map<string, string>()): Map<string, string> => {
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  })
  vi.stubGlobal('fetch', async () => {
    if (body === null) throw new TypeError('no connection')
    return new Response(typeof body === 'string' ? body : JSON.stringify(body))
  })
  return kept
}
const learned = async (named: readonly string[] = []): Promise<readonly (readonly string[])[]> => {
  const lists: (readonly string[])[] = []
  await learnRelays(named, (urls) => lists.push(urls))
  return lists
}
afterEach(() => vi.unstubAllGlobals())

test('the list of the server counts, and is known later when the server is dead', async () => {
  const kept = world({ relays: two })
  expect(await learned()).toEqual([[], two])
  world(null, kept)
  expect(await learned()).toEqual([two])
  world({ relays: [] }, kept)
  expect(await learned()).toEqual([two, []])
  world('<!doctype html>', kept)
  expect(await learned()).toEqual([[]])
})

test('relays that the address names come before any list', async () => {
  world({ relays: two })
  expect(await learned(['ws://three.example/ws'])).toEqual([['ws://three.example/ws']])
})

test('a list with one wrong entry, or too long, is none', () => {
  expect(readRelayList({ relays: two })).toEqual(two)
  const wrong = [
    'https://a.example',
    'javascript:alert(1)',
    'wss://a/#b',
    7,
    null,
    `wss://${'a'.repeat(300)}/`,
  ]
  for (const one of wrong) expect(readRelayList({ relays: [...two, one] }), `${one}`).toEqual([])
  expect(readRelayList({ relays: Array.from({ length: 9 }, () => two[0]) })).toEqual([])
  for (const value of [null, 1, 'x', {}, { relays: 'wss://a' }, []]) expect(readRelayList(value)).toEqual([])
})
