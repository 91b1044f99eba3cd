import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, equal, fromHex, toHex } from '../codec/index.ts'
import { type Crypto, createCrypto, Secret } from '../crypto/index.ts'
import { makeVectors } from './vectors/cases.ts'
import pinned from './vectors/identity.json' with { type: 'json' }

const subtle = globalThis.crypto.subtle as never

test('the pinned vectors are reproduced byte for byte', async () => {
  expect(await makeVectors(subtle)).toEqual(pinned)
})

/**
 * The same values a second time, from the draws and SPEC.md alone: Node's own hashes, HMAC and X25519, and nothing of
 * this folder. Of `crypto` only ML-KEM is used, which public vectors test.
 */
const sha3 = (...parts: readonly Uint8Array[]): Bytes => {
  const hash = createHash('sha3-256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}
const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Bytes => {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return new Uint8Array(mac.digest())
}
const ascii = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'ascii'))
const join = (...parts: readonly Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts))
const bigEndian = (value: number, size: number): Bytes => {
  const digits = value.toString(16).padStart(2 * size, '0')
  return new Uint8Array(Buffer.from(digits, 'hex'))
}
const lv = (part: Uint8Array): Bytes => join(bigEndian(part.length, 2), part)

const privateKeyOf = (raw: Uint8Array): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), raw]),
    format: 'der',
    type: 'pkcs8',
  })
const publicKeyOf = (raw: Uint8Array): KeyObject =>
  createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), raw]),
    format: 'der',
    type: 'spki',
  })
const rawPublic = (raw: Uint8Array): Bytes =>
  new Uint8Array(createPublicKey(privateKeyOf(raw)).export({ format: 'der', type: 'spki' }).subarray(-32))
const dh = (own: Uint8Array, other: Uint8Array): Bytes =>
  new Uint8Array(diffieHellman({ privateKey: privateKeyOf(own), publicKey: publicKeyOf(other) }))

/** ML-KEM-768 alone, with the message of an encapsulation given. */
let kemWith: (message: Bytes) => Promise<Crypto>
beforeAll(() => {
  kemWith = (message) =>
    createCrypto({ subtle, random: () => message.slice(), recorder: { now: () => 0, record: () => {} } })
})
const kemPublic = async (seed: Bytes): Promise<Bytes> =>
  (await (await kemWith(seed)).kemGenerate(undefined, new Secret(seed.slice()))).publicKey
const encaps = async (key: Bytes, message: Bytes) => {
  const { ciphertext, secret } = await (await kemWith(message)).kemEncapsulate(key)
  return { ciphertext, secret: secret.expose() }
}

const drawsOf = (draws: readonly { readonly bytes: string }[]): readonly Bytes[] =>
  draws.map((draw) => fromHex(draw.bytes))

const groupId = fromHex(pinned.groupId)
const sizes = { run: 16, key: 32, seed: 64 }

describe('derived a second time', () => {
  test.each(pinned.entries.map((entry) => [entry.name, entry] as const))(
    'the entry of %s',
    async (_, entry) => {
      const name = new Uint8Array(Buffer.from(entry.name, 'utf8'))
      const draws = drawsOf(entry.draws)
      if (draws.length === 3) {
        expect(draws.map((draw) => draw.length)).toEqual([sizes.key, sizes.seed, 16])
        expect(toHex(rawPublic(draws[0]!))).toBe(entry.dh)
        expect(toHex(await kemPublic(draws[1]!))).toBe(entry.kem)
      }
      expect(entry.nonce).toBe(toHex(draws.at(-1)!))
      const fields = [entry.address, entry.dh, entry.kem, entry.nonce].map(fromHex)
      const bytes = join(lv(name), bigEndian(entry.lease, 6), ...fields)
      expect(toHex(bytes)).toBe(entry.entry)
      const zeros = new Uint8Array(1340 - 4 - bytes.length)
      expect(toHex(join(bigEndian(bytes.length, 4), bytes, zeros))).toBe(entry.padded)
      const hash = toHex(sha3(ascii('mlwe-pake v2 member'), groupId, bytes))
      expect([hash, hash.slice(0, 32)]).toEqual([entry.entryHash, entry.memberId])
    },
  )

  test.each(pinned.handshakes.map((run, i) => [i, run] as const))('handshake %d', async (_, run) => {
    const privateOf = (hash: string) => drawsOf(pinned.entries.find((one) => one.entryHash === hash)!.draws)
    const [s_i, seed_i] = privateOf(run.initiator) as [Bytes, Bytes]
    const [s_r, seed_r] = privateOf(run.responder) as [Bytes, Bytes]
    const [runId, e_i, ekSeed_i, m_R] = drawsOf(run.draws.initiator) as [Bytes, Bytes, Bytes, Bytes]
    const [e_r, f_r, ekSeed_r, m_e, m_I] = drawsOf(run.draws.responder) as [Bytes, Bytes, Bytes, Bytes, Bytes]
    const ek_i = await kemPublic(ekSeed_i)

    const one = await encaps(await kemPublic(seed_r), m_R)
    const flow1 = join(runId, rawPublic(e_i), ek_i, one.ciphertext)
    expect(toHex(flow1)).toBe(run.flow1)

    const [two, three] = [await encaps(ek_i, m_e), await encaps(await kemPublic(seed_i), m_I)]
    const nextKeys = join(rawPublic(f_r), await kemPublic(ekSeed_r))
    const body = join(runId, rawPublic(e_r), nextKeys, two.ciphertext, three.ciphertext)
    const names = [run.initiator, run.responder].map(fromHex)
    const prologue = join(ascii('mlwe-pake v2 handshake'), Uint8Array.of(2), groupId, ...names)
    const salt = sha3(lv(prologue), lv(flow1), lv(body))
    // Each agreement from the initiator's side and from the responder's.
    const agreements = [
      [dh(e_i, rawPublic(s_r)), dh(s_r, rawPublic(e_i))],
      [dh(e_i, rawPublic(e_r)), dh(e_r, rawPublic(e_i))],
      [dh(s_i, rawPublic(e_r)), dh(e_r, rawPublic(s_i))],
    ] as const
    expect(agreements.every(([mine, theirs]) => equal(mine, theirs))).toBe(true)
    const psk = run.psk === null ? new Uint8Array(32) : fromHex(run.psk)
    const ikm = join(psk, ...agreements.map(([shared]) => shared), one.secret, two.secret, three.secret)
    expect(ikm).toHaveLength(224)
    const prk = hmac(salt, ikm)
    const expand = (label: string) => hmac(prk, ascii(label), Uint8Array.of(1))
    const mac = hmac(expand('mlwe-pake v2 handshake responder'), salt)
    expect(toHex(join(body, mac))).toBe(run.flow2)
    expect(toHex(salt)).toBe(run.transcript)
    expect(toHex(expand('mlwe-pake v2 handshake session'))).toBe(run.key)
  })

  const numberOf = (seed: Bytes, groups: number, words: number) => {
    const blocks = [0, 1, 2, 3].map((j) => sha3(ascii('mlwe-pake v2 number'), seed, Uint8Array.of(j)))
    const stream = Buffer.concat(blocks)
    const at = (i: number): bigint => BigInt(`0x${stream.subarray(6 * i, 6 * i + 6).toString('hex')}`)
    const digits = Array.from({ length: groups }, (_, i) => `${at(i) % 1_000_000n}`.padStart(6, '0'))
    return {
      digits: digits.join(' '),
      words: Array.from({ length: words }, (_, i) => Number(at(groups + i) % 7776n)),
    }
  }

  test('numbers of rooms', () => {
    for (const { entryHashes, digits, words } of pinned.numbers.room) {
      const sorted = entryHashes.map(fromHex).sort(Buffer.compare)
      const seed = sha3(ascii('mlwe-pake v2 room number'), ...sorted)
      expect(numberOf(seed, 8, 12)).toEqual({ digits, words })
    }
  })

  test('the number of a pair', () => {
    const { entryHashes, digits, words } = pinned.numbers.pair
    const [first, second] = entryHashes
      .map(fromHex)
      .sort(Buffer.compare)
      .map((hash) => numberOf(sha3(ascii('mlwe-pake v2 pair number'), groupId, hash), 5, 6)) as [
      ReturnType<typeof numberOf>,
      ReturnType<typeof numberOf>,
    ]
    expect(digits).toBe(`${first.digits} ${second.digits}`)
    expect(words).toEqual([...first.words, ...second.words])
  })
})

test('hard names: each problem and both answers occur', () => {
  const { enforced, received, alike } = pinned.names
  const problems = new Set(enforced.map((one) => ('problem' in one ? one.problem : 'none')))
  expect([...problems].sort()).toEqual(['join/bad-name', 'join/empty-name', 'join/long-name', 'none'])
  expect(new Set(received.map(({ accepted }) => accepted)).size).toBe(2)
  for (const { keys } of alike) expect(keys[0]).toBe(keys[1])
})
