/**
 * Key pairs made once and shared by thousands of histories, which would otherwise spend most of their time making them.
 */

import { type Bytes, equal, toHex } from '../../codec/index.ts'
import { type Crypto, type KeyPair, Secret } from '../../crypto/index.ts'

const size = 32
const encapsulationsPerKey = 3

interface Sealed {
  readonly ciphertext: Bytes
  readonly secret: Bytes
}

const copyOf = (pair: KeyPair): KeyPair => ({
  publicKey: pair.publicKey.slice(),
  privateKey: pair.privateKey.slice(0, pair.privateKey.length),
})

/**
 * Key pairs made beforehand, and what agreements and encapsulations with them gave: real ones, computed once and
 * then remembered, since thousands of histories would spend most of their time on new ones. Within a history a
 * pair comes again after 32 turns at the earliest; what is not remembered is computed.
 */
export const poolKeys = async (crypto: Crypto): Promise<(history: Crypto) => Crypto> => {
  const dhPairs: KeyPair[] = []
  const kemPairs: KeyPair[] = []
  for (let i = 0; i < size; i++) {
    dhPairs.push(await crypto.dhGenerate())
    kemPairs.push(await crypto.kemGenerate())
  }
  const agreed = new Map<string, Bytes>()
  const sealed = new Map<string, Sealed[]>()
  const opened = new Map<string, Sealed[]>()

  const agree: Crypto['dhAgree'] = async (privateKey, publicKey) => {
    const name = toHex(privateKey.expose()) + toHex(publicKey)
    const known = agreed.get(name) ?? (await crypto.dhAgree(privateKey, publicKey)).expose()
    agreed.set(name, known)
    return new Secret(known.slice())
  }
  const encapsulate = async (publicKey: Uint8Array, which: number): Promise<Sealed> => {
    const name = toHex(publicKey.subarray(0, 32))
    const known = sealed.get(name) ?? []
    if (known.length < encapsulationsPerKey) {
      const { ciphertext, secret } = await crypto.kemEncapsulate(publicKey)
      known.push({ ciphertext, secret: secret.expose() })
      sealed.set(name, known)
      return known.at(-1)!
    }
    return known[which % encapsulationsPerKey]!
  }
  const decapsulate = async (privateKey: Secret, ciphertext: Uint8Array): Promise<Secret> => {
    const name = toHex(privateKey.expose())
    const all = opened.get(name) ?? []
    const known = all.find((one) => equal(one.ciphertext, ciphertext))
    if (known !== undefined) return new Secret(known.secret.slice())
    const secret = await crypto.kemDecapsulate(privateKey, ciphertext)
    opened.set(name, [...all, { ciphertext: new Uint8Array(ciphertext), secret: secret.expose().slice() }])
    return secret
  }

  return (history) => {
    let [dhNext, kemNext] = history.random(2) as unknown as [number, number]
    return {
      ...history,
      dhGenerate: async () => copyOf(dhPairs[dhNext++ % size]!),
      kemGenerate: async () => copyOf(kemPairs[kemNext++ % size]!),
      dhAgree: agree,
      kemEncapsulate: async (publicKey) => {
        const { ciphertext, secret } = await encapsulate(publicKey, history.random(1)[0]!)
        return { ciphertext: ciphertext.slice(), secret: new Secret(secret.slice()) }
      },
      kemDecapsulate: decapsulate,
    }
  }
}
