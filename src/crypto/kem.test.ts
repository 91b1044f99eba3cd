import { describe, expect, test } from 'vitest'
import { CryptoError } from './error.ts'
import { mlKem512, mlKem768, mlKem1024, portableKem } from './kem.ts'
import { Secret } from './secret.ts'
import { seededCrypto } from './testing/seeded.ts'

// Published vectors run in vectors.test.ts.
const { crypto } = await seededCrypto('kem', globalThis.crypto.subtle as never)

describe.each([mlKem512, mlKem768, mlKem1024].map((parameters) => [parameters.name, parameters] as const))(
  '%s',
  (_name, parameters) => {
    test('sizes, and one secret on both sides', async () => {
      const { publicKey, privateKey } = await crypto.kemGenerate(parameters)
      const { ciphertext, secret } = await crypto.kemEncapsulate(publicKey, parameters)
      expect([publicKey.length, ciphertext.length, secret.length]).toEqual([
        parameters.encapsulationKey,
        parameters.ciphertext,
        32,
      ])
      const opened = await crypto.kemDecapsulate(privateKey, ciphertext, parameters)
      expect(opened.expose()).toEqual(secret.expose())
    })

    test('a damaged ciphertext gives an unrelated secret, the same each time', async () => {
      const { publicKey, privateKey } = await crypto.kemGenerate(parameters)
      const { ciphertext, secret } = await crypto.kemEncapsulate(publicKey, parameters)
      ciphertext[7]! ^= 1
      const [a, b] = [
        await crypto.kemDecapsulate(privateKey, ciphertext, parameters),
        await crypto.kemDecapsulate(privateKey, ciphertext, parameters),
      ]
      expect(a.expose()).toEqual(b.expose())
      expect(a.expose()).not.toEqual(secret.expose())
    })

    test('input checks of FIPS 203 §7', async () => {
      const { publicKey, privateKey } = await crypto.kemGenerate(parameters)
      const { ciphertext } = await crypto.kemEncapsulate(publicKey, parameters)
      // Modulus: the first coefficient becomes 4095.
      const unreduced = publicKey.slice()
      unreduced.set([0xff, unreduced[1]! | 0x0f])
      for (const key of [unreduced, publicKey.slice(1), new Uint8Array(0)]) {
        await expect(crypto.kemEncapsulate(key, parameters)).rejects.toThrow(CryptoError)
      }
      await expect(crypto.kemDecapsulate(privateKey, ciphertext.slice(1), parameters)).rejects.toThrow(
        CryptoError,
      )
      // Hash: one bit of the public key inside the private one.
      const { dk } = (await portableKem(parameters)).keyPair(privateKey.expose())
      const [long, fromSeed] = [
        await crypto.kemDecapsulate(new Secret(dk.slice()), ciphertext, parameters),
        await crypto.kemDecapsulate(privateKey, ciphertext, parameters),
      ]
      expect(long.expose()).toEqual(fromSeed.expose())
      const damaged = dk.slice()
      damaged[384 * parameters.k]! ^= 1
      await expect(crypto.kemDecapsulate(new Secret(damaged), ciphertext, parameters)).rejects.toThrow(
        RangeError,
      )
      const short = new Secret(dk.slice(1))
      await expect(crypto.kemDecapsulate(short, ciphertext, parameters)).rejects.toThrow(RangeError)
    })
  },
)
