import { expect, test } from 'vitest'
import { type Bytes, utf8 } from '../codec/index.ts'
import { Secret, seededCrypto } from '../crypto/index.ts'
import { initiate, type RunOutcome, type RunState, respond, standardSuite, step } from './index.ts'

const { crypto } = await seededCrypto('pake', globalThis.crypto.subtle as never)
const ids = { initiator: new Uint8Array(16).fill(1), responder: new Uint8Array(16).fill(2) }
const input = (prs: string, payload: number) => ({
  ...ids,
  prs: utf8(prs),
  payload: new Uint8Array(40).fill(payload),
})

type Tamper = (message: Bytes, index: number) => Bytes

/** Plays a whole run; `tamper` sits on the wire. */
const play = async (left: string, right: string, tamper: Tamper = (message) => message) => {
  const opened = initiate(crypto, standardSuite, input(left, 1))
  const states: [RunState, RunState] = [opened.state, respond(standardSuite, input(right, 2))]
  const ends: (RunOutcome | null)[] = [null, null]
  const sizes: number[] = []
  let message: Bytes | null = opened.message
  for (let turn = 1; message !== null; turn = 1 - turn) {
    sizes.push(message.length)
    const side = turn as 0 | 1
    const outcome: RunOutcome = await step(crypto, states[side], tamper(message, sizes.length))
    if (outcome.kind === 'continue') states[side] = outcome.state
    else ends[side] = outcome
    message = outcome.message
  }
  return { ends, sizes }
}

test('both sides get one key, one transcript and each other payload', async () => {
  const { ends, sizes } = await play('verifier', 'verifier')
  const [left, right] = ends
  if (left?.kind !== 'done' || right?.kind !== 'done') throw new Error('run failed')
  expect(left.result.key.expose()).toEqual(right.result.key.expose())
  expect(left.result.transcript).toEqual(right.result.transcript)
  expect(left.result.peerPayload[0]).toBe(2)
  expect(right.result.peerPayload[0]).toBe(1)
  expect(sizes).toEqual([66, 66, 1284, 1088 + 64 + 42 + 32, 74])
})

test('a wrong password fails on both sides after the same flows', async () => {
  const { ends, sizes } = await play('verifier', 'other')
  expect(ends.map((end) => end?.kind)).toEqual(['failed', 'failed'])
  expect(sizes).toEqual((await play('verifier', 'verifier')).sizes)
})

test.each([1, 2, 3, 4, 5])('a flipped bit anywhere in flow %i fails the run', async (flow) => {
  for (let part = 0; part < 24; part++) {
    const { ends } = await play('verifier', 'verifier', (message, index) => {
      if (index !== flow) return message
      const changed = message.slice()
      changed[Math.floor((part * message.length) / 24)]! ^= 1 << (part % 8)
      return changed
    })
    expect(ends.some((end) => end?.kind === 'failed')).toBe(true)
    if (flow < 5) expect(ends[0]?.kind).not.toBe('done')
    expect(ends[1]?.kind).not.toBe('done')
  }
})

test.each([0, 0xff])('all-%i messages fail without an exception', async (fill) => {
  for (const flow of [1, 2, 3, 4, 5]) {
    const { ends } = await play('verifier', 'verifier', (message, index) =>
      index === flow ? new Uint8Array(message.length).fill(fill) : message,
    )
    expect(ends[1]?.kind).not.toBe('done')
  }
})

test('secrets do not print', () => {
  expect(JSON.stringify({ key: new Secret(utf8('canary')) })).not.toContain('canary')
})
