import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concat, equal, utf8 } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { generateKeyPairs, type KeyPairs, type PublicKeys, publicKeysOf } from '../identity/index.ts'
import {
  createSession,
  decodeSession,
  encodeSession,
  expire,
  expiresAt,
  maxPlaintext,
  open,
  type Role,
  type Session,
  seal,
  sendingAuth,
  sessionView,
} from './index.ts'
import { createPair, ids } from './testing/pair.ts'
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
      await auth({ self: ids[1], peer: ids[0] }),
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
