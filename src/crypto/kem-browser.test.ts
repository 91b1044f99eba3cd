import { describe, expect, test } from 'vitest'
import type { Bytes } from '../codec/index.ts'
import { type KemEngine, mlKem768, portableKem } from './kem.ts'
import { loadBrowserKem } from './kem-browser.ts'
import { Secret } from './secret.ts'
import type { WebCrypto } from './web-crypto.ts'

const portable = await portableKem(mlKem768)
const seed = (): Secret => new Secret(new Uint8Array(64).fill(3))

/** A browser whose ML-KEM is `engine`: keys are what was imported. It counts imports of private keys. */
const browserWith = (engine: KemEngine) => {
  const counts = { imports: 0 }
  const random = (count: number): Bytes => new Uint8Array(count).fill(9)
  const subtle = {
    importKey: async (format: string, data: Uint8Array) => {
      if (format === 'raw-seed') counts.imports++
      return format === 'raw-seed' ? new Secret(data.slice() as Bytes) : data
    },
    getPublicKey: async (key: Secret) => engine.publicKey(key),
    exportKey: async (_: string, key: Bytes) => key.buffer,
    encapsulateBits: async (_: string, key: Bytes) => {
      const { ciphertext, secret } = await engine.encaps(key, random)
      return { ciphertext: ciphertext.buffer, sharedKey: secret.buffer }
    },
    decapsulateBits: async (_: string, key: Secret, ciphertext: Bytes) =>
      (await engine.decaps(key, ciphertext)).buffer,
  }
  return { subtle: subtle as unknown as WebCrypto, counts }
}

/** Is it the browser's engine that was chosen? That one ignores the randomness it is given. */
const isBrowser = async (kem: KemEngine): Promise<boolean> => {
  let drawn = false
  await kem.encaps(await kem.publicKey(seed()), (count) => {
    drawn = true
    return new Uint8Array(count)
  })
  return !drawn
}

describe("the browser's ML-KEM", () => {
  test('is taken where it computes what the portable engine does, and keeps what it imported', async () => {
    const { subtle, counts } = browserWith(portable)
    const kem = await loadBrowserKem(subtle)(mlKem768)
    expect(await isBrowser(kem)).toBe(true)
    const before = counts.imports
    const own = seed()
    const ek = await kem.publicKey(own)
    const { ciphertext, secret } = await portable.encaps(ek, (count) => new Uint8Array(count))
    expect(await kem.decaps(own, ciphertext)).toEqual(secret)
    expect(await kem.decaps(own, ciphertext)).toEqual(secret)
    expect(counts.imports).toBe(before + 1)
    await expect(kem.decaps(own, ciphertext.slice(1))).rejects.toThrow('crypto/invalid-ciphertext')
    const { dk } = portable.keyPair(own.expose())
    expect(await kem.decaps(new Secret(dk), ciphertext)).toEqual(secret)
    own.wipe()
    await expect(kem.decaps(own, ciphertext)).rejects.toThrow('wiped')
  })

  test.each<[string, Partial<KemEngine>]>([
    ['another public key', { publicKey: async () => new Uint8Array(1184) }],
    ['another secret', { decaps: async () => new Uint8Array(32) }],
    ['errors', { encaps: () => Promise.reject(new Error('not supported')) }],
  ])('is left alone where it gives %s', async (_, broken) => {
    const { subtle } = browserWith({ ...portable, ...broken })
    expect(await isBrowser(await loadBrowserKem(subtle)(mlKem768))).toBe(false)
  })
})
