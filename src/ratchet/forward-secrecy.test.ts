import { expect, test } from 'vitest'
import { type Bytes, concat, toHex, utf8 } from '../codec/index.ts'
import { type Crypto, expose, type Material, type Secret } from '../crypto/index.ts'
import { nodeEngines } from '../crypto/testing/node-engines.ts'
import { seededCrypto, seededRng } from '../crypto/testing/seeded.ts'
import { decodeFrame } from './frame.ts'
import { decodeSession, encodeSession, expire, open, type Session, seal, secretsOf } from './index.ts'
import { bodyKeyOf, messageKeyOf, openBody } from './message-chain.ts'
import type { Route } from './root-chain.ts'
import { associatedData, receivingRoute, sendingRoute } from './session.ts'
import { createPair, createSpokenPair } from './testing/pair.ts'
import { turning } from './testing/steps.ts'

const subtle = globalThis.crypto.subtle as never
const hour = 3_600_000

interface Sent {
  readonly route: Route
  readonly bytes: Bytes
}

/** A conversation of side 0 with side 1, some of whose messages the network keeps. */
const converse = async (name: string, script: readonly ('out' | 'kept' | 'back')[]) => {
  const { crypto } = await seededCrypto(name, subtle, nodeEngines)
  const [alice, bob] = await createSpokenPair(crypto)
  const sides: [Session, Session] = [alice, bob]
  const [read, kept]: [Sent[], Sent[]] = [[], []]
  for (const [i, what] of script.entries()) {
    const [from, to] = what === 'back' ? ([1, 0] as const) : ([0, 1] as const)
    const sealed = await seal(crypto, sides[from], utf8(`message ${i}`), turning('message'))
    const sent = { route: sendingRoute(sides[from]), bytes: sealed.bytes }
    sides[from] = sealed.session
    for (const secret of sealed.stale) secret.wipe()
    if (what === 'kept') {
      kept.push(sent)
      continue
    }
    const opened = await open(crypto, sides[to], sealed.bytes, 0)
    if (opened.kind === 'rejected') throw new Error(opened.code)
    sides[to] = opened.session
    for (const secret of opened.stale) secret.wipe()
    read.push(sent)
  }
  return { crypto, bob: sides[1], read, kept }
}

const copyOf = (session: Session): Session => decodeSession(encodeSession(session))

/** Does any secret of the state, as a message key or as a chain key, or the state itself, open the frame? */
const falls = async (crypto: Crypto, state: Session, { route, bytes }: Sent): Promise<boolean> => {
  if ((await open(crypto, copyOf(state), bytes, 0)).kind === 'opened') return true
  const frame = decodeFrame(bytes)
  const aad = concat(associatedData(route), frame.header)
  const fits = async (key: Secret): Promise<boolean> =>
    openBody(crypto, await bodyKeyOf(crypto, key, frame.salt), aad, frame.body).then(
      () => true,
      () => false,
    )
  for (const secret of secretsOf(copyOf(state))) {
    if (secret.length !== 32) continue
    if ((await fits(secret)) || (await fits(await messageKeyOf(crypto, secret)))) return true
  }
  return false
}

const fallen = async (crypto: Crypto, state: Session, sent: readonly Sent[]): Promise<readonly boolean[]> => {
  const all: boolean[] = []
  for (const one of sent) all.push(await falls(crypto, state, one))
  return all
}

test('a state opens nothing that was sent before it, but the messages it still waits for', async () => {
  let waited = 0
  for (let seed = 0; seed < 8; seed++) {
    const draws = seededRng(`script ${seed}`)(40)
    const script = Array.from(draws, (byte) => (['out', 'out', 'kept', 'back'] as const)[byte % 4]!)
    // The last one in each direction arrives: what it passed over is skipped, not still to come.
    const { crypto, bob, read, kept } = await converse(`seed ${seed}`, [...script, 'back', 'out'])
    expect(await fallen(crypto, bob, read)).toEqual(read.map(() => false))
    expect(await fallen(crypto, bob, kept)).toEqual(kept.map(() => true))
    waited += kept.length
    const later = expire(bob, 24 * hour + 1).session
    expect(await fallen(crypto, later, kept)).toEqual(kept.map(() => false))
  }
  expect(waited).toBeGreaterThan(30)
})

test('of 70 messages that one passes over, it waits for the newest 64', async () => {
  const kept70 = Array.from({ length: 70 }, () => 'kept' as const)
  const { crypto, bob, kept } = await converse('seventy', ['out', 'back', ...kept70, 'out'])
  expect(await fallen(crypto, bob, kept)).toEqual(kept.map((_, i) => i >= 6))
})

test('the state before a message opens it: the search can find', async () => {
  const { crypto, bob, kept } = await converse('before', ['out', 'back', 'out', 'kept'])
  expect(await fallen(crypto, bob, kept)).toEqual([true])
  const { receiving } = copyOf(bob)
  const frame = decodeFrame(kept[0]!.bytes)
  const aad = concat(associatedData(receivingRoute(bob)), frame.header)
  const keys = await bodyKeyOf(crypto, await messageKeyOf(crypto, receiving.chain!.key), frame.salt)
  await expect(openBody(crypto, keys, aad, frame.body)).resolves.toBeInstanceOf(Uint8Array)
})

/** Seals at `from`, opens at the other, returns the frame. */
const pass = async (crypto: Crypto, pair: [Session, Session], from: 0 | 1): Promise<Uint8Array> => {
  const to = from === 0 ? 1 : 0
  const sealed = await seal(crypto, pair[from], utf8('hello'), turning('message'))
  const outcome = await open(crypto, pair[to], sealed.bytes, 0)
  if (outcome.kind === 'rejected') throw new Error(outcome.code)
  pair[from] = sealed.session
  pair[to] = outcome.session
  for (const secret of [...sealed.stale, ...outcome.stale]) secret.wipe()
  return sealed.bytes
}

/** Secrets that must be gone once used: message keys, chain keys, roots, AES keys of bodies. */
const recordUse = (crypto: Crypto) => {
  const used = { messageKeys: new Set<string>(), others: new Set<string>() }
  const hex = (material: Material): string => toHex(expose(material))
  const recording: Crypto = {
    ...crypto,
    mac: (key, message) => {
      used.others.add(hex(key))
      return crypto.mac(key, message)
    },
    expand: (prk, info, length) => {
      if (length === 32) used.messageKeys.add(hex(prk))
      return crypto.expand(prk, info, length)
    },
    derive: (salt, ikm, info, length) => {
      if (length === 128) used.others.add(hex(salt))
      return crypto.derive(salt, ikm, info, length)
    },
  }
  return { crypto: recording, used }
}

test('forward secrecy: both final states together open nothing that was read before', async () => {
  const base = (await seededCrypto('forward', subtle)).crypto
  const { crypto, used } = recordUse(base)
  const pair = await createPair(crypto)
  const frames: { to: 0 | 1; frame: Uint8Array }[] = []
  for (const from of [0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0] as const) {
    frames.push({ to: from === 0 ? 1 : 0, frame: await pass(crypto, pair, from) })
  }
  expect(used.messageKeys.size).toBe(frames.length)
  const states = pair.map(encodeSession)
  for (const { to, frame } of frames) {
    const outcome = await open(base, decodeSession(states[to]!), frame, 0)
    expect(outcome).toEqual({ kind: 'rejected', code: 'ratchet/unreadable' })
  }
  const all = concat(...states)
  for (let at = 0; at + 32 <= all.length; at++) {
    const window = all.subarray(at, at + 32)
    const name = toHex(window)
    expect(used.messageKeys.has(name) || used.others.has(name)).toBe(false)
    expect(used.messageKeys.has(toHex(await base.mac(window, Uint8Array.of(1))))).toBe(false)
  }
})
