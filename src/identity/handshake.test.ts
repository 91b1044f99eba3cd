import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, decode, encode } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import type { SessionStart } from './handshake.ts'
import {
  finishHandshake,
  flow1Bytes,
  flow2Bytes,
  type InitiatorState,
  identify,
  initiateHandshake,
  initiatorStateCodec,
  type Parties,
  renewEntry,
  respondHandshake,
  runOf,
  type Self,
  secretsOfInitiator,
  secretsOfSelf,
} from './index.ts'
import { memberNamed, pairOf, remembering } from './testing/parties.ts'

const subtle = globalThis.crypto.subtle as never
const groupId = new Uint8Array(16).fill(7)
let crypto: Crypto
let alice: Self
let bob: Self
let carol: Self

beforeAll(async () => {
  crypto = (await seededCrypto('handshake', subtle)).crypto
  alice = await memberNamed(crypto, groupId, 'Alice')
  bob = await memberNamed(crypto, groupId, 'Bob')
  carol = await memberNamed(crypto, groupId, 'Carol')
})

const answer = async (parties: Parties, flow1: Bytes, using = crypto) => {
  const outcome = await respondHandshake(using, parties, flow1)
  if (outcome.kind !== 'answered') throw new Error(outcome.code)
  return outcome
}

const finish = async (state: InitiatorState, flow2: Bytes): Promise<SessionStart> => {
  const outcome = await finishHandshake(crypto, state, flow2)
  if (outcome.kind !== 'done') throw new Error(outcome.code)
  return outcome.start
}

/** What the initiator says to a flow 2: a code, or `done`. */
const verdict = async (state: InitiatorState, flow2: Bytes): Promise<string> => {
  const outcome = await finishHandshake(crypto, state, flow2)
  return outcome.kind === 'done' ? 'done' : outcome.code
}

/** Runs both sides, each with its own view of who is who. */
const meet = async (atInitiator: Parties, atResponder: Parties): Promise<string> => {
  const { state, flow1 } = await initiateHandshake(crypto, atInitiator)
  return verdict(state, (await answer(atResponder, flow1)).flow2)
}

const withByte = (flow: Bytes, at: number, value: number): Bytes => {
  const changed = flow.slice()
  changed[at] = value
  return changed
}

const psk = (byte: number): Secret => new Secret(new Uint8Array(32).fill(byte))

describe('two members', () => {
  test('agree on key, transcript and the responder’s first ratchet keys', async () => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const { state, flow1 } = await initiateHandshake(crypto, atInitiator)
    const answered = await answer(atResponder, flow1)
    const mine = await finish(state, answered.flow2)
    const theirs = answered.start
    expect(mine.key.expose()).toEqual(theirs.key.expose())
    expect(mine.transcript).toEqual(theirs.transcript)
    expect([mine.key.length, mine.transcript.length]).toEqual([32, 32])
    expect([mine.role, theirs.role]).toEqual(['initiator', 'responder'])
    expect([mine.keys, theirs.peerKeys]).toEqual([null, null])
    expect(mine.peerKeys).toEqual({ dh: theirs.keys!.dh.publicKey, kem: theirs.keys!.kem.publicKey })
  })

  test('exchange flows of 2,320 and 3,472 bytes that begin with the run', async () => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const { flow1 } = await initiateHandshake(crypto, atInitiator)
    const { flow2 } = await answer(atResponder, flow1)
    expect([flow1.length, flow2.length]).toEqual([2320, 3472])
    expect([flow1Bytes, flow2Bytes]).toEqual([2320, 3472])
    expect(runOf(flow1)).toEqual(flow1.slice(0, 16))
    expect(runOf(flow2)).toEqual(flow1.slice(0, 16))
    expect(runOf(flow1.subarray(1))).toBeNull()
  })

  test('get the same bytes from the same draws, and others from others', async () => {
    const flows = async (seed: string) => {
      const seeded = (await seededCrypto(seed, subtle)).crypto
      const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
      const { flow1 } = await initiateHandshake(seeded, atInitiator)
      return [flow1, (await answer(atResponder, flow1, seeded)).flow2]
    }
    const [once, again, other] = [await flows('same'), await flows('same'), await flows('other')]
    expect(once).toEqual(again)
    expect(once[0]).not.toEqual(other[0])
  })

  test('the ephemeral of flow 2 is not the first ratchet key', async () => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const { flow1 } = await initiateHandshake(crypto, atInitiator)
    const { flow2, start } = await answer(atResponder, flow1)
    expect(flow2.slice(48, 80)).toEqual(start.keys!.dh.publicKey)
    expect(flow2.slice(16, 48)).not.toEqual(start.keys!.dh.publicKey)
  })

  test('may store a run and finish it later', async () => {
    for (const shared of [null, psk(9)]) {
      const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
      const { state, flow1 } = await initiateHandshake(crypto, { ...atInitiator, psk: shared })
      const codec = initiatorStateCodec(alice.keys)
      const stored = encode(codec, state)
      const { flow2, start } = await answer({ ...atResponder, psk: shared }, flow1)
      const restored = decode(codec, stored)
      expect(restored.flow1).toEqual(flow1)
      expect((await finish(restored, flow2)).key.expose()).toEqual(start.key.expose())
    }
  })
})

describe('mac_r is another’s', () => {
  test('where the psk differs; none is 32 zeros', async () => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const run = (one: Secret | null, other: Secret | null) =>
      meet({ ...atInitiator, psk: one }, { ...atResponder, psk: other })
    expect(await run(psk(1), psk(1))).toBe('done')
    expect(await run(null, psk(0))).toBe('done')
    expect(await run(psk(1), psk(2))).toBe('handshake/bad-mac')
    expect(await run(psk(1), null)).toBe('handshake/bad-mac')
  })

  test('where a copy of flow 1 is taken under another entry of the same keys', async () => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const otherAlice = renewEntry(crypto, groupId, alice)
    const otherBob = renewEntry(crypto, groupId, bob, { name: 'Robert' })
    expect(await meet(atInitiator, { ...atResponder, peer: otherAlice })).toBe('handshake/bad-mac')
    expect(await meet(atInitiator, { ...atResponder, self: otherBob })).toBe('handshake/bad-mac')
    expect(await meet({ ...atInitiator, peer: otherBob }, atResponder)).toBe('handshake/bad-mac')
  })

  test('in another group', async () => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const elsewhere = { ...atResponder, groupId: new Uint8Array(16).fill(8) }
    expect(await meet(atInitiator, elsewhere)).toBe('handshake/bad-mac')
  })

  test('where the roles are exchanged: one’s own flow 1 comes back', async () => {
    const { atInitiator } = pairOf(groupId, alice, bob)
    const { state, flow1 } = await initiateHandshake(crypto, atInitiator)
    const { flow2 } = await answer(atInitiator, flow1)
    expect(await verdict(state, flow2)).toBe('handshake/bad-mac')
  })

  test('where a third member answers', async () => {
    const { state, flow1 } = await initiateHandshake(crypto, pairOf(groupId, alice, bob).atInitiator)
    const { flow2 } = await answer(pairOf(groupId, alice, carol).atResponder, flow1)
    expect(await verdict(state, flow2)).toBe('handshake/bad-mac')
  })

  test('where the relay exchanges the flows of two runs', async () => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const first = await initiateHandshake(crypto, atInitiator)
    const second = await initiateHandshake(crypto, atInitiator)
    const { flow2 } = await answer(atResponder, first.flow1)
    expect(await verdict(second.state, flow2)).toBe('handshake/malformed')
    const renamed = flow2.slice()
    renamed.set(second.flow1.subarray(0, 16))
    expect(await verdict(second.state, renamed)).toBe('handshake/bad-mac')
  })
})

describe('each secret counts by itself', () => {
  /** Finishes with one private key exchanged for another's: what a thief of all other keys can do. */
  const finishWith = async (change: (state: InitiatorState) => Promise<Partial<InitiatorState>>) => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const { state, flow1 } = await initiateHandshake(crypto, atInitiator)
    const { flow2 } = await answer(atResponder, flow1)
    return verdict({ ...state, ...(await change(state)) }, flow2)
  }
  const answerWith = async (keys: Self['keys']) => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    return meet(atInitiator, { ...atResponder, self: { ...bob, keys } })
  }

  test('at the initiator: S_i and its KEM identity', async () => {
    const { dh, kem } = alice.keys
    const run = (identity: Self['keys']) => finishWith(async () => ({ identity }))
    expect(await run({ dh, kem })).toBe('done')
    expect(await run({ dh, kem: carol.keys.kem })).toBe('handshake/bad-mac')
    expect(await run({ dh: carol.keys.dh, kem })).toBe('handshake/bad-mac')
  })

  test('at the initiator: E_i, ek_i and k1', async () => {
    const swap = (part: 'dh' | 'kem') =>
      finishWith(async ({ ephemeral }) => ({ ephemeral: { ...ephemeral, [part]: carol.keys[part] } }))
    expect(await swap('dh')).toBe('handshake/bad-mac')
    expect(await swap('kem')).toBe('handshake/bad-mac')
    expect(await finishWith(async () => ({ k1: psk(3) }))).toBe('handshake/bad-mac')
  })

  test('at the responder: S_r and its KEM identity', async () => {
    const { dh, kem } = bob.keys
    expect(await answerWith({ dh, kem })).toBe('done')
    expect(await answerWith({ dh, kem: carol.keys.kem })).toBe('handshake/bad-mac')
    expect(await answerWith({ dh: carol.keys.dh, kem })).toBe('handshake/bad-mac')
  })

  test('a thief of one identity cannot speak to it as another (key compromise impersonation)', async () => {
    expect(await finishWith(async () => ({ identity: bob.keys }))).toBe('handshake/bad-mac')
    expect(await answerWith(alice.keys)).toBe('handshake/bad-mac')
  })

  test('a responder whose E_r agreed with another E_i has another key', async () => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const first = await initiateHandshake(crypto, atInitiator)
    const second = await initiateHandshake(crypto, atInitiator)
    const mixed = first.flow1.slice()
    mixed.set(second.flow1.subarray(16, 48), 16)
    const { flow2 } = await answer(atResponder, mixed)
    expect(await verdict(first.state, flow2)).toBe('handshake/bad-mac')
  })
})

test('a replayed flow 1 makes another candidate with another key, and the first run finishes as before', async () => {
  const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
  const { state, flow1 } = await initiateHandshake(crypto, atInitiator)
  const [once, again] = [await answer(atResponder, flow1), await answer(atResponder, flow1)]
  expect(again.start.key.expose()).not.toEqual(once.start.key.expose())
  expect((await finish(state, once.flow2)).key.expose()).toEqual(once.start.key.expose())
})

test('a rejected flow 2 leaves the run as it was', async () => {
  const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
  const { state, flow1 } = await initiateHandshake(crypto, { ...atInitiator, psk: psk(4) })
  const { flow2, start } = await answer({ ...atResponder, psk: psk(4) }, flow1)
  const before = encode(initiatorStateCodec(alice.keys), state)
  expect(await verdict(state, withByte(flow2, flow2.length - 1, flow2.at(-1)! ^ 1))).toBe('handshake/bad-mac')
  expect(await verdict(state, flow2.subarray(1))).toBe('handshake/malformed')
  expect(encode(initiatorStateCodec(alice.keys), state)).toEqual(before)
  expect((await finish(state, flow2)).key.expose()).toEqual(start.key.expose())
})

describe('keys that no honest side makes', () => {
  const zero = new Uint8Array(32)
  const one = withByte(zero, 0, 1)
  /** 2^255 - 19, which is 0, and 2^255 - 10, which is 9. */
  const unreduced = [0xed, 0xf6].map((low) =>
    withByte(withByte(new Uint8Array(32).fill(255), 31, 127), 0, low),
  )
  const refusedDh = [zero, one, ...unreduced]
  /** The first coefficient is q = 3,329. */
  const beyondModulus = (flow: Bytes, at: number) => withByte(withByte(flow, at, 0x01), at + 1, 0x0d)

  const place = (flow: Bytes, at: number, key: Uint8Array): Bytes => {
    const changed = flow.slice()
    changed.set(key, at)
    return changed
  }

  test('are refused in flow 1: E_i and ek_i', async () => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const { flow1 } = await initiateHandshake(crypto, atInitiator)
    const hostile = [
      ...refusedDh.map((key) => place(flow1, 16, key)),
      beyondModulus(flow1, 48),
      place(flow1, 48, new Uint8Array(1184)),
    ]
    for (const flow of hostile) {
      const outcome = await respondHandshake(crypto, atResponder, flow)
      expect(outcome).toEqual({ kind: 'rejected', code: 'handshake/bad-keys' })
    }
  })

  test('are refused in flow 2: E_r, F_r and ek_r', async () => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const { state, flow1 } = await initiateHandshake(crypto, atInitiator)
    const { flow2 } = await answer(atResponder, flow1)
    const hostile = [
      ...refusedDh.flatMap((key) => [place(flow2, 16, key), place(flow2, 48, key)]),
      beyondModulus(flow2, 80),
      place(flow2, 80, new Uint8Array(1184)),
    ]
    for (const flow of hostile) expect(await verdict(state, flow)).toBe('handshake/bad-keys')
  })

  test('an identity of small order that slipped by its entry’s check gives no session, and leaves no secret', async () => {
    const { flow1 } = await initiateHandshake(crypto, pairOf(groupId, alice, bob).atInitiator)
    const peer = { ...alice, entry: { ...alice.entry, dh: zero } }
    const { crypto: noting, made } = remembering(crypto)
    const outcome = await respondHandshake(noting, { groupId, self: bob, peer, psk: null }, flow1)
    expect(outcome).toEqual({ kind: 'rejected', code: 'handshake/bad-keys' })
    expect(made.length).toBeGreaterThan(4)
    expect(made.every((secret) => secret.wiped)).toBe(true)
  })
})

describe('a member and itself', () => {
  test('cannot start a run, and a flow 1 as from oneself is refused', async () => {
    const { flow1 } = await initiateHandshake(crypto, pairOf(groupId, alice, bob).atInitiator)
    const alone = { groupId, self: bob, peer: identify(crypto, groupId, bob.entry), psk: null }
    await expect(initiateHandshake(crypto, alone)).rejects.toThrow(RangeError)
    expect(await respondHandshake(crypto, alone, flow1)).toEqual({
      kind: 'rejected',
      code: 'handshake/bad-keys',
    })
  })

  test('another hash under one’s own id is refused too', async () => {
    const { flow1 } = await initiateHandshake(crypto, pairOf(groupId, alice, bob).atInitiator)
    const peer = { ...alice, id: bob.id }
    const outcome = await respondHandshake(crypto, { groupId, self: bob, peer, psk: null }, flow1)
    expect(outcome.kind).toBe('rejected')
  })

  test('wrong sizes of group id and psk are the caller’s mistake', async () => {
    const { atInitiator } = pairOf(groupId, alice, bob)
    const short = new Uint8Array(15)
    await expect(initiateHandshake(crypto, { ...atInitiator, groupId: short })).rejects.toThrow(RangeError)
    const shared = new Secret(new Uint8Array(31))
    await expect(initiateHandshake(crypto, { ...atInitiator, psk: shared })).rejects.toThrow(RangeError)
  })
})

describe('what is wiped', () => {
  test('at the responder, when it answers: all but the key, F_r and ek_r; the psk is stale', async () => {
    const shared = psk(5)
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const { flow1 } = await initiateHandshake(crypto, { ...atInitiator, psk: shared })
    const { crypto: noting, made } = remembering(crypto)
    const { start, stale } = await answer({ ...atResponder, psk: shared }, flow1, noting)
    const alive = made.filter((secret) => !secret.wiped)
    expect(new Set(alive)).toEqual(
      new Set([start.key, start.keys!.dh.privateKey, start.keys!.kem.privateKey]),
    )
    expect(made.length).toBeGreaterThan(10)
    expect(stale).toEqual([shared])
  })

  test('at the initiator, when it finishes: the run’s secrets are stale, the identity’s are not', async () => {
    const shared = psk(6)
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const { crypto: noting, made } = remembering(crypto)
    const { state, flow1 } = await initiateHandshake(noting, { ...atInitiator, psk: shared })
    const { flow2 } = await answer({ ...atResponder, psk: shared }, flow1)
    const outcome = await finishHandshake(noting, state, flow2)
    if (outcome.kind !== 'done') throw new Error(outcome.code)
    expect(new Set(outcome.stale)).toEqual(new Set([...secretsOfInitiator(state), shared]))
    for (const secret of outcome.stale) secret.wipe()
    expect(made.filter((secret) => !secret.wiped)).toEqual([outcome.start.key])
    expect(made.length).toBeGreaterThan(8)
    expect(secretsOfSelf(alice).some((secret) => secret.wiped)).toBe(false)
  })

  test('at the initiator, when a flow 2 is rejected: what that flow gave, and nothing of the run', async () => {
    const { atInitiator, atResponder } = pairOf(groupId, alice, bob)
    const { crypto: noting, made } = remembering(crypto)
    const { state, flow1 } = await initiateHandshake(crypto, atInitiator)
    const { flow2 } = await answer(atResponder, flow1)
    const outcome = await finishHandshake(noting, state, withByte(flow2, 3470, flow2[3470]! ^ 1))
    expect(outcome.kind).toBe('rejected')
    expect(made.length).toBeGreaterThan(6)
    expect(made.every((secret) => secret.wiped)).toBe(true)
    expect(secretsOfInitiator(state).some((secret) => secret.wiped)).toBe(false)
  })
})
