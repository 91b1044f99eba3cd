import { expect, test } from 'vitest'
import { encode, toHex } from '../codec/index.ts'
import { labelControl, labelFrame } from './label.ts'
import { type Frame, frame } from './wire.ts'

const run = new Uint8Array(16)
const label = (message: Frame) => labelFrame(encode(frame, message))

test('flows of a run are named by what everybody can read of them', () => {
  const body = new Uint8Array(2)
  expect(label({ kind: 'pake', suite: 1, protocol: 2, run, flow: 3, body })).toEqual({
    type: 'pake 3',
    fields: { suite: 1, protocol: 2 },
  })
})

test('a turn shows by the length of its header, the rest only to who opened the frame', () => {
  const body = new Uint8Array(400)
  body.set([1, 45 >> 8, 45])
  expect(label({ kind: 'pair', body })).toEqual({ type: 'pair', fields: { turn: 0 } })
  body.set([1, 2_353 >> 8, 2_353 & 255])
  expect(label({ kind: 'pair', body })).toEqual({ type: 'pair', fields: { turn: 1 } })
  expect(labelControl({ kind: 'group', message: { kind: 'leave' } })).toEqual({ type: 'leave', fields: {} })
})

test('no byte of what was said comes out', () => {
  const message = { id: run, at: 5, text: 'a secret' }
  const told = JSON.stringify(labelControl({ kind: 'again', message, digest: run }))
  expect(told).not.toContain('secret')
  expect(told).not.toContain(toHex(run))
  expect(labelFrame(new Uint8Array([99])).type).toBe('malformed')
})
