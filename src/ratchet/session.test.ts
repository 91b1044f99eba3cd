import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concat, equal, utf8 } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import {
  createSession,
  decodePublicKeys,
  decodeSession,
  encodePublicKeys,
  encodeSession,
  expire,
  generateRatchetKeys,
  maxPlaintext,
  type OpenOutcome,
  open,
  type Session,
  safetyNumber,
  seal,
  sessionView,
} from './index.ts'
import { createPair } from './simulation/pair-simulation.ts'

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
const opened = async (session: Session, bytes: Bytes, now = 0) => {
  const outcome = await open(crypto, session, bytes, now)
  if (outcome.kind === 'rejected') throw new Error(outcome.code)
  return outcome
}

/** Seals `count` messages in a row. */
const sealMany = async (session: Session, count: number): Promise<{ session: Session; frames: Bytes[] }> => {
  const frames: Bytes[] = []
  let current = session
  for (let i = 0; i < count; i++) {
    const sealed = await seal(crypto, current, utf8(`${i}`), 'message')
    current = sealed.session
    frames.push(sealed.bytes)
  }
  return { session: current, frames }
}

const rejected = (code: string): OpenOutcome => ({ kind: 'rejected', code }) as OpenOutcome

describe('turns', () => {
  test('the first message each way is a turn, also when both are sent at once', async () => {
    const fromAlice = await seal(crypto, alice, utf8('from alice'), 'message')
    const fromBob = await seal(crypto, bob, utf8('from bob'), 'message')
    expect(sessionView(fromAlice.session)).toMatchObject({
      turnsSent: 1,
      turnsReceived: 0,
      awaitingAck: true,
    })
    const atBob = await opened(fromBob.session, fromAlice.bytes)
    const atAlice = await opened(fromAlice.session, fromBob.bytes)
    expect(atBob.plaintext).toEqual(utf8('from alice'))
    expect(atAlice.plaintext).toEqual(utf8('from bob'))
    // Crossed: neither knows yet that the other has its turn.
    expect(sessionView(atBob.session)).toMatchObject({ turnsSent: 1, turnsReceived: 1, awaitingAck: true })

    const second = await seal(crypto, atAlice.session, utf8('again'), 'message')
    expect(sessionView(second.session).turnsSent).toBe(1)
    const back = await opened(atBob.session, second.bytes)
    expect(sessionView(back.session).awaitingAck).toBe(false)
    const third = await seal(crypto, back.session, utf8('turn'), 'message')
    expect(sessionView(third.session).turnsSent).toBe(2)
    expect((await opened(second.session, third.bytes)).plaintext).toEqual(utf8('turn'))
  })

  test('a conversation turns at every change of speaker', async () => {
    const sizes: number[] = []
    let [left, right] = [alice, bob]
    for (let i = 0; i < 8; i++) {
      const first = await seal(crypto, left, utf8('one'), 'control')
      const second = await seal(crypto, first.session, utf8('two'), 'control')
      sizes.push(first.bytes.length, second.bytes.length)
      const heard = await opened((await opened(right, first.bytes)).session, second.bytes)
      ;[left, right] = [heard.session, second.session]
    }
    // 2,308 bytes of keys in each: whatever acknowledges a turn brings new keys, so the next send is a turn again.
    expect(new Set(sizes)).toEqual(new Set([4436]))
    expect(sessionView(left)).toMatchObject({ turnsSent: 4, turnsReceived: 4, skipped: 0 })
  })

  test('sizes: an acknowledged turn leaves the header', async () => {
    const turned = (await seal(crypto, alice, utf8('x'), 'message')).session
    const heard = await seal(crypto, alice, utf8('x'), 'message')
    expect(heard.bytes.length).toBe(2644)
    // A side that does not turn at once, as this one always does.
    const patient: Session = {
      ...turned,
      sending: { ...turned.sending, acked: 1, block: null, freshFrom: 1 },
      keySets: turned.keySets.slice(1),
    }
    expect((await seal(crypto, patient, utf8('x'), 'message')).bytes.length).toBe(336)
    expect((await seal(crypto, patient, utf8('x'), 'control')).bytes.length).toBe(2128)
    const atBob = await opened(bob, (await seal(crypto, turned, utf8('x'), 'message')).bytes)
    expect((await opened(atBob.session, (await sealMany(patient, 2)).frames[1]!)).plaintext).toEqual(
      utf8('1'),
    )
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
    const answer = await seal(crypto, first.session, utf8('answer'), 'message')
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
      const answer = await seal(crypto, heard.session, utf8('next'), 'message')
      ;[left, right] = [(await opened(session, answer.bytes)).session, answer.session]
      expect(sessionView(right).skipped).toBeLessThanOrEqual(128)
    }
    const outcomes = await Promise.all(late.map((frame) => open(crypto, right, frame, 0)))
    expect(outcomes.map(({ kind }) => kind === 'opened')).toEqual(late.map((_, i) => i >= 12 - kept))
  })

  test('plaintexts of 0 and 32 KiB pass, longer ones throw', async () => {
    for (const size of [0, maxPlaintext]) {
      for (const padding of ['control', 'message'] as const) {
        const sealed = await seal(crypto, alice, new Uint8Array(size).fill(5), padding)
        expect((await opened(bob, sealed.bytes)).plaintext).toEqual(new Uint8Array(size).fill(5))
      }
    }
    await expect(seal(crypto, alice, new Uint8Array(maxPlaintext + 1), 'message')).rejects.toThrow(RangeError)
  })
})

describe('state', () => {
  test('public keys are 1,216 bytes and round trip', async () => {
    const keys = await generateRatchetKeys(crypto)
    const encoded = encodePublicKeys(keys)
    expect(encoded.length).toBe(1216)
    expect(decodePublicKeys(encoded)).toEqual({ dh: keys.dh.publicKey, kem: keys.kem.publicKey })
    expect(() => decodePublicKeys(encoded.subarray(1))).toThrow('too short')
    expect(() => decodePublicKeys(concat(encoded, Uint8Array.of(0)))).toThrow('trailing')
  })

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
    const answer = await seal(crypto, again, utf8('answer'), 'message')
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
      const sealed = await seal(crypto, left, utf8('x'), 'message')
      expect(sealed.stale.length).toBeGreaterThan(0)
      const heard = await opened(right, sealed.bytes)
      for (const secret of [...sealed.stale, ...heard.stale]) secret.wipe()
      ;[left, right] = [heard.session, sealed.session]
    }
    expect(sessionView(left).turnsSent).toBe(3)
  })

  test('both sides have one auth key and one safety number, every pair its own', async () => {
    expect(alice.auth.expose()).toEqual(bob.auth.expose())
    const { digits, words } = await safetyNumber(crypto, alice)
    expect(await safetyNumber(crypto, bob)).toEqual({ digits, words })
    expect(digits).toMatch(/^(\d{5} ){11}\d{5}$/)
    expect(words.split(' ').length).toBe(8)
    const later = (await seal(crypto, alice, utf8('x'), 'message')).session
    expect(await safetyNumber(crypto, decodeSession(encodeSession(later)))).toEqual({ digits, words })
    const [other] = await createPair(crypto)
    expect((await safetyNumber(crypto, other)).digits).not.toBe(digits)
  })

  test('the key, the transcript, the group and both ids matter', async () => {
    const keys = await generateRatchetKeys(crypto)
    const base = {
      key: new Secret(new Uint8Array(32)),
      transcript: new Uint8Array(32),
      groupId: new Uint8Array(16),
      self: new Uint8Array(16).fill(1),
      peer: new Uint8Array(16).fill(2),
      keys,
      peerKeys: decodePublicKeys(encodePublicKeys(keys)),
    }
    const auth = async (change: Partial<typeof base>): Promise<string> =>
      (await createSession(crypto, { ...base, ...change })).auth.expose().join()
    const ones = new Uint8Array(32).fill(1)
    const auths = await Promise.all(
      [
        {},
        { key: new Secret(ones) },
        { transcript: ones },
        { groupId: ones.slice(0, 16) },
        { self: new Uint8Array(16).fill(3) },
        { peer: new Uint8Array(16).fill(3) },
      ].map(auth),
    )
    expect(new Set(auths).size).toBe(6)
    await expect(auth({ peer: base.self })).rejects.toThrow(RangeError)
    await expect(auth({ transcript: new Uint8Array(31) })).rejects.toThrow(RangeError)
    await expect(auth({ groupId: new Uint8Array(17) })).rejects.toThrow(RangeError)
  })
})
