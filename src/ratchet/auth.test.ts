import { beforeAll, expect, test } from 'vitest'
import { type Bytes, equal, utf8 } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import {
  confirmAuth,
  decodeSession,
  encodeSession,
  expire,
  expiresAt,
  open,
  receivingAuths,
  type Session,
  seal,
  secretsOf,
  sendingAuth,
} from './index.ts'
import { createPair, type Side } from './testing/pair.ts'
import { openOrThrow, turning } from './testing/steps.ts'

const subtle = globalThis.crypto.subtle as never
let crypto: Crypto
beforeAll(async () => {
  crypto = (await seededCrypto('auth', subtle)).crypto
})

/** Both sides, and frames between them. */
const start = async () => {
  const sides = await createPair(crypto)
  const say = async (from: Side): Promise<Bytes> => {
    const sealed = await seal(crypto, sides[from], utf8('x'), turning('control'))
    sides[from] = sealed.session
    return sealed.bytes
  }
  const hear = async (to: Side, bytes: Bytes): Promise<void> => {
    const heard = await openOrThrow(crypto, sides[to], bytes)
    for (const secret of heard.stale) secret.wipe()
    sides[to] = heard.session
  }
  const pass = async (from: Side): Promise<void> => hear(from === 0 ? 1 : 0, await say(from))
  return { sides, say, hear, pass }
}

const turnsOf = (session: Session): readonly number[] => receivingAuths(session).map(({ turn }) => turn)

/** The turn whose key the receiver finds for a tag that the sender makes now. */
const turnOfTag = (sender: Session, receiver: Session): number | null => {
  const key = sendingAuth(sender).expose()
  return receivingAuths(receiver).find(({ auth }) => equal(auth.expose(), key))?.turn ?? null
}

test('before any turn, each direction has a key of its own from the session key', async () => {
  const { sides } = await start()
  expect([turnOfTag(sides[0], sides[1]), turnOfTag(sides[1], sides[0])]).toEqual([0, 0])
  expect(turnOfTag(sides[0], sides[0])).toBeNull()
})

test('tags use the newest turn that the peer has acknowledged', async () => {
  const { sides, say, hear, pass } = await start()
  const lost = await say(0)
  expect(turnOfTag(sides[0], sides[1])).toBe(0)
  await hear(1, lost)
  // The receiver has it, the sender does not know.
  expect([turnOfTag(sides[0], sides[1]), turnsOf(sides[1])]).toEqual([0, [1, 0]])
  await pass(1)
  expect([turnOfTag(sides[0], sides[1]), turnOfTag(sides[1], sides[0])]).toEqual([1, 0])
  await pass(0)
  expect([turnOfTag(sides[0], sides[1]), turnOfTag(sides[1], sides[0])]).toEqual([1, 1])
  expect(turnsOf(sides[1])).toEqual([2, 1])
})

test('two keys are held at most, whatever is lost, and a fresh tag always finds its own', async () => {
  const { sides, say, hear } = await start()
  const draws = crypto.random(200)
  const secrets = new Set<string>()
  for (const byte of draws) {
    const from = (byte % 2) as Side
    if (from === 1 && sides[1].peerKeys === null) continue
    const bytes = await say(from)
    if (byte % 5 > 1) await hear(from === 0 ? 1 : 0, bytes)
    for (const [sender, receiver] of [sides, [sides[1], sides[0]]] as const) {
      expect(turnOfTag(sender, receiver)).not.toBeNull()
      expect(receivingAuths(receiver).length).toBeLessThanOrEqual(2)
      secrets.add(sendingAuth(sender).expose().join())
    }
  }
  expect(secrets.size).toBeGreaterThan(20)
})

test('the older key goes 30 s after a tag under the newer one, not before and not without', async () => {
  const { sides, pass } = await start()
  await pass(0)
  const held = sides[1]
  expect([turnsOf(held), expiresAt(held)]).toEqual([[1, 0], null])
  expect(expire(held, 1e12).session).toBe(held)
  // A tag under the older one changes nothing.
  expect(confirmAuth(held, 0, 5000)).toBe(held)
  expect(confirmAuth(held, 7, 5000)).toBe(held)
  const confirmed = confirmAuth(held, 1, 5000)
  expect([turnsOf(confirmed), expiresAt(confirmed)]).toEqual([[1, 0], 35_000])
  // A second tag does not begin the time again.
  expect(confirmAuth(confirmed, 1, 20_000)).toBe(confirmed)
  expect(expire(confirmed, 34_999).session).toBe(confirmed)
  expect(expire(confirmed, 0).session).toBe(confirmed)
  const later = expire(decodeSession(encodeSession(confirmed)), 35_000)
  expect([turnsOf(later.session), later.stale.length, expiresAt(later.session)]).toEqual([[1], 1, null])
  expect(confirmAuth(later.session, 1, 40_000)).toBe(later.session)
})

test('opening a frame also drops an older key whose time is over', async () => {
  const { sides, say } = await start()
  const frame = await say(0)
  const next = await say(0)
  const heard = (await openOrThrow(crypto, sides[1], frame)).session
  const confirmed = confirmAuth(heard, 1, 1000)
  expect(turnsOf((await openOrThrow(crypto, confirmed, next, 30_999)).session)).toEqual([1, 0])
  const over = await openOrThrow(crypto, confirmed, next, 31_000)
  expect([turnsOf(over.session), over.stale.length > 0]).toEqual([[1], true])
})

test('a new turn begins the time of its own', async () => {
  const { sides, pass } = await start()
  for (const from of [0, 1] as const) await pass(from)
  sides[1] = confirmAuth(sides[1], 1, 0)
  await pass(0)
  expect([turnsOf(sides[1]), expiresAt(sides[1])]).toEqual([[2, 1], null])
})

test('a turn that does not open leaves the keys alone', async () => {
  const { sides, say } = await start()
  const frame = await say(0)
  frame[frame.length - 1]! ^= 1
  expect((await open(crypto, sides[1], frame, 0)).kind).toBe('rejected')
  expect(turnsOf(sides[1])).toEqual([0])
})

test('no key for tags is another secret of its session', async () => {
  const { sides, pass } = await start()
  for (const from of [0, 1, 0, 1] as const) await pass(from)
  for (const side of sides) {
    const secrets = secretsOf(side).map((secret) => secret.expose().join())
    expect(new Set(secrets).size).toBe(secrets.length)
  }
})

test('stored states with keys of other turns are damaged', async () => {
  const { sides, pass } = await start()
  for (const from of [0, 1] as const) await pass(from)
  const { receiving } = sides[1]
  const [newest, older] = receiving.auths.held
  const damaged = [
    { held: [], confirmedAt: null },
    { held: [older!, newest!], confirmedAt: null },
    { held: [older!], confirmedAt: null },
    { held: [newest!], confirmedAt: 1000 },
  ]
  for (const auths of damaged) {
    const stored = encodeSession({ ...sides[1], receiving: { ...receiving, auths } })
    expect(() => decodeSession(stored)).toThrow('inconsistent')
  }
  const [left] = sides
  const stored = encodeSession({ ...left, sending: { ...left.sending, nextAuth: left.sending.auth } })
  expect(() => decodeSession(stored)).toThrow('inconsistent')
})
