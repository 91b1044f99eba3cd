import { beforeAll, expect, test } from 'vitest'
import type { Bytes } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { seededCrypto, seededRng } from '../crypto/testing/seeded.ts'
import {
  finishHandshake,
  flow1Bytes,
  flow2Bytes,
  type InitiatorState,
  initiateHandshake,
  type Parties,
  respondHandshake,
  runOf,
} from './index.ts'
import { memberNamed, pairOf } from './testing/parties.ts'

/** Whatever arrives in place of a flow: a code comes back, nothing is thrown, and no session is made by it. */
const groupId = new Uint8Array(16).fill(7)
let crypto: Crypto
let atResponder: Parties
let state: InitiatorState
let flow1: Bytes
let flow2: Bytes

beforeAll(async () => {
  crypto = (await seededCrypto('hostile flows', globalThis.crypto.subtle as never)).crypto
  const alice = await memberNamed(crypto, groupId, 'Alice')
  const pair = pairOf(groupId, alice, await memberNamed(crypto, groupId, 'Bob'))
  atResponder = pair.atResponder
  ;({ state, flow1 } = await initiateHandshake(crypto, pair.atInitiator))
  const answered = await respondHandshake(crypto, atResponder, flow1)
  if (answered.kind !== 'answered') throw new Error(answered.code)
  flow2 = answered.flow2
})

const codeOf = (outcome: { readonly kind: string; readonly code?: string }): string =>
  outcome.code ?? outcome.kind
const respond = async (bytes: Bytes) => respondHandshake(crypto, atResponder, bytes)
const finish = async (bytes: Bytes) => codeOf(await finishHandshake(crypto, state, bytes))

/** Each field's first and last byte, and some in between. */
const positions = (bounds: readonly number[], size: number): readonly number[] => {
  const random = seededRng(`positions ${size}`)
  const drawn = Array.from({ length: 80 }, () => {
    const [high, low] = random(2)
    return (256 * high! + low!) % size
  })
  return [...new Set([...bounds.flatMap((at) => [at - 1, at]), size - 1, ...drawn])].filter(
    (at) => at >= 0 && at < size,
  )
}

const flipped = (flow: Bytes, at: number, mask: number): Bytes => {
  const changed = flow.slice()
  changed[at] = changed[at]! ^ mask
  return changed
}

test('every other length is malformed', async () => {
  for (let length = 0; length < flow2Bytes + 40; length++) {
    const bytes = new Uint8Array(length)
    bytes.set(flow2.subarray(0, length))
    if (length !== flow1Bytes) expect(codeOf(await respond(bytes))).toBe('handshake/malformed')
    if (length !== flow2Bytes) expect(await finish(bytes)).toBe('handshake/malformed')
    if (length !== flow1Bytes && length !== flow2Bytes) expect(runOf(bytes)).toBeNull()
  }
})

test('a changed flow 1 is refused, or its answer is: no byte of it is without effect', async () => {
  for (const at of positions([0, 16, 48, 1232], flow1Bytes)) {
    const outcome = await respond(flipped(flow1, at, 1 << (at % 8)))
    if (outcome.kind === 'rejected') {
      expect(outcome.code).toBe('handshake/bad-keys')
      continue
    }
    const answer = outcome.flow2
    answer.set(flow1.subarray(0, 16))
    expect(await finish(answer)).toBe('handshake/bad-mac')
  }
})

test('a changed flow 2 is refused: no byte of it is without effect', async () => {
  expect(await finish(flow2)).toBe('done')
  for (const at of positions([0, 16, 48, 80, 1264, 2352, 3440], flow2Bytes)) {
    const code = await finish(flipped(flow2, at, 1 << (at % 8)))
    const expected = at < 16 ? ['handshake/malformed'] : ['handshake/bad-keys', 'handshake/bad-mac']
    expect(expected).toContain(code)
    if (at >= 1264) expect(code).toBe('handshake/bad-mac')
  }
})

test('random bytes of the right length are refused', async () => {
  const random = seededRng('random flows')
  for (let i = 0; i < 40; i++) {
    const answered = await respond(random(flow1Bytes))
    expect(codeOf(answered)).toBe('handshake/bad-keys')
    const bytes = random(flow2Bytes)
    expect(await finish(bytes)).toBe('handshake/malformed')
    bytes.set(flow1.subarray(0, 16))
    expect(await finish(bytes)).toBe('handshake/bad-keys')
    // Plausible keys with random ciphertexts and mac.
    bytes.set(flow2.subarray(0, 1264))
    expect(await finish(bytes)).toBe('handshake/bad-mac')
  }
})
