import { beforeAll, describe, expect, test } from 'vitest'
import { toHex } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import type { EntryHash } from './entry.ts'
import { deriveKeys, type HandshakeSecrets, saltOf } from './schedule.ts'

const filled = (byte: number): Secret => new Secret(new Uint8Array(32).fill(byte))
const secrets: HandshakeSecrets = {
  psk: filled(1),
  ephemeralStatic: filled(2),
  ephemeralEphemeral: filled(3),
  staticEphemeral: filled(4),
  k1: filled(5),
  k2: filled(6),
  k3: filled(7),
}
const names = Object.keys(secrets) as (keyof HandshakeSecrets)[]
const salt = new Uint8Array(32).fill(9)
let crypto: Crypto

beforeAll(async () => {
  crypto = (await seededCrypto('schedule', globalThis.crypto.subtle as never)).crypto
})

const derived = async (changed: Partial<HandshakeSecrets>, from = salt) => {
  const { mac, key } = await deriveKeys(crypto, from, { ...secrets, ...changed })
  return [toHex(mac), toHex(key.expose())]
}

describe('mac_r and the session’s key', () => {
  test.each(names)('depend on %s alone, to its last bit', async (name) => {
    const other = secrets[name]!.slice(0, 32)
    other.expose()[31]! ^= 1
    const [mac, key] = await derived({ [name]: other })
    const [expectedMac, expectedKey] = await derived({})
    expect(mac).not.toBe(expectedMac)
    expect(key).not.toBe(expectedKey)
  })

  test('depend on the order of the secrets and on the salt', async () => {
    const { k2, k3 } = secrets
    const results = [await derived({}), await derived({ k2: k3, k3: k2 }), await derived({}, salt.slice(1))]
    expect(new Set(results.flat()).size).toBe(6)
  })

  test('do not wipe what was given', async () => {
    await derived({})
    expect(names.some((name) => secrets[name]!.wiped)).toBe(false)
  })
})

test('the salt covers group, both entries in their roles, and both flows, and knows where each ends', () => {
  const groupId = new Uint8Array(16)
  const [one, two] = ['11', '22'].map((byte) => byte.repeat(32) as EntryHash) as [EntryHash, EntryHash]
  const sides = { groupId, initiator: one, responder: two }
  const [first, second] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]
  const salts = [
    saltOf(crypto, sides, first, second),
    saltOf(crypto, { ...sides, groupId: new Uint8Array(16).fill(1) }, first, second),
    saltOf(crypto, { ...sides, initiator: two }, first, second),
    saltOf(crypto, { ...sides, responder: one }, first, second),
    saltOf(crypto, { ...sides, initiator: two, responder: one }, first, second),
    saltOf(crypto, sides, Uint8Array.of(1, 2, 4), second),
    saltOf(crypto, sides, first, Uint8Array.of(4, 5, 7)),
    saltOf(crypto, sides, Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6)),
  ]
  expect(new Set(salts.map(toHex)).size).toBe(salts.length)
})
