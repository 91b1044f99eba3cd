/**
 * ML-KEM by the browser, where Web Crypto has it (Modern Algorithms in the Web Cryptography API, draft) and
 * computes exactly what the portable engine does.
 */

import { equal } from '../codec/index.ts'
import { CryptoError } from './error.ts'
import { type KemEngine, type KemParameters, kemSeedBytes, portableKem } from './kem.ts'
import { Secret } from './secret.ts'
import { toBytes, type WebCrypto, type WebKey } from './web-crypto.ts'

/** Imported private keys are kept as long as their seeds. */
const browserKem = (subtle: WebCrypto, parameters: KemParameters, long: KemEngine): KemEngine => {
  const { name } = parameters
  const privateKey = (seed: Secret): Promise<WebKey> =>
    seed.form(engine, (bytes) => subtle.importKey('raw-seed', bytes, name, false, ['decapsulateBits']))
  const engine: KemEngine = {
    publicKey: async (seed) => {
      const key = await subtle.getPublicKey(await privateKey(seed), ['encapsulateBits'])
      return toBytes(await subtle.exportKey('raw-public', key))
    },
    encaps: async (ek) => {
      try {
        const key = await subtle.importKey('raw-public', ek, name, false, ['encapsulateBits'])
        const { ciphertext, sharedKey } = await subtle.encapsulateBits(name, key)
        return { ciphertext: toBytes(ciphertext), secret: toBytes(sharedKey) }
      } catch {
        throw new CryptoError('crypto/invalid-public-key')
      }
    },
    decaps: async (key, ciphertext) => {
      if (key.length !== kemSeedBytes) return long.decaps(key, ciphertext)
      if (ciphertext.length !== parameters.ciphertext) throw new CryptoError('crypto/invalid-ciphertext')
      return toBytes(await subtle.decapsulateBits(name, await privateKey(key), ciphertext))
    },
  }
  return engine
}

/** One seed through both: same public key, each opens what the other sealed, both hide a damaged ciphertext alike. */
const agree = async (one: KemEngine, other: KemEngine): Promise<boolean> => {
  const seed = new Secret(Uint8Array.from({ length: kemSeedBytes }, (_, i) => i))
  const noise = (count: number) => new Uint8Array(count).fill(1)
  const ek = await one.publicKey(seed)
  if (!equal(ek, await other.publicKey(seed))) return false
  for (const engine of [one, other]) {
    const { ciphertext, secret } = await engine.encaps(ek, noise)
    const opened = [await one.decaps(seed, ciphertext), await other.decaps(seed, ciphertext)]
    if (!opened.every((each) => equal(each, secret))) return false
    ciphertext[5]! ^= 1
    if (!equal(await one.decaps(seed, ciphertext), await other.decaps(seed, ciphertext))) return false
  }
  return true
}

/**
 * @param subtle - Web Crypto
 * @returns loader of the browser's engine where it agrees with the portable one, else of the portable one
 */
export const loadBrowserKem =
  (subtle: WebCrypto) =>
  async (parameters: KemParameters): Promise<KemEngine> => {
    const portable = await portableKem(parameters)
    const browser = browserKem(subtle, parameters, portable)
    try {
      return (await agree(browser, portable)) ? browser : portable
    } catch {
      return portable
    }
  }
