import { beforeEach, describe, expect, test } from 'vitest'
import { equal, utf8 } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import { nodeEngines } from '../crypto/testing/node-engines.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import {
  confirmAuth,
  decodeSession,
  encodeSession,
  expire,
  open,
  receivingAuths,
  type Session,
  seal,
  sendingAuth,
} from './index.ts'
import { type Assumptions, Attacker, leakKeys, type Oracle } from './simulation/attacker.ts'
import { createSpokenPair, type Side } from './testing/pair.ts'
import { openOrThrow, turning } from './testing/steps.ts'

const subtle = globalThis.crypto.subtle as never
let crypto: Crypto
let oracle: Oracle
let pair: [Session, Session]

const pass = async (from: Side): Promise<Uint8Array> => {
  const to = from === 0 ? 1 : 0
  const sealed = await seal(crypto, pair[from], utf8('hello'), turning('control'))
  pair[from] = sealed.session
  pair[to] = (await openOrThrow(crypto, pair[to], sealed.bytes)).session
  return sealed.bytes
}

beforeEach(async () => {
  const leaking = leakKeys((await seededCrypto('forging', subtle, nodeEngines)).crypto)
  crypto = leaking.crypto
  oracle = leaking.oracle
  pair = await createSpokenPair(crypto)
  for (const from of [0, 1, 0] as const) await pass(from)
})

describe('a thief that copied the state of side 0 and stays passive', () => {
  let thief: Attacker
  const watch = async (from: Side): Promise<void> => {
    const frame = await pass(from)
    await thief.reads(from === 0 ? 'peer' : 'self', frame)
    thief.notice('self', pair[0].keySets)
    thief.notice('peer', pair[1].keySets)
  }
  /** For each side: which of the keys that it accepts tags under are the thief's, the newest first. */
  const forgeable = (): readonly (readonly boolean[])[] =>
    pair.map((session) => receivingAuths(session).map(({ auth }) => thief.holds(auth)))
  const steal = (assumptions: Assumptions): void => {
    thief = new Attacker(crypto, decodeSession(encodeSession(pair[0])), assumptions, oracle)
  }
  const passive: Assumptions = { dhBroken: false, kemBroken: false }

  test('forges in both directions at first', () => {
    steal(passive)
    expect(forgeable().flat()).not.toContain(false)
  })

  test('cannot forge with the keys of fresh turns, and 30 s after tags under them not at all', async () => {
    steal(passive)
    await watch(1)
    // This turn still went to copied keys.
    expect(forgeable()).toEqual([
      [true, true],
      [true, true],
    ])
    for (const from of [0, 1] as const) await watch(from)
    expect(forgeable()).toEqual([
      [false, true],
      [false, true],
    ])
    await watch(0)
    // Both turns are acknowledged by now: tags use them.
    expect(pair.map((session) => thief.holds(sendingAuth(session)))).toEqual([false, false])
    pair = pair.map((session) => confirmAuth(session, receivingAuths(session)[0]!.turn, 1000)) as typeof pair
    pair = pair.map((session) => expire(session, 31_000).session) as typeof pair
    expect(forgeable().flat()).not.toContain(true)
  })

  test('cannot forge after a second fresh turn, even if nobody made a tag meanwhile', async () => {
    steal(passive)
    for (const from of [1, 0, 1, 0, 1] as const) await watch(from)
    expect(forgeable()).toEqual([
      [false, false],
      [false, false],
    ])
  })

  test.each([
    ['X25519', { dhBroken: true, kemBroken: false }, false],
    ['ML-KEM-768', { dhBroken: false, kemBroken: true }, false],
    ['both: the test can see', { dhBroken: true, kemBroken: true }, true],
  ])('the same with %s broken', async (_, assumptions, isForgeable) => {
    steal(assumptions)
    for (const from of [1, 0, 1, 0, 1] as const) await watch(from)
    expect(forgeable().flat()).toEqual(Array.from({ length: 4 }, () => isForgeable))
  })
})

test('a thief that speaks with the copied state takes the identity over: nothing heals', async () => {
  let thief = decodeSession(encodeSession(pair[0]))
  await pass(1)
  const answer = await seal(crypto, pair[1], utf8('to both'), turning('control'))
  pair[1] = answer.session
  thief = (await openOrThrow(crypto, thief, answer.bytes)).session
  const accepts = (secret: Secret): boolean =>
    receivingAuths(pair[1]).some(({ auth }) => equal(auth.expose(), secret.expose()))
  for (let round = 0; round < 4; round++) {
    const forged = await seal(crypto, thief, utf8('forged'), turning('control'))
    thief = forged.session
    pair[1] = (await openOrThrow(crypto, pair[1], forged.bytes)).session
    const back = await seal(crypto, pair[1], utf8('back'), turning('control'))
    pair[1] = back.session
    thief = (await openOrThrow(crypto, thief, back.bytes)).session
    expect(accepts(sendingAuth(thief))).toBe(true)
    // The robbed side is shut out: what it sends does not open, and neither does what it is sent.
    const honest = await seal(crypto, pair[0], utf8('honest'), turning('control'))
    expect(await open(crypto, pair[1], honest.bytes, 0)).toMatchObject({ code: 'ratchet/unreadable' })
    if (round > 0) {
      expect(await open(crypto, pair[0], back.bytes, 0)).toMatchObject({ code: 'ratchet/unreadable' })
    }
  }
  expect(accepts(sendingAuth(pair[0]))).toBe(false)
})
