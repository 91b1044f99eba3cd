export {
  type Crypto,
  createCrypto,
  type Encapsulation,
  type Engines,
  type KeyPair,
  type Rng,
} from './crypto.ts'
export { CryptoError } from './error.ts'
export { portableHash, runningSha256 } from './hash.ts'
export { type KemParameters, mlKem768, mlKem1024 } from './kem.ts'
export { loadBrowserKem } from './kem-browser.ts'
export { equalSecrets, expose, type Material, Secret, secretBytes, xor } from './secret.ts'
export { argon2id, pbkdf2 } from './stretch.ts'
export type { WebCrypto } from './web-crypto.ts'
export { decapsulateXWing, encapsulateXWing, generateXWing, xWing } from './x-wing.ts'
