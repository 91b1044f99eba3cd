import { expect, test } from 'vitest'
import { type Bytes, concat, fromHex, utf8 } from '../../codec/index.ts'
import { type Crypto, Secret } from '../../crypto/index.ts'
import { seededCrypto } from '../../crypto/testing/seeded.ts'
import { profileKey } from './profile.ts'
import { createProfiles } from './profiles.ts'
import type { StoredMembership } from './storage.ts'

const { crypto: slow } = await seededCrypto('profiles', globalThis.crypto.subtle as never)
const crypto: Crypto = {
  ...slow,
  stretch: (_, message, salt, length) =>
    slow.stretch({ name: 'PBKDF2-HMAC-SHA-256', iterations: 1 }, message, salt, length),
}
const id = 'ab'.repeat(16)
const deviceBytes = (): Bytes => new Uint8Array(32).fill(7)
const password = (text: string): Secret => new Secret(utf8(text))

/** A profile as version 1 left it: the same key, under labels of that version. */
const storedByVersion1 = async (): Promise<{ membership: StoredMembership; state: Bytes }> => {
  const salt = crypto.random(16)
  const key = await profileKey(crypto, password('right'), { salt, device: new Secret(deviceBytes()) })
  const recordSalt = crypto.random(16)
  const own = await crypto.derive(recordSalt, key, utf8('mlwe-pake profile record'), 44)
  const aad = concat(utf8('mlwe-pake state 1'), fromHex(id))
  const sealed = await crypto.seal(own.slice(0, 32), own.slice(32, 44), aad, crypto.random(100))
  const membership = { id, group: 'club', name: 'Ann', createdAt: 0, salt, device: {} as CryptoKey }
  return { membership, state: concat(recordSalt, sealed) }
}

test.each([
  ['right', 'other-version'],
  ['wrong', 'wrong-password'],
])('a profile of version 1, with the %s password, is reported as %s, and stays', async (typed, kind) => {
  const { membership, state } = await storedByVersion1()
  const forgotten: string[] = []
  let locked = false
  const profiles = createProfiles({
    crypto,
    now: () => 0,
    storage: {
      list: async () => [membership],
      read: async () => ({ state, messages: [] }),
      save: async () => undefined,
      forget: async (gone) => void forgotten.push(gone),
      files: async () => [],
      saveFile: async () => undefined,
      saveChunk: async () => undefined,
      chunk: async () => null,
      forgetFile: async () => undefined,
    },
    createDeviceKey: async () => ({}) as CryptoKey,
    signWith: async () => deviceBytes(),
    takeLock: async () => {
      locked = true
      return () => {
        locked = false
      }
    },
  })
  expect(await profiles.resume(membership, password(typed))).toEqual({ kind })
  expect([locked, forgotten]).toEqual([false, []])
})
