import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, utf8 } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import {
  canSeal,
  maxPlaintext,
  type Padding,
  type Session,
  seal,
  sessionView,
  type TurnPolicy,
} from './index.ts'
import { createPair, createSpokenPair } from './testing/pair.ts'
import { openOrThrow, sealMany as sealManyWith, turning } from './testing/steps.ts'

const subtle = globalThis.crypto.subtle as never
let crypto: Crypto
let alice: Session
let bob: Session

beforeAll(async () => {
  crypto = (await seededCrypto('session', subtle)).crypto
  ;[alice, bob] = await createPair(crypto)
})

const hour = 3_600_000

/** Opens or throws: for steps that are not what a test is about. */
const opened = (session: Session, bytes: Bytes, now = 0) => openOrThrow(crypto, session, bytes, now)

/** Seals `count` messages in a row. */
const sealMany = (session: Session, count: number) => sealManyWith(crypto, session, count)

describe('turns', () => {
  const policies = ['due', 'minute', 'seldom', 'never'] as const

  test('the initiator speaks first: before it has, the responder has no keys to turn to', async () => {
    expect([canSeal(alice), canSeal(bob)]).toEqual([true, false])
    await expect(seal(crypto, bob, utf8('x'), turning('message'))).rejects.toThrow(RangeError)
    const { session } = await opened(bob, (await seal(crypto, alice, utf8('x'), turning('message'))).bytes)
    expect(canSeal(session)).toBe(true)
  })

  test.each(policies)('the first frame of each side turns under %s', async (turn) => {
    const options = { padding: 'control', turn, now: 1000 } as const
    const first = await seal(crypto, alice, utf8('from alice'), options)
    expect(sessionView(first.session)).toMatchObject({ turnsSent: 1, awaitingAck: true })
    const atBob = await opened(bob, first.bytes)
    expect(atBob).toMatchObject({ turned: true, acked: false })
    const answer = await seal(crypto, atBob.session, utf8('from bob'), options)
    const atAlice = await opened(first.session, answer.bytes)
    expect(atAlice).toMatchObject({ turned: true, acked: true, plaintext: utf8('from bob') })
    expect(sessionView(atAlice.session)).toMatchObject({ turnsSent: 1, turnsReceived: 1, awaitingAck: false })
  })

  test('any frame of the first chain opens the session: each carries the turn', async () => {
    const { frames } = await sealMany(alice, 4)
    for (const [i, frame] of frames.entries()) {
      expect(frame.length).toBe(2644)
      expect(await opened(bob, frame)).toMatchObject({ turned: true, plaintext: utf8(`${i}`) })
    }
    const third = await opened(bob, frames[2]!)
    expect(await opened(third.session, frames[3]!)).toMatchObject({ turned: false, acked: false })
  })

  test('turns alternate: each waits for the one of the peer that used the last', async () => {
    let [left, right] = await createSpokenPair(crypto)
    const turn = async (from: Session): Promise<number> => {
      const { session } = await seal(crypto, from, utf8('x'), turning('control'))
      return sessionView(session).turnsSent - sessionView(from).turnsSent
    }
    // The initiator has heard the responder's turn, which the responder does not know.
    expect([await turn(left), await turn(right)]).toEqual([1, 0])
    const lost = await seal(crypto, left, utf8('lost'), turning('control'))
    const next = await seal(crypto, lost.session, utf8('next'), turning('control'))
    expect(sessionView(next.session)).toMatchObject({ turnsSent: 2, sent: 2 })
    right = (await opened(right, next.bytes)).session
    left = next.session
    expect([await turn(left), await turn(right)]).toEqual([0, 1])
    // An acknowledgement by a frame that does not turn: the turn leaves the header, and no other is due.
    const calm = await seal(crypto, right, utf8('calm'), { padding: 'control', turn: 'never', now: 0 })
    const heard = await opened(left, calm.bytes)
    expect(heard).toMatchObject({ turned: false, acked: true })
    expect(await turn(heard.session)).toBe(0)
  })

  test('under minute a due turn waits until the last is 60 s old, or the clock went back', async () => {
    const [left] = await createSpokenPair(crypto)
    const hours = 5 * hour
    const stood: Session = { ...left, sending: { ...left.sending, turnedAt: hours } }
    const turns = async (turn: TurnPolicy, now: number): Promise<boolean> => {
      const { session } = await seal(crypto, stood, utf8('x'), { padding: 'message', turn, now })
      const isTurn = sessionView(session).turnsSent === 2
      expect(session.sending.turnedAt).toBe(isTurn ? now : hours)
      return isTurn
    }
    expect(await turns('minute', hours)).toBe(false)
    expect(await turns('minute', hours + 59_999)).toBe(false)
    expect(await turns('minute', hours + 60_000)).toBe(true)
    expect(await turns('minute', hours - 1)).toBe(true)
    expect(await turns('due', hours)).toBe(true)
    expect(await turns('never', hours + hour)).toBe(false)
  })

  test('own keys go with the one turn of the peer that uses them', async () => {
    let [left, right] = await createPair(crypto)
    const indexes = ({ keySets }: Session) => keySets.map(({ index }) => index)
    expect([indexes(left), indexes(right)]).toEqual([[], [0]])
    const pass = async (from: 'left' | 'right'): Promise<void> => {
      const sealed = await seal(crypto, from === 'left' ? left : right, utf8('x'), turning('control'))
      const heard = await opened(from === 'left' ? right : left, sealed.bytes)
      ;[left, right] = from === 'left' ? [sealed.session, heard.session] : [heard.session, sealed.session]
      for (const secret of heard.stale) secret.wipe()
    }
    const { dh, kem } = right.keySets[0]!.keys
    await pass('left')
    expect([indexes(left), indexes(right)]).toEqual([[1], []])
    // A pre-key in the place of key set 0 is gone once the letter is open.
    expect([dh.privateKey.wiped, kem.privateKey.wiped]).toEqual([true, true])
    await pass('right')
    expect([indexes(left), indexes(right)]).toEqual([[], [1]])
    await pass('left')
    expect([indexes(left), indexes(right)]).toEqual([[2], []])
  })

  test('sizes: 336 bytes, 2,644 with a turn block, controls in steps of 256', async () => {
    const size = async (session: Session, length: number, padding: Padding): Promise<number> => {
      const options = { padding, turn: 'never', now: 0 } as const
      return (await seal(crypto, session, new Uint8Array(length), options)).bytes.length
    }
    const [left, right] = await createSpokenPair(crypto)
    for (const padding of ['control', 'message'] as const) {
      expect(await size(alice, 0, padding)).toBe(2644)
      expect(await size(left, 0, padding)).toBe(336)
      expect(await size(left, 252, padding)).toBe(336)
    }
    // The responder does not know yet that its turn has arrived.
    expect(await size(right, 0, 'control')).toBe(2644)
    expect(await size(left, 253, 'control')).toBe(336 + 256)
    expect(await size(left, 253, 'message')).toBe(336 + 16)
    expect(await size(left, 1500, 'control')).toBe(80 + 6 * 256)
    expect(await size(alice, maxPlaintext, 'message')).toBe(37_204)
  })
})
