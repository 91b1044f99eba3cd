import { expect, test } from 'vitest'
import { equal } from '../codec/index.ts'
import { CryptoError } from './error.ts'
import { Secret } from './secret.ts'
import type { WebCrypto } from './web-crypto.ts'
import { loadDh } from './x25519.ts'

// Published vectors run in vectors.test.ts, on Web Crypto and on the portable engine.
const refuse = () => Promise.reject(new Error('not supported'))

/** Web Crypto whose agreements give `shared`, in turn. */
const engine = (...shared: readonly Uint8Array<ArrayBuffer>[]): WebCrypto => {
  const queue = [...shared]
  return {
    importKey: () => Promise.resolve({} as never),
    encrypt: refuse,
    decrypt: refuse,
    exportKey: refuse,
    getPublicKey: refuse,
    encapsulateBits: refuse,
    decapsulateBits: refuse,
    deriveBits: () => Promise.resolve((queue.shift() ?? new Uint8Array(32)).buffer),
  }
}

test('an engine that lets a zero secret pass is overruled', async () => {
  const probe = new Uint8Array(32).fill(1)
  const secret = new Uint8Array(32).fill(2)
  const dh = await loadDh(engine(probe, secret, new Uint8Array(32)))
  const own = new Secret(probe)
  expect(await dh.agree(own, probe)).toEqual(secret)
  await expect(dh.agree(own, probe)).rejects.toThrow(CryptoError)
})

test('without X25519 in Web Crypto the portable engine agrees, and refuses alike', async () => {
  const dh = await loadDh({ ...engine(), importKey: refuse })
  const [a, b] = [3, 4].map((byte) => new Secret(new Uint8Array(32).fill(byte))) as [Secret, Secret]
  const [one, two] = [await dh.agree(a, await dh.publicKey(b)), await dh.agree(b, await dh.publicKey(a))]
  expect(equal(one, two)).toBe(true)
  await expect(dh.agree(a, new Uint8Array(32))).rejects.toThrow(CryptoError)
  await expect(dh.agree(a, new Uint8Array(31))).rejects.toThrow(CryptoError)
})
