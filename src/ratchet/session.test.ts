import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concat, equal, utf8 } from '../codec/index.ts'
import { type Crypto, Secret, seededCrypto } from '../crypto/index.ts'
import { generateKeyPairs, type KeyPairs, type PublicKeys, publicKeysOf } from '../identity/index.ts'
import {
  canSeal,
  createSession,
  decodeSession,
  encodeSession,
  expire,
  expiresAt,
  maxPlaintext,
  open,
  type Padding,
  type Role,
  type Session,
  seal,
  sendingAuth,
  sessionView,
  type TurnPolicy,
} from './index.ts'
import { createPair, createSpokenPair, ids } from './testing/pair.ts'
import { openOrThrow, rejected, sealMany as sealManyWith, turning } from './testing/steps.ts'

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
  const policies = ['due', 'minute', 'never'] as const

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

  test('a turn waits for new keys of the peer, and for the acknowledgement of the last', async () => {
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

describe('limits', () => {
  test('2,048 messages may be missing, 2,049 may not', async () => {
    const { frames, session } = await sealMany(alice, 2050)
    expect(await open(crypto, bob, frames[2049]!, 0)).toEqual(rejected('ratchet/jump'))
    const far = await opened(bob, frames[2048]!)
    expect(sessionView(far.session)).toMatchObject({ received: 2049, skipped: 64 })
    expect((await opened(far.session, frames[1984]!)).plaintext).toEqual(utf8('1984'))
    expect(await open(crypto, far.session, frames[1983]!, 0)).toEqual(rejected('ratchet/unreadable'))

    // The same bound over the end of one chain and the beginning of the next.
    const first = await opened(bob, frames[0]!)
    const answer = await seal(crypto, first.session, utf8('answer'), turning('message'))
    const turned = (await opened(session, answer.bytes)).session
    expect(await open(crypto, answer.session, (await sealMany(turned, 1)).frames[0]!, 0)).toEqual(
      rejected('ratchet/jump'),
    )
    const second = await opened(answer.session, frames[1]!)
    expect((await opened(second.session, (await sealMany(turned, 1)).frames[0]!)).plaintext).toEqual(
      utf8('0'),
    )
    expect(await open(crypto, second.session, (await sealMany(turned, 2)).frames[1]!, 0)).toEqual(
      rejected('ratchet/jump'),
    )
  })

  test('skipped keys live 24 hours', async () => {
    const { frames } = await sealMany(alice, 3)
    const { session } = await opened(bob, frames[2]!, hour)
    expect((await opened(session, frames[0]!, 25 * hour)).plaintext).toEqual(utf8('0'))
    expect(await open(crypto, session, frames[0]!, 25 * hour + 1)).toEqual(rejected('ratchet/unreadable'))
    expect(expire(session, 25 * hour)).toEqual({ session, stale: [] })
    const later = expire(session, 25 * hour + 1)
    expect(later.stale.length).toBe(2)
    expect(sessionView(later.session).skipped).toBe(0)
    expect([expiresAt(session), expiresAt(later.session)]).toEqual([25 * hour + 1, null])
    expect(expire(later.session, 99 * hour).session).toBe(later.session)
  })

  // 128 keys are those of the last 6 chains and 14 of the one before, without its first; 9 are the current chain and 8.
  test.each([
    [20, 6],
    [2, 9],
  ])('12 chains of %i messages, each but for its last: the first of %i still open', async (length, kept) => {
    let [left, right] = [alice, bob]
    const late: Bytes[] = []
    for (let i = 0; i < 12; i++) {
      const { frames, session } = await sealMany(left, length)
      late.push(frames[0]!)
      const heard = await opened(right, frames[length - 1]!)
      const answer = await seal(crypto, heard.session, utf8('next'), turning('message'))
      ;[left, right] = [(await opened(session, answer.bytes)).session, answer.session]
      expect(sessionView(right).skipped).toBeLessThanOrEqual(128)
    }
    const outcomes = await Promise.all(late.map((frame) => open(crypto, right, frame, 0)))
    expect(outcomes.map(({ kind }) => kind === 'opened')).toEqual(late.map((_, i) => i >= 12 - kept))
  })

  test('plaintexts of 0 and 32 KiB pass, longer ones throw', async () => {
    for (const size of [0, maxPlaintext]) {
      for (const padding of ['control', 'message'] as const) {
        const sealed = await seal(crypto, alice, new Uint8Array(size).fill(5), turning(padding))
        expect((await opened(bob, sealed.bytes)).plaintext).toEqual(new Uint8Array(size).fill(5))
      }
    }
    await expect(seal(crypto, alice, new Uint8Array(maxPlaintext + 1), turning('message'))).rejects.toThrow(
      RangeError,
    )
  })
})

describe('state', () => {
  test('a stored session behaves like the live one', async () => {
    const { frames, session } = await sealMany(alice, 3)
    const heard = (await opened(bob, frames[2]!)).session
    for (const one of [alice, session, heard]) {
      const stored = encodeSession(one)
      const again = decodeSession(stored)
      expect(encodeSession(again)).toEqual(stored)
      expect(sessionView(again)).toEqual(sessionView(one))
      expect(JSON.stringify(again)).toBe(JSON.stringify(one))
    }
    const again = decodeSession(encodeSession(heard))
    expect((await opened(again, frames[1]!)).plaintext).toEqual(utf8('1'))
    const answer = await seal(crypto, again, utf8('answer'), turning('message'))
    expect((await opened(decodeSession(encodeSession(session)), answer.bytes)).plaintext).toEqual(
      utf8('answer'),
    )
  })

  test('a damaged stored session is refused, or is another whole session', async () => {
    const stored = encodeSession((await opened(bob, (await sealMany(alice, 2)).frames[1]!)).session)
    expect(() => decodeSession(new Uint8Array(0))).toThrow('unknown format')
    expect(() => decodeSession(concat(stored, Uint8Array.of(0)))).toThrow('trailing')
    fc.assert(
      fc.property(fc.nat(stored.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = stored.slice()
        changed[at]! ^= flip
        try {
          expect(equal(encodeSession(decodeSession(changed)), changed)).toBe(true)
        } catch (error) {
          expect((error as Error).name).toBe('DecodeError')
        }
        expect(() => decodeSession(stored.subarray(0, at))).toThrow()
      }),
    )
  })

  test('stale secrets may be wiped: both sides go on', async () => {
    let [left, right] = await createPair(crypto)
    for (let i = 0; i < 6; i++) {
      const sealed = await seal(crypto, left, utf8('x'), turning('message'))
      expect(sealed.stale.length).toBeGreaterThan(0)
      const heard = await opened(right, sealed.bytes)
      for (const secret of [...sealed.stale, ...heard.stale]) secret.wipe()
      ;[left, right] = [heard.session, sealed.session]
    }
    expect(sessionView(left).turnsSent).toBe(3)
  })

  test('the key, the transcript, the group, both ids and the roles matter', async () => {
    const keys = await generateKeyPairs(crypto)
    const start = { key: new Secret(new Uint8Array(32)), transcript: new Uint8Array(32) }
    const base = { ...start, groupId: new Uint8Array(16), self: ids[0], peer: ids[1] }
    const create = ({ key, transcript, ...rest }: typeof base, role: Role): Promise<Session> => {
      const isInitiator = role === 'initiator'
      const ends = isInitiator ? { keys: null, peerKeys: publicKeysOf(keys) } : { keys, peerKeys: null }
      return createSession(crypto, { ...rest, start: { key, transcript, role, ...ends } })
    }
    const auth = async (change: Partial<typeof base>, role: Role = 'initiator'): Promise<string> =>
      sendingAuth(await create({ ...base, ...change }, role))
        .expose()
        .join()
    const ones = new Uint8Array(32).fill(1)
    const auths = [
      await auth({}),
      await auth({}, 'responder'),
      await auth({ key: new Secret(ones) }),
      await auth({ transcript: ones }),
      await auth({ groupId: ones.slice(0, 16) }),
      await auth({ self: new Uint8Array(16).fill(3) }),
      await auth({ peer: new Uint8Array(16).fill(3) }),
    ]
    expect(new Set(auths).size).toBe(auths.length)
    await expect(auth({ peer: base.self })).rejects.toThrow(RangeError)
    await expect(auth({ transcript: new Uint8Array(31) })).rejects.toThrow(RangeError)
    await expect(auth({ groupId: new Uint8Array(17) })).rejects.toThrow(RangeError)
    await expect(auth({ key: new Secret(new Uint8Array(31)) })).rejects.toThrow(RangeError)
  })

  test('only the responder begins with keys of its own, and with plausible ones', async () => {
    const keys = await generateKeyPairs(crypto)
    const peerKeys = publicKeysOf(keys)
    const create = (role: Role, own: KeyPairs | null, theirs: PublicKeys | null): Promise<Session> =>
      createSession(crypto, {
        start: {
          role,
          key: new Secret(new Uint8Array(32)),
          transcript: new Uint8Array(32),
          keys: own,
          peerKeys: theirs,
        },
        groupId: new Uint8Array(16),
        self: ids[0],
        peer: ids[1],
      })
    await expect(create('initiator', keys, peerKeys)).rejects.toThrow(RangeError)
    await expect(create('initiator', null, null)).rejects.toThrow(RangeError)
    await expect(create('responder', null, null)).rejects.toThrow(RangeError)
    await expect(create('responder', keys, peerKeys)).rejects.toThrow(RangeError)
    await expect(create('initiator', null, { ...peerKeys, dh: new Uint8Array(32) })).rejects.toThrow(
      RangeError,
    )
    expect((await create('responder', keys, null)).keySets.length).toBe(1)
  })
})
