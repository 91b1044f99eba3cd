import { expect, test } from 'vitest'
import type { Bytes } from '../codec/index.ts'
import type { Address } from '../identity/index.ts'
import { type EffectPorts, executeAll } from './execute.ts'
import type { PeerEffect } from './state.ts'

const addressOf = (digit: string) => digit.repeat(64) as Address
const frameOf = (body: number, tag: number): Bytes =>
  new Uint8Array([6, ...Array<number>(40).fill(body), ...Array<number>(16).fill(tag)])
const send = (to: string, bytes: Bytes, path: 'relay' | 'direct' = 'relay', kind = 'group'): PeerEffect =>
  ({ kind: 'send', to: addressOf(to), path, bytes, facts: { kind } }) as unknown as PeerEffect

const carriedOut = (effects: readonly PeerEffect[]): readonly string[] => {
  const done: string[] = []
  const ports = {
    sendDirect: (to: Address) => done.push(`direct ${to[0]}`),
    sendByRelay: (to: Address, bytes: Bytes) => done.push(`relay ${to[0]} ${bytes.length}`),
    sendToMany: (recipients: readonly { to: Address; tag: Bytes }[], bytes: Bytes) =>
      done.push(`many ${recipients.map(({ to, tag }) => `${to[0]}${tag[0]}`).join()} ${bytes.length}`),
    listOwners: () => done.push('owners'),
  }
  executeAll(effects, ports as unknown as EffectPorts)
  return done
}

test('one message to several by the relay is handed over once, with the tag of each', () => {
  expect(carriedOut([send('a', frameOf(1, 1)), send('b', frameOf(1, 2)), send('c', frameOf(1, 3))])).toEqual([
    'many a1,b2,c3 41',
  ])
})

test('the order stays, and only equal messages by the relay go together', () => {
  expect(
    carriedOut([
      send('a', frameOf(1, 1), 'direct'),
      send('b', frameOf(1, 2)),
      send('c', frameOf(2, 3)),
      send('d', frameOf(2, 4)),
      { kind: 'list-owners' },
      send('e', frameOf(2, 5)),
      send('f', frameOf(2, 6), 'relay', 'pair'),
      send('g', frameOf(2, 6), 'relay', 'pair'),
    ]),
  ).toEqual(['direct a', 'relay b 57', 'many c3,d4 41', 'owners', 'relay e 57', 'relay f 57', 'relay g 57'])
})
