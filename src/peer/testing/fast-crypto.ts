import { createCipheriv, createDecipheriv, createHash, hash as hashOnce } from 'node:crypto'
import { type Bytes, concat, fromHex, toHex } from '../../codec/index.ts'
import {
  type Crypto,
  CryptoError,
  expose,
  type KemParameters,
  type Material,
  mlKem768,
  Secret,
} from '../../crypto/index.ts'
import { seededRng } from '../../crypto/testing/seeded.ts'

/**
 * The primitives for simulations of very many histories: hashes, MACs, key derivation and AES-GCM are the real
 * ones of Node, called synchronously; X25519, ML-KEM and ristretto255 are stood in for by keyed hashes of the
 * public values, with the real sizes and the real use of randomness. `trapdoor` keys them: the holder of a private
 * key gets the right secret from this object, everybody else a different one. It proves nothing about the primitives
 * and everything about who gets which message when: one seed gives the same history as with the real ones.
 */
const own = (buffer: Uint8Array): Bytes => new Uint8Array(buffer) as Bytes
const hash = (name: string, parts: readonly Uint8Array[]): Bytes =>
  own(hashOnce(name, parts.length === 1 ? parts[0]! : concat(...parts), 'buffer'))
/** HMAC-SHA-256 as two hashes in one call each: Node's own HMAC objects are half of a history's time. */
const hmac = (key: Material, ...parts: readonly Uint8Array[]): Bytes => {
  const given = expose(key)
  const block = given.length > 64 ? hash('sha256', [given]) : given
  const inner = new Uint8Array(parts.reduce((length, part) => length + part.length, 64)).fill(0x36, 0, 64)
  const outer = new Uint8Array(96).fill(0x5c, 0, 64)
  for (let i = 0; i < block.length; i++) {
    inner[i]! ^= block[i]!
    outer[i]! ^= block[i]!
  }
  let at = 64
  for (const part of parts) {
    inner.set(part, at)
    at += part.length
  }
  outer.set(hashOnce('sha256', inner, 'buffer'), 64)
  return own(hashOnce('sha256', outer, 'buffer'))
}

const expand = (prk: Material, info: Uint8Array, length: number): Bytes => {
  const blocks: Bytes[] = []
  let previous: Bytes = new Uint8Array(0)
  for (let i = 1; (i - 1) * 32 < length; i++) {
    previous = hmac(prk, previous, info, Uint8Array.of(i))
    blocks.push(previous)
  }
  return blocks.length === 1 ? previous.slice(0, length) : concat(...blocks).slice(0, length)
}

const sealWith = (key: Material, nonce: Material, aad: Uint8Array, plaintext: Uint8Array): Bytes => {
  const cipher = createCipheriv('aes-256-gcm', expose(key), expose(nonce))
  cipher.setAAD(aad)
  const body = cipher.update(plaintext)
  cipher.final()
  return concat(own(body), own(cipher.getAuthTag()))
}

const openWith = (key: Material, nonce: Material, aad: Uint8Array, sealed: Uint8Array): Bytes | null => {
  if (sealed.length < 16) return null
  const cipher = createDecipheriv('aes-256-gcm', expose(key), expose(nonce))
  cipher.setAAD(aad)
  cipher.setAuthTag(sealed.subarray(-16))
  const body = cipher.update(sealed.subarray(0, -16))
  try {
    cipher.final()
  } catch {
    return null
  }
  return own(body)
}

/** A public key that FIPS 203 §7.2 would accept: all its 12-bit coefficients are below 2,048. */
const kemPublicKey = (seed: Uint8Array, { encapsulationKey }: KemParameters): Bytes => {
  const drawn = expand(seed, Uint8Array.of(1), 64)
  const key = new Uint8Array(encapsulationKey)
  for (let i = 0; i < encapsulationKey; i++) key[i] = drawn[i % 64]!
  // Three bytes hold two coefficients, low bits first: the top bit of each is cleared.
  for (let i = 0; i + 32 < encapsulationKey; i += 3) {
    key[i + 1]! &= 0xf7
    key[i + 2]! &= 0x7f
  }
  return key
}

const modulus = (1n << 127n) - 1n
/** An element is a base of 16 bytes and the product of the scalars it was multiplied with, another 16. */
const multiply = (scalar: Uint8Array, element: Uint8Array): Bytes => {
  const factor = BigInt(`0x${toHex(element.subarray(16))}`)
  if (element.length !== 32 || factor === 0n || factor >= modulus) {
    throw new CryptoError('crypto/invalid-public-key')
  }
  const product = (factor * (BigInt(`0x${toHex(scalar)}`) % modulus)) % modulus
  return concat(element.slice(0, 16), fromHex(product.toString(16).padStart(32, '0')))
}

export const fastCrypto = (seed: string): Crypto => {
  const random = seededRng(seed)
  const trapdoor = hash('sha256', [Uint8Array.of(7)])
  /** Below 2^255 - 19, as every reduced u-coordinate. */
  const dhPublic = (key: Material): Bytes => {
    const point = hmac(key, Uint8Array.of(2))
    point[31]! &= 0x3f
    return point
  }
  return {
    random,
    hash: (...parts) => hash('sha3-256', parts),
    sha256: (message) => hash('sha256', [message]),
    sha512: (message) => new Secret(hash('sha512', [expose(message)])),
    mac: async (key, message) => hmac(key, expose(message)),
    extract: async (salt, ikm) => new Secret(hmac(salt, expose(ikm))),
    expand: async (prk, info, length) => new Secret(expand(prk, info, length)),
    derive: async (salt, ikm, info, length) => new Secret(expand(hmac(salt, expose(ikm)), info, length)),
    seal: async (key, nonce, aad, plaintext) => sealWith(key, nonce, aad, plaintext),
    open: async (key, nonce, aad, ciphertext) => {
      const opened = openWith(key, nonce, aad, ciphertext)
      if (opened === null) throw new CryptoError('crypto/open-failed')
      return opened
    },
    tryOpen: async (key, nonce, aad, ciphertext) => openWith(key, nonce, aad, ciphertext),
    dhGenerate: async () => {
      const privateKey = new Secret(random(32))
      return { publicKey: dhPublic(privateKey), privateKey }
    },
    dhAgree: async (privateKey, publicKey) => {
      // The base point: this is how a public key is computed.
      if (publicKey[0] === 9 && publicKey.subarray(1).every((byte) => byte === 0)) {
        return new Secret(dhPublic(privateKey))
      }
      if (publicKey.every((byte) => byte === 0)) throw new CryptoError('crypto/invalid-public-key')
      const both = [dhPublic(privateKey), publicKey].sort(Buffer.compare)
      return new Secret(hmac(trapdoor, ...both))
    },
    kemGenerate: async (parameters = mlKem768, given) => {
      const privateKey = given?.slice(0, 64) ?? new Secret(random(64))
      return { publicKey: kemPublicKey(privateKey.expose(), parameters), privateKey }
    },
    kemEncapsulate: async (publicKey, parameters = mlKem768) => {
      if (publicKey.length !== parameters.encapsulationKey) throw new CryptoError('crypto/invalid-public-key')
      const stretched = createHash('shake128', { outputLength: parameters.ciphertext })
      const ciphertext = own(stretched.update(random(32)).digest())
      return { ciphertext, secret: new Secret(hmac(trapdoor, publicKey, ciphertext)) }
    },
    kemDecapsulate: async (privateKey, ciphertext, parameters = mlKem768) => {
      if (ciphertext.length !== parameters.ciphertext) throw new CryptoError('crypto/invalid-ciphertext')
      const publicKey = kemPublicKey(privateKey.expose(), parameters)
      return new Secret(hmac(trapdoor, publicKey, ciphertext))
    },
    deriveElement: (uniform) => {
      const base = hash('sha256', [uniform.expose()]).slice(0, 16)
      return new Secret(concat(base, fromHex('1'.padStart(32, '0'))))
    },
    isElement: (encoded) => encoded.length === 32,
    multiplyElement: (scalar, element) => new Secret(multiply(scalar.expose(), expose(element))),
    stretch: async (_profile, message, salt, length) =>
      new Secret(expand(hmac(salt, message.expose()), new Uint8Array(0), length)),
  }
}
