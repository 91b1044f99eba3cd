import * as nodeCrypto from 'node:crypto'
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto'
import { type Bytes, concat } from '../../codec/index.ts'
import type { AeadEngine } from '../aead.ts'
import { CryptoError } from '../error.ts'
import { type HashEngine, loadHash } from '../hash.ts'
import { type Engines, Secret } from '../index.ts'
import { hashHkdf } from '../kdf.ts'
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

const rawPublic = { format: 'raw-public' } as never

/** Raw keys where this version of Node reads them; elsewhere as JSON, since OpenSSL searches long for the form of DER. */
const keysOf = (algorithm: 'x25519' | 'ml-kem-768' | 'ml-kem-1024') => {
  const raw = (key: Uint8Array, format: string) =>
    ({ key, format, asymmetricKeyType: algorithm }) as unknown as { key: string; format: 'pem' }
  return {
    importPublic: (key: Uint8Array): KeyObject => createPublicKey(raw(key, 'raw-public')),
    importPrivate: (key: Uint8Array): KeyObject =>
      createPrivateKey(raw(key, algorithm === 'x25519' ? 'raw-private' : 'raw-seed')),
    publicBytes: (key: KeyObject): Bytes =>
      toOwn((key.type === 'public' ? key : createPublicKey(key as never)).export(rawPublic) as never),
  }
}
const base64 = (key: Uint8Array): string => Buffer.from(key).toString('base64url')
const jwk = { kty: 'OKP', crv: 'X25519' } as const
const jsonKeys: ReturnType<typeof keysOf> = {
  importPublic: (key) => createPublicKey({ key: { ...jwk, x: base64(key) }, format: 'jwk' }),
  // `x` has to be there, and is not looked at.
  importPrivate: (key) =>
    createPrivateKey({ key: { ...jwk, d: base64(key), x: base64(key) }, format: 'jwk' }),
  publicBytes: (key) => toOwn(Buffer.from(key.export({ format: 'jwk' })['x'] as string, 'base64url')),
}
const readsRaw = (): boolean => {
  try {
    keysOf('x25519').importPublic(Uint8Array.of(9, ...new Uint8Array(31)))
    return true
  } catch {
    return false
  }
}
const hasRawKeys = readsRaw()

/** Imported private keys are kept as long as their raw form. */
const keep = (importPrivate: (key: Uint8Array) => KeyObject) => {
  const imported = new WeakMap<Secret, KeyObject>()
  return {
    keep: (key: Secret, known: KeyObject) => void imported.set(key, known),
    of: (key: Secret): KeyObject => {
      const bytes = key.expose()
      const known = imported.get(key) ?? importPrivate(bytes)
      imported.set(key, known)
      return known
    },
  }
}

const x25519 = hasRawKeys ? keysOf('x25519') : jsonKeys
const privateDh = keep(x25519.importPrivate)
const dh: DhEngine = {
  publicKey: async (privateKey) => x25519.publicBytes(privateDh.of(privateKey)),
  agree: async (privateKey, publicKey) => {
    try {
      const keys = { privateKey: privateDh.of(privateKey), publicKey: x25519.importPublic(publicKey) }
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
  const privateKem = keep(keys.importPrivate)
  const algorithm = name.toLowerCase() as 'ed25519'
  return {
    publicKey: async (seed) => keys.publicBytes(privateKem.of(seed)),
    generate: async () => {
      const { privateKey, publicKey } = nodeCrypto.generateKeyPairSync(algorithm)
      const seed = new Secret(toOwn(privateKey.export({ format: 'raw-seed' } as never) as never))
      privateKem.keep(seed, privateKey)
      return { publicKey: keys.publicBytes(publicKey), privateKey: seed }
    },
    encaps: async (ek) => {
      try {
        const { ciphertext, sharedKey } = encapsulate(keys.importPublic(ek))
        return { ciphertext: toOwn(ciphertext), secret: toOwn(sharedKey) }
      } catch {
        throw new CryptoError('crypto/invalid-public-key')
      }
    },
    decaps: async (key, ciphertext) => {
      if (key.length !== kemSeedBytes) return long.decaps(key, ciphertext)
      if (ciphertext.length !== size) throw new CryptoError('crypto/invalid-ciphertext')
      return toOwn(decapsulate(privateKem.of(key), ciphertext))
    },
  }
}

/** The same primitives as Node's own crypto gives them: for simulations and benchmarks there. */
export const nodeEngines: Engines = { hash, hkdf: hashHkdf(hash), aead, dh }

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
