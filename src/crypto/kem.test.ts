import { describe, expect, test } from 'vitest'
import { createCrypto, type Engines } from './crypto.ts'
import { CryptoError } from './error.ts'
import { mlKem512, mlKem768, mlKem1024, portableKem } from './kem.ts'
import { loadBrowserKem } from './kem-browser.ts'
import { Secret } from './secret.ts'
import { nativeEngines } from './testing/node-engines.ts'
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

/** Takes everything: what is refused before it is refused in every engine. */
const lenient: Engines = {
  kem: async () => ({
    publicKey: async () => new Uint8Array(1184),
    encaps: async () => ({ ciphertext: new Uint8Array(1088), secret: new Uint8Array(32) }),
    decaps: async () => new Uint8Array(32),
  }),
}

const subtle = globalThis.crypto.subtle as never
describe.each<[string, Engines]>([
  ['portable', {}],
  ["Node's own", nativeEngines()],
  ["the browser's where it is right", { kem: loadBrowserKem(subtle) }],
  ['one that takes everything', lenient],
])('lengths, engine: %s', (_name, engines) => {
  const load = () =>
    createCrypto({
      subtle,
      random: (count) => new Uint8Array(count).fill(5),
      recorder: { now: () => 0, record: () => {} },
      engines,
    })
  const bytes = (count: number) => new Uint8Array(count).fill(1)

  test.each([0, 1, 31, 32, 63, 65, 96, 128, 2400])('a seed of %i bytes is refused', async (size) => {
    await expect((await load()).kemGenerate(undefined, new Secret(bytes(size)))).rejects.toThrow(RangeError)
  })

  test.each([0, 1183, 1185, 800, 1568])('a public key of %i bytes is refused', async (size) => {
    await expect((await load()).kemEncapsulate(bytes(size))).rejects.toThrow('crypto/invalid-public-key')
  })

  test.each([0, 1087, 1089, 768, 1568])('a ciphertext of %i bytes is refused', async (size) => {
    await expect((await load()).kemDecapsulate(new Secret(bytes(64)), bytes(size))).rejects.toThrow(
      'crypto/invalid-ciphertext',
    )
  })

  test.each([0, 32, 63, 65, 2399, 2401, 1632])('a private key of %i bytes is refused', async (size) => {
    await expect((await load()).kemDecapsulate(new Secret(bytes(size)), bytes(1088))).rejects.toThrow(
      RangeError,
    )
  })
})

test('a seed given is copied: wiping the key leaves it', async () => {
  const seed = new Secret(new Uint8Array(64).fill(1))
  const { privateKey } = await crypto.kemGenerate(mlKem768, seed)
  privateKey.wipe()
  expect(seed.expose()).toEqual(new Uint8Array(64).fill(1))
})
