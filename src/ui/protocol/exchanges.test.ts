import { expect, test } from 'vitest'
import type { TraceFrame, TraceMark } from '../../metrics/index.ts'
import { exchangesOf, itemsOf } from './exchanges.ts'
import type { Row } from './rows.ts'

let id = 0
const frame = (type: string, peer: number, inside: string | null = null): TraceFrame => ({
  kind: 'frame',
  id: ++id,
  at: id * 100,
  from: id % 2 === 0 ? 'me' : `peer-${peer}`,
  to: id % 2 === 0 ? `peer-${peer}` : 'me',
  path: 'relay',
  type,
  inside,
  size: 100,
  classical: 100,
  fields: {},
  insideFields: {},
  address: '00112233',
})
const healing = (peer: number): TraceMark => ({
  kind: 'mark',
  id: ++id,
  at: id,
  mark: 'healing-turn',
  peer: `peer-${peer}`,
})
const shape = (rows: readonly Row[], asRelay = false, unfolded: readonly number[] = []): readonly string[] =>
  itemsOf(rows, { asRelay, unfolded: new Set(unfolded) }).map((item) => {
    if (item.kind === 'exchange') return `${item.exchange.kind} ${item.exchange.peer}`
    if (item.kind === 'fold') return `${item.rows.length} folded`
    return `${item.row.kind === 'frame' ? item.row.type : item.row.mark}${item.healed ? ' healed' : ''}`
  })

test('exchanges with two members at once are told apart, and a second try is another exchange', () => {
  const rows = [
    frame('pake 1', 1),
    frame('pake 2', 1),
    frame('pake 1', 2),
    frame('pake 3', 1),
    frame('pair', 3),
    frame('pake 2', 2),
    frame('pake 1', 1),
    frame('handshake 1', 2),
    frame('handshake 2', 2),
  ]
  const found = exchangesOf(rows).map(({ kind, peer, rows: own }) => [kind, peer, own.length])
  expect(found).toEqual([
    ['password', 'peer-1', 3],
    ['password', 'peer-2', 2],
    ['password', 'peer-1', 1],
    ['handshake', 'peer-2', 2],
  ])
})

test('one that began before the recording starts with what is left of it', () => {
  const rows = [frame('pake 4', 1), frame('pake 5', 1), frame('admission 2', 1)]
  expect(exchangesOf(rows).map(({ id: start, rows: own }) => [start, own.length])).toEqual([[rows[0]?.id, 3]])
  expect(shape(rows)[0]).toBe('password peer-1')
})

test('three heartbeats in a row are one line until the reader opens it; two are two', () => {
  const beats = [1, 2, 3, 4, 5].map((peer) => frame('pair', peer, 'heartbeat'))
  const rows = [...beats, frame('pair', 1, 'ack'), ...[1, 2].map((peer) => frame('pair', peer, 'heartbeat'))]
  expect(shape(rows)).toEqual(['5 folded', 'pair', 'pair', 'pair'])
  const first = beats[0]?.id ?? 0
  expect(shape(rows, false, [first])).toHaveLength(8)
})

test('the relay cannot tell heartbeats from anything else', () => {
  const rows = [1, 2, 3].map((peer) => frame('pair', peer, 'heartbeat'))
  expect(shape(rows, true)).toEqual(['pair', 'pair', 'pair'])
})

test('a healing is a dot on the frame that brought it, and a line where that frame is not shown', () => {
  const rows = [frame('pair', 1, 'ack'), healing(1), frame('pair', 1, 'ack'), healing(2)]
  expect(shape(rows)).toEqual(['pair healed', 'pair', 'healing-turn'])
})
