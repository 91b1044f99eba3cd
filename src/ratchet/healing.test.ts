import { expect, test } from 'vitest'
import { concat, toHex, utf8 } from '../codec/index.ts'
import { type Crypto, expose, type Material, type Rng } from '../crypto/index.ts'
import { nodeEngines } from '../crypto/testing/node-engines.ts'
import { seededCrypto, seededRng } from '../crypto/testing/seeded.ts'
import { decodeSession, encodeSession, open, type Session, seal } from './index.ts'
import { type Assumptions, Attacker, leakKeys } from './simulation/attacker.ts'
import { createPair } from './simulation/pair-simulation.ts'

const subtle = globalThis.crypto.subtle as never

/** Seals at `from`, opens at the other, returns the frame. */
const pass = async (crypto: Crypto, pair: [Session, Session], from: 0 | 1): Promise<Uint8Array> => {
  const to = from === 0 ? 1 : 0
  const sealed = await seal(crypto, pair[from], utf8('hello'), 'message')
  const outcome = await open(crypto, pair[to], sealed.bytes, 0)
  if (outcome.kind === 'rejected') throw new Error(outcome.code)
  pair[from] = sealed.session
  pair[to] = outcome.session
  for (const secret of [...sealed.stale, ...outcome.stale]) secret.wipe()
  return sealed.bytes
}

/**
 * Side 0's state is copied while its chain runs; then the sides take turns. `r`: the attacker reads the message.
 * Attackers stop at their first failure in a direction for good, so what follows is a fair test only of the rest.
 */
const eavesdrop = async (assumptions: Assumptions, both: boolean): Promise<string> => {
  const { crypto, oracle } = leakKeys((await seededCrypto('healing', subtle)).crypto)
  const pair = await createPair(crypto)
  for (const from of [0, 1, 0, 1, 0] as const) await pass(crypto, pair, from)
  const copies = pair.map((session) => decodeSession(encodeSession(session)))
  const attacker = new Attacker(crypto, copies[0]!, assumptions, oracle)
  if (both) attacker.steal(copies[1]!.keySets)
  let read = ''
  for (const from of [0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1] as const) {
    const frame = await pass(crypto, pair, from)
    attacker.notice('self', pair[0].keySets)
    attacker.notice('peer', pair[1].keySets)
    read += (await attacker.reads(from === 0 ? 'peer' : 'self', frame)) ? 'r' : '-'
  }
  return read
}

// 0 0: the copied chain runs on. 1 1: side 1 turns, but to keys that were copied. Then the first new keys count.
test.each([
  ['nothing', { dhBroken: false, kemBroken: false }],
  ['X25519', { dhBroken: true, kemBroken: false }],
  ['ML-KEM-768', { dhBroken: false, kemBroken: true }],
])(
  'after a copied state the next round trip heals both directions, with %s broken',
  async (_, assumptions) => {
    expect(await eavesdrop(assumptions, false)).toBe('rrrr-------')
    expect(await eavesdrop(assumptions, true)).toBe('rrrr-------')
  },
)

test('an attacker that breaks both reads everything: the test can see', async () => {
  expect(await eavesdrop({ dhBroken: true, kemBroken: true }, false)).toBe('rrrrrrrrrrr')
})

type Pass = 0 | 1
const drawPasses = (random: Rng, count: number): readonly Pass[] =>
  Array.from(random(count), (byte) => (byte % 2) as Pass)

/** Copies side 0 after a random beginning: how many of the later messages are read, until the round trip and after. */
const eavesdropAtRandom = async (seed: number, assumptions: Assumptions) => {
  const seeded = await seededCrypto(`healing ${seed}`, subtle, nodeEngines)
  const { crypto, oracle } = leakKeys(seeded.crypto)
  const random = seededRng(`passes ${seed}`)
  const pair = await createPair(crypto)
  for (const from of drawPasses(random, seed % 9)) await pass(crypto, pair, from)
  const attacker = new Attacker(crypto, decodeSession(encodeSession(pair[0])), assumptions, oracle)
  const counts = { before: 0, after: 0, all: 0 }
  let heard: 'nothing' | 'peer' | 'round trip' = 'nothing'
  for (const from of [...drawPasses(random, 10), 1, 0, 1, 0] as const) {
    const frame = await pass(crypto, pair, from)
    attacker.notice('self', pair[0].keySets)
    attacker.notice('peer', pair[1].keySets)
    const isRead = await attacker.reads(from === 0 ? 'peer' : 'self', frame)
    // The round trip: the peer speaks, and the copied side answers it. Its answer counts as after.
    if (from === 1 && heard === 'nothing') heard = 'peer'
    else if (from === 0 && heard === 'peer') heard = 'round trip'
    counts.all++
    if (isRead) counts[heard === 'round trip' ? 'after' : 'before']++
  }
  return counts
}

test.each([
  ['nothing', { dhBroken: false, kemBroken: false }],
  ['X25519', { dhBroken: true, kemBroken: false }],
  ['ML-KEM-768', { dhBroken: false, kemBroken: true }],
  ['both', { dhBroken: true, kemBroken: true }],
])(
  'a copy at a random point reads nothing after one round trip, with %s broken',
  async (broken, assumptions) => {
    const sum = { before: 0, after: 0, all: 0 }
    for (let seed = 0; seed < 12; seed++) {
      const counts = await eavesdropAtRandom(seed, assumptions)
      for (const name of ['before', 'after', 'all'] as const) sum[name] += counts[name]
    }
    expect(sum.before).toBeGreaterThan(0)
    if (broken === 'both') expect(sum.before + sum.after).toBe(sum.all)
    else expect(sum.after).toBe(0)
  },
)

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
      if (length === 96) used.others.add(hex(salt))
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

test('one set of private keys is kept, two while a turn awaits its acknowledgement', async () => {
  const { crypto } = await seededCrypto('key sets', subtle)
  const pair = await createPair(crypto)
  const indexes = (side: 0 | 1) => pair[side].keySets.map(({ index }) => index)
  await pass(crypto, pair, 0)
  expect([indexes(0), indexes(1)]).toEqual([[0, 1], [0]])
  await pass(crypto, pair, 1)
  expect([indexes(0), indexes(1)]).toEqual([[1], [0, 1]])
  await pass(crypto, pair, 0)
  expect([indexes(0), indexes(1)]).toEqual([[1, 2], [1]])
})
