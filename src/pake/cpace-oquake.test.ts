import { describe, expect, test } from 'vitest'
import { type Bytes, concat } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { initiate, initiatePlus, step } from './cpace-oquake.ts'
import { flowBytes } from './flows.ts'
import type { RunInput } from './run-state.ts'
import { members, newcomer, type Played, play, publicKeyOf, type Sides, type Wire } from './testing/play.ts'

const { crypto } = await seededCrypto('pake', globalThis.crypto.subtle as never)
const publicKey = await publicKeyOf(crypto)
const otherPublicKey = await publicKeyOf(crypto, 'other')

type Make = (crypto: Crypto) => Sides
const protocols = [
  ['CPaceOQUAKE', (used) => members(used)],
  ['CPaceOQUAKE+', (used) => newcomer(used, publicKey)],
] as const satisfies readonly (readonly [string, Make])[]

const kinds = ({ initiator, responder }: Played) => [initiator.kind, responder.kind]
const sizes = ({ messages }: Played) => messages.map(({ length }) => length)
const run = async (make: Make, wire?: Wire) => play(crypto, make(crypto), wire)

/** A run that something was done to: same flows, same sizes, and at most the last flow's sender believes in it. */
const expectFailure = (played: Played, honest: readonly number[], flow: number) => {
  expect(sizes(played)).toEqual(honest)
  const { initiator, responder } = played
  expect(responder).toMatchObject({ kind: 'failed', code: 'pake/failed', message: null })
  if (flow < 5) expect(initiator).toMatchObject({ kind: 'failed', code: 'pake/failed' })
}

test('sizes of the flows', async () => {
  expect(sizes(await run(protocols[0][1]))).toEqual([66, 66, 1658, 1632 + 32, 32])
  expect(sizes(await run(protocols[1][1]))).toEqual([66, 66, 1658, 1632 + 1184 + 32, 64 + 32])
})

describe.each(protocols)('%s', (_protocol, make) => {
  test('both sides get one key and one transcript', async () => {
    const sides = make(crypto)
    const played = await play(crypto, sides)
    const { initiator, responder } = played
    if (initiator.kind !== 'done' || responder.kind !== 'done') throw new Error('run failed')
    expect(initiator.result.key.length).toBe(32)
    expect(initiator.result.key.expose()).toEqual(responder.result.key.expose())
    expect(initiator.result.transcript).toEqual(responder.result.transcript)
    expect(sizes(played)).toEqual(flowBytes(sides.listening.proof))
  })

  test('two runs have nothing in common', async () => {
    const [a, b] = [await run(make), await run(make)]
    for (const [i, message] of a.messages.entries()) expect(message).not.toEqual(b.messages[i])
    if (a.initiator.kind !== 'done' || b.initiator.kind !== 'done') throw new Error('run failed')
    expect(a.initiator.result.key.expose()).not.toEqual(b.initiator.result.key.expose())
  })

  test('what is handed back for wiping leaves the result usable', async () => {
    const { initiator, responder } = await run(make)
    for (const secret of [...initiator.stale, ...responder.stale]) secret.wipe()
    if (initiator.kind !== 'done' || responder.kind !== 'done') throw new Error('run failed')
    expect(initiator.result.key.expose()).toEqual(responder.result.key.expose())
  })

  test.each([1, 2, 3, 4, 5])('a flipped bit anywhere in flow %i', async (flow) => {
    const honest = sizes(await run(make))
    const length = honest[flow - 1]!
    const stride = Math.max(1, Math.floor(length / 24))
    for (let at = 0; at < length; at += stride) {
      const flip: Wire = (message, index) => {
        if (index !== flow) return message
        const changed = message.slice()
        changed[at]! ^= 1 << (at % 8)
        return changed
      }
      expectFailure(await run(make, flip), honest, flow)
    }
  })

  test.each([1, 2, 3, 4, 5])('flow %i truncated, extended, empty, huge, all 0, all 0xff', async (flow) => {
    const honest = sizes(await run(make))
    const changes: readonly ((message: Bytes) => Bytes)[] = [
      (message) => message.slice(0, -1),
      (message) => message.slice(1),
      (message) => message.slice(0, 20),
      (message) => concat(message, Uint8Array.of(0)),
      () => new Uint8Array(0),
      () => new Uint8Array(1 << 20),
      (message) => new Uint8Array(message.length),
      (message) => new Uint8Array(message.length).fill(0xff),
    ]
    for (const change of changes) {
      const wire: Wire = (message, index) => (index === flow ? change(message) : message)
      expectFailure(await run(make, wire), honest, flow)
    }
  })

  test('every message of another run, replayed or swapped in', async () => {
    const other = await run(make)
    const honest = sizes(other)
    for (const flow of [1, 2, 3, 4, 5]) {
      const wire: Wire = (message, index) => (index === flow ? other.messages[index - 1]! : message)
      expectFailure(await run(make, wire), honest, flow)
    }
  })

  test('every message reflected, and every one in another place', async () => {
    const honest = await run(make)
    for (const flow of [2, 3, 4, 5]) {
      for (let from = 1; from < flow; from++) {
        const seen: Bytes[] = []
        const wire: Wire = (message, index) => {
          seen.push(message)
          return index === flow ? seen[from - 1]! : message
        }
        expectFailure(await run(make, wire), sizes(honest), flow)
      }
    }
  })

  test('the identity and shares that do not decode', async () => {
    const honest = sizes(await run(make))
    const shares = [
      new Uint8Array(32),
      new Uint8Array(32).fill(0xff),
      Uint8Array.of(1, ...new Uint8Array(31)),
    ]
    for (const share of shares) {
      for (const flow of [1, 2]) {
        const wire: Wire = (message, index) =>
          index === flow ? concat(message.slice(0, 34), share) : message
        expectFailure(await run(make, wire), honest, flow)
      }
    }
  })

  test('an invalid share leads to a key that nobody can foresee', async () => {
    const keys = new Set<string>()
    for (let i = 0; i < 4; i++) {
      const { listening, opened } = make(crypto)
      const identity = concat(opened.message.slice(0, 34), new Uint8Array(32))
      const outcome = await step(crypto, listening, identity)
      if (outcome.kind !== 'continue' || outcome.state.kind !== 'awaiting-oquake-init')
        throw new Error('ended')
      const key = outcome.state.cpaceKey.expose()
      expect(key.length).toBe(32)
      keys.add(key.join())
    }
    keys.add(new Uint8Array(32).join())
    expect(keys.size).toBe(5)
  })

  test('a peer with the own id', async () => {
    const { opened, listening } = make(crypto)
    const alike = (input: RunInput) => ({ ...input, initiator: input.responder })
    const { input, proof } = opened.state
    const again =
      proof.kind === 'seed'
        ? initiatePlus(crypto, { ...alike(input), seed: proof.seed })
        : initiate(crypto, alike(input))
    const played = await play(crypto, {
      opened: again,
      listening: { ...listening, input: alike(listening.input) },
    })
    expect(kinds(played)).toEqual(['failed', 'failed'])
    expect(sizes(played)).toEqual(flowBytes(proof))
  })

  test('no state changes when a step fails', async () => {
    const { opened } = make(crypto)
    const before = JSON.stringify(opened.state)
    const sides = make(crypto)
    await play(crypto, { ...sides, opened }, (message, flow) => (flow === 2 ? message.slice(1) : message))
    expect(JSON.stringify(opened.state)).toBe(before)
  })
})

test('a wrong password fails on both sides after the same flows', async () => {
  const right = await play(crypto, members(crypto))
  const wrong = await play(crypto, members(crypto, 'verifier', 'other'))
  expect(kinds(wrong)).toEqual(['failed', 'failed'])
  expect(sizes(wrong)).toEqual(sizes(right))
})

describe('a side that lacks a part of the proof', () => {
  test.each([
    ['both parts', publicKey, { left: 'other', seed: 'other' }],
    ['the verifier', publicKey, { left: 'other' }],
    ['the seed: a member’s stolen profile', publicKey, { seed: 'other' }],
    ['the right public key: an impostor with a stolen verifier', otherPublicKey, {}],
  ])('%s', async (_what, known, given) => {
    const right = await play(crypto, newcomer(crypto, publicKey))
    const wrong = await play(crypto, newcomer(crypto, known, given))
    expect(kinds(wrong)).toEqual(['failed', 'failed'])
    expect(sizes(wrong)).toEqual(sizes(right))
  })

  test('a member whose stored public key is damaged answers like any other', async () => {
    const sides = newcomer(crypto, publicKey)
    const proof = { kind: 'public-key', publicKey: new Uint8Array(1216).fill(0xff) } as const
    const played = await play(crypto, { ...sides, listening: { ...sides.listening, proof } })
    expect(kinds(played)).toEqual(['failed', 'failed'])
    expect(sizes(played)).toEqual(sizes(await play(crypto, sides)))
  })

  test('the two protocols do not meet', async () => {
    const [plain, plus] = [members(crypto), newcomer(crypto, publicKey)]
    const [a, b] = [
      await play(crypto, { opened: plain.opened, listening: plus.listening }),
      await play(crypto, { opened: plus.opened, listening: plain.listening }),
    ]
    expect([...kinds(a), ...kinds(b)]).toEqual(['failed', 'failed', 'failed', 'failed'])
  })
})

test('secrets of a state do not print', async () => {
  const { opened } = newcomer(crypto, publicKey)
  expect(JSON.stringify(opened.state)).toContain('[secret]')
})
