import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concat, DecodeError, decode, encode, toHex, utf8 } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import {
  type Address,
  createSelf,
  identify,
  identityKeysCodec,
  type MemberEntry,
  maxEntryBytes,
  maxLease,
  memberEntry,
  minLease,
  padEntry,
  renewEntry,
  type Self,
  sealedEntryBytes,
  secretsOfSelf,
  selfCodec,
  unpadEntry,
} from './index.ts'
import { memberNamed } from './testing/parties.ts'

const groupId = new Uint8Array(16).fill(7)
let crypto: Crypto
let alice: Self
let entry: MemberEntry

beforeAll(async () => {
  crypto = (await seededCrypto('entries', globalThis.crypto.subtle as never)).crypto
  alice = await memberNamed(crypto, groupId, 'Alice')
  entry = alice.entry
})

const hashOf = (changed: Partial<MemberEntry>): string =>
  identify(crypto, groupId, { ...entry, ...changed }).hash

/** The entry's bytes, field by field, whatever the fields hold. */
const rawEntry = (changed: Partial<Record<'name' | 'lease' | 'address' | 'dh' | 'kem' | 'nonce', Bytes>>) => {
  const name = changed.name ?? utf8(entry.name)
  const plain = encode(memberEntry, entry)
  const tail = plain.subarray(2 + utf8(entry.name).length)
  return concat(
    Uint8Array.of(name.length >> 8, name.length & 255),
    name,
    changed.lease ?? tail.subarray(0, 6),
    changed.address ?? tail.subarray(6, 38),
    changed.dh ?? tail.subarray(38, 70),
    changed.kem ?? tail.subarray(70, 1254),
    changed.nonce ?? tail.subarray(1254),
  )
}
const u48Of = (value: number): Bytes => {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes.slice(2)
}
const refused = (bytes: Bytes) => expect(() => decode(memberEntry, bytes)).toThrow(DecodeError)
const unwritable = (changed: Partial<MemberEntry>) =>
  expect(() => identify(crypto, groupId, { ...entry, ...changed })).toThrow(RangeError)

describe('an entry', () => {
  test('comes back as it was, in 1,336 bytes at most', () => {
    const longest = { ...entry, name: 'x'.repeat(64) }
    expect(decode(memberEntry, encode(memberEntry, entry))).toEqual(entry)
    expect(decode(memberEntry, rawEntry({}))).toEqual(entry)
    expect(encode(memberEntry, longest)).toHaveLength(maxEntryBytes)
    expect(maxEntryBytes).toBe(1336)
  })

  test('is refused with a byte more or less', () => {
    const bytes = rawEntry({})
    refused(concat(bytes, new Uint8Array(1)))
    for (let length = 0; length < bytes.length; length += 7) refused(bytes.slice(0, length))
  })

  test('has a lease of 5 minutes to 30 days', () => {
    for (const lease of [minLease, maxLease]) {
      expect(decode(memberEntry, rawEntry({ lease: u48Of(lease) })).lease).toBe(lease)
    }
    for (const lease of [0, minLease - 1, maxLease + 1, 2 ** 48 - 1]) {
      refused(rawEntry({ lease: u48Of(lease) }))
      unwritable({ lease })
    }
    expect([minLease, maxLease]).toEqual([300_000, 2_592_000_000])
  })

  test('has a name that any engine accepts', () => {
    for (const name of ['', ' Bob', 'Bob\u202E', 'Bob\u200B', 'Bob\u0007', 'x'.repeat(65)]) {
      refused(rawEntry({ name: utf8(name) }))
      unwritable({ name })
    }
    refused(rawEntry({ name: Uint8Array.of(0xff, 0xfe) }))
    unwritable({ name: '\uD800' })
    expect(decode(memberEntry, rawEntry({ name: utf8('\u0378') })).name).toBe('\u0378')
  })

  test('has plausible keys', () => {
    const one = new Uint8Array(32)
    one[0] = 1
    const unreduced = new Uint8Array(32).fill(255)
    for (const dh of [new Uint8Array(32), one, unreduced]) {
      refused(rawEntry({ dh }))
      unwritable({ dh })
    }
    const beyond = entry.kem.slice()
    beyond.set([0x01, 0x0d])
    const last = entry.kem.slice()
    last.set([0x10, 0xd0], 1150)
    for (const kem of [beyond, last, new Uint8Array(1184)]) {
      refused(rawEntry({ kem }))
      unwritable({ kem })
    }
    const greatest = entry.kem.slice()
    greatest.set([0x00, 0x0d])
    expect(decode(memberEntry, rawEntry({ kem: greatest })).kem).toEqual(greatest)
  })

  test('has fields of fixed sizes', () => {
    unwritable({ dh: new Uint8Array(31).fill(1) })
    unwritable({ kem: entry.kem.slice(1) })
    unwritable({ nonce: new Uint8Array(15) })
    unwritable({ address: 'ab' as Address })
  })
})

describe('a hash', () => {
  test('changes with every field and with the group; the id is its first half', () => {
    const hashes = [
      alice.hash,
      hashOf({ name: 'Alicf' }),
      hashOf({ lease: entry.lease + 1 }),
      hashOf({ address: toHex(crypto.random(32)) as Address }),
      hashOf({ dh: crypto.random(32).fill(0, 31) }),
      hashOf({ kem: entry.kem.slice().fill(0, 0, 3) }),
      hashOf({ nonce: crypto.random(16) }),
      identify(crypto, new Uint8Array(16), entry).hash,
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
    expect(alice.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(alice.id).toBe(alice.hash.slice(0, 32))
    expect(identify(crypto, groupId, entry)).toEqual({ entry, hash: alice.hash, id: alice.id })
  })

  test('needs a group id of 16 bytes', () => {
    expect(() => identify(crypto, new Uint8Array(15), entry)).toThrow(RangeError)
  })
})

describe('a padded entry', () => {
  test('has one size, whatever the name', () => {
    for (const name of ['x', 'x'.repeat(64), '\u{1F600}'.repeat(16)]) {
      const padded = padEntry({ ...entry, name })
      expect(padded).toHaveLength(sealedEntryBytes)
      expect(unpadEntry(padded)).toEqual({ ...entry, name })
    }
    expect(sealedEntryBytes).toBe(1340)
  })

  test('is refused in another size, and with anything after the entry', () => {
    const padded = padEntry(entry)
    for (const bytes of [padded.slice(1), concat(padded, new Uint8Array(1)), padded.slice(0, 1300)]) {
      expect(() => unpadEntry(bytes)).toThrow(DecodeError)
    }
    const dirty = padded.slice()
    dirty[padded.length - 1] = 1
    expect(() => unpadEntry(dirty)).toThrow(DecodeError)
    const longer = padded.slice()
    longer[3] = longer[3]! + 1
    expect(() => unpadEntry(longer)).toThrow(DecodeError)
  })
})

describe('oneself', () => {
  test('has keys of its own that fit the entry', async () => {
    const { keys } = alice
    expect([keys.dh.publicKey, keys.kem.publicKey]).toEqual([entry.dh, entry.kem])
    const { ciphertext, secret } = await crypto.kemEncapsulate(entry.kem)
    const opened = await crypto.kemDecapsulate(keys.kem.privateKey, ciphertext)
    expect(opened.expose()).toEqual(secret.expose())
  })

  test('comes back from a stored state, keys included', async () => {
    const stored = encode(selfCodec, alice)
    const restored = decode(selfCodec, stored)
    expect(encode(selfCodec, restored)).toEqual(stored)
    expect([restored.entry, restored.hash, restored.id]).toEqual([entry, alice.hash, alice.id])
    const other = await crypto.dhGenerate()
    const [one, two] = [alice, restored].map(({ keys }) =>
      crypto.dhAgree(keys.dh.privateKey, other.publicKey),
    )
    expect((await one!).expose()).toEqual((await two!).expose())
    const keys = decode(identityKeysCodec, encode(identityKeysCodec, alice.keys))
    expect(keys.kem.privateKey.expose()).toEqual(alice.keys.kem.privateKey.expose())
    expect(secretsOfSelf(alice)).toEqual([alice.keys.dh.privateKey, alice.keys.kem.privateKey])
  })

  test('renews its entry: same keys, another nonce, another id', () => {
    const renewed = renewEntry(crypto, groupId, alice)
    expect(renewed.entry).toEqual({ ...entry, nonce: renewed.entry.nonce })
    expect(renewed.keys).toBe(alice.keys)
    expect(renewed.id).not.toBe(alice.id)
    expect(renewEntry(crypto, groupId, alice, { lease: minLease }).entry.lease).toBe(minLease)
  })

  test('is not made of what no receiver would take', async () => {
    const description = { name: 'Alice', lease: minLease, address: entry.address }
    for (const wrong of [{ name: '' }, { lease: 1 }, { name: 'a\u200Db' }]) {
      await expect(createSelf(crypto, groupId, { ...description, ...wrong })).rejects.toThrow(RangeError)
    }
  })
})
