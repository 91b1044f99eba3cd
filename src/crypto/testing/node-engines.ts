import * as nodeCrypto from 'node:crypto'
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { type Bytes, concat } from '../../codec/index.ts'
import type { AeadEngine } from '../aead.ts'
import { CryptoError } from '../error.ts'
import { type HashEngine, loadHash } from '../hash.ts'
import { type Engines, Secret } from '../index.ts'
import type { HkdfEngine } from '../kdf.ts'
import { type KemEngine, type KemParameters, kemSeedBytes, portableKem } from '../kem.ts'
import type { DhEngine } from '../x25519.ts'

/** What newer versions of Node have and the oldest supported one has not. */
interface NewerCrypto {
  readonly encapsulate?: (key: KeyObject) => {
    readonly ciphertext: Uint8Array
    readonly sharedKey: Uint8Array
  }
  readonly decapsulate?: (key: KeyObject, ciphertext: Uint8Array) => Uint8Array
}
const newer = nodeCrypto as NewerCrypto
const toOwn = (view: Uint8Array): Bytes => new Uint8Array(view)

const cipher = 'aes-256-gcm'
const tagBytes = 16

/** Node's own AES-GCM: five times as fast as its Web Crypto, which leaves the thread for every call. */
const aead: AeadEngine = {
  seal: ({ key, nonce, aad }, plaintext) => {
    const sealing = createCipheriv(cipher, key, nonce).setAAD(aad)
    return concat(sealing.update(plaintext), sealing.final(), sealing.getAuthTag())
  },
  open: ({ key, nonce, aad }, ciphertext) => {
    const end = ciphertext.length - tagBytes
    if (end < 0) return null
    const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes })
    opening.setAAD(aad).setAuthTag(ciphertext.subarray(end))
    const opened = toOwn(opening.update(ciphertext.subarray(0, end)))
    try {
      opening.final()
      return opened
    } catch {
      return null
    }
  },
}

/** OpenSSL is faster for SHA3, and not for the short inputs of HMAC. */
const { hmac } = await loadHash()
const hash: HashEngine = {
  sha3: (parts) => {
    const hashing = nodeCrypto.createHash('sha3-256')
    for (const part of parts) hashing.update(part)
    return toOwn(hashing.digest())
  },
  hmac,
}

/** Without the change of thread that a call of Web Crypto costs. */
const hkdf: HkdfEngine = ({ salt, ikm, info }, length) =>
  new Uint8Array(hkdfSync('sha256', ikm, salt, info, length))

const rawPublic = { format: 'raw-public' } as never
const rawPublicHalf = { publicKeyEncoding: rawPublic } as never
interface NewKeyPair {
  readonly publicKey: Uint8Array
  readonly privateKey: KeyObject
}

/** Raw keys where this version of Node reads them; elsewhere as JSON, since OpenSSL searches long for the form of DER. */
const keysOf = (algorithm: 'x25519' | 'ml-kem-768' | 'ml-kem-1024') => {
  const raw = (key: Uint8Array, format: string) =>
    ({ key, format, asymmetricKeyType: algorithm }) as unknown as { key: string; format: 'pem' }
  return {
    /** Taken by a call as it is: a key object more is a finaliser more. */
    publicInput: (key: Uint8Array): KeyObject => raw(key, 'raw-public') as unknown as KeyObject,
    importPrivate: (key: Uint8Array): KeyObject =>
      createPrivateKey(raw(key, algorithm === 'x25519' ? 'raw-private' : 'raw-seed')),
    publicBytes: (key: KeyObject): Bytes => toOwn(createPublicKey(key as never).export(rawPublic) as never),
  }
}
const base64 = (key: Uint8Array): string => Buffer.from(key).toString('base64url')
const jwk = { kty: 'OKP', crv: 'X25519' } as const
const jsonKeys: ReturnType<typeof keysOf> = {
  publicInput: (key) => createPublicKey({ key: { ...jwk, x: base64(key) }, format: 'jwk' }),
  // `x` has to be there, and is not looked at.
  importPrivate: (key) =>
    createPrivateKey({ key: { ...jwk, d: base64(key), x: base64(key) }, format: 'jwk' }),
  publicBytes: (key) => toOwn(Buffer.from((key.export({ format: 'jwk' }) as { x: string }).x, 'base64url')),
}
const readsRaw = (): boolean => {
  try {
    keysOf('x25519').importPrivate(new Uint8Array(32).fill(1))
    return true
  } catch {
    return false
  }
}
const hasRawKeys = readsRaw()

const x25519 = hasRawKeys ? keysOf('x25519') : jsonKeys
const privateDh = (key: Secret): KeyObject => key.form(x25519, x25519.importPrivate)
const dh: DhEngine = {
  publicKey: async (privateKey) => x25519.publicBytes(privateDh(privateKey)),
  agree: async (privateKey, publicKey) => {
    try {
      const keys = { privateKey: privateDh(privateKey), publicKey: x25519.publicInput(publicKey) }
      const shared = toOwn(diffieHellman(keys))
      if (shared.some((byte) => byte !== 0)) return shared
    } catch {
      // Falls through: OpenSSL refuses a zero result, as we do.
    }
    throw new CryptoError('crypto/invalid-public-key')
  },
}

/** OpenSSL's ML-KEM, as new versions of Node have it. It draws its own randomness. */
const nativeKem = (
  { name, ciphertext: size }: KemParameters,
  { encapsulate, decapsulate }: Required<NewerCrypto>,
  long: KemEngine,
): KemEngine => {
  const keys = keysOf(name === 'ML-KEM-1024' ? 'ml-kem-1024' : 'ml-kem-768')
  const privateKem = (seed: Secret): KeyObject => seed.form(keys, keys.importPrivate)
  const algorithm = name.toLowerCase() as 'ed25519'
  return {
    publicKey: async (seed) => keys.publicBytes(privateKem(seed)),
    generate: async () => {
      const made = nodeCrypto.generateKeyPairSync(algorithm, rawPublicHalf) as unknown as NewKeyPair
      const seed = new Secret(toOwn(made.privateKey.export({ format: 'raw-seed' } as never) as never))
      seed.form(keys, () => made.privateKey)
      return { publicKey: toOwn(made.publicKey), privateKey: seed }
    },
    encaps: async (ek) => {
      try {
        const { ciphertext, sharedKey } = encapsulate(keys.publicInput(ek))
        return { ciphertext: toOwn(ciphertext), secret: toOwn(sharedKey) }
      } catch {
        throw new CryptoError('crypto/invalid-public-key')
      }
    },
    decaps: async (key, ciphertext) => {
      if (key.length !== kemSeedBytes) return long.decaps(key, ciphertext)
      if (ciphertext.length !== size) throw new CryptoError('crypto/invalid-ciphertext')
      return toOwn(decapsulate(privateKem(key), ciphertext))
    },
  }
}

/** The same primitives as Node's own crypto gives them: for simulations and benchmarks there. */
export const nodeEngines: Engines = { hash, hkdf, aead, dh }

/** With ML-KEM too, where Node has it: not where results must repeat. */
export const nativeEngines = (): Engines => {
  const { encapsulate, decapsulate } = newer
  if (!hasRawKeys || encapsulate === undefined || decapsulate === undefined) return nodeEngines
  return {
    ...nodeEngines,
    kem: async (parameters) => {
      const portable = await portableKem(parameters)
      return parameters.name === 'ML-KEM-512'
        ? portable
        : nativeKem(parameters, { encapsulate, decapsulate }, portable)
    },
  }
}
