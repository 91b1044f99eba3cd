import type { Engines, Secret } from '../src/crypto/index.ts'
import { nodeEngines } from '../src/crypto/simulation/node-engines.ts'
import { createLiboqs } from './peers/liboqs.mjs'

/**
 * What Node can do natively, as a browser does with its Web Crypto: AES-GCM and X25519 by OpenSSL. It has no ML-KEM
 * yet; liboqs in WebAssembly comes closest to a browser's. Its private keys stay with it, found by their seed.
 */
export const fastEngines = async (): Promise<Engines> => {
  const liboqs = await createLiboqs()
  const privateKeys = new WeakMap<Secret, Uint8Array>()
  return {
    ...nodeEngines,
    kem: async () => ({
      publicKey: async (seed) => {
        const { publicKey, secretKey } = liboqs.generateKeyPair()
        privateKeys.set(seed, secretKey)
        return publicKey
      },
      encaps: async (ek) => {
        const { ciphertext, sharedSecret } = liboqs.encapsulate(ek)
        return { ciphertext, secret: sharedSecret }
      },
      decaps: async (seed, ciphertext) => {
        const secretKey = privateKeys.get(seed)
        if (secretKey === undefined) throw new RangeError('a key of another engine')
        return liboqs.decapsulate(ciphertext, secretKey)
      },
    }),
  }
}
