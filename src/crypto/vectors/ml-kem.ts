import { type Bytes, equal } from '../../codec/index.ts'
import { Secret } from '../index.ts'
import { type KemParameters, mlKem512, mlKem768, mlKem1024, portableKem } from '../kem.ts'
import { type Case, type Check, hexField, textField } from './case.ts'

const parameterSets: Readonly<Record<string, KemParameters>> = {
  'ML-KEM-512': mlKem512,
  'ML-KEM-768': mlKem768,
  'ML-KEM-1024': mlKem1024,
}

const parametersOf = ({ group }: Case): KemParameters | undefined =>
  parameterSets[textField(group, 'parameterSet')]

const unknown = { skipped: 'unknown parameter set' }

/** FIPS 203 §7.1 from `d || z`. */
export const checkKeyGeneration: Check = (given) => {
  const parameters = parametersOf(given)
  if (parameters === undefined) return unknown
  const [seed, ek, dk] = ['seed', 'ek', 'dk'].map((name) => hexField(given.test, name)) as [
    Bytes,
    Bytes,
    Bytes,
  ]
  return async ({ crypto }) => {
    const { publicKey, privateKey } = await crypto.kemGenerate(parameters, new Secret(seed.slice()))
    const { keyPair } = await portableKem(parameters)
    return equal(publicKey, ek) && equal(keyPair(privateKey.expose()).dk, dk)
  }
}

/** FIPS 203 §7.2 with the case's randomness `m`. */
export const checkEncapsulation: Check = (given) => {
  const parameters = parametersOf(given)
  if (parameters === undefined) return unknown
  const [m, ek, c, k] = ['m', 'ek', 'c', 'K'].map((name) => hexField(given.test, name)) as Bytes[]
  return async ({ crypto, script }) => {
    script(m!)
    const { ciphertext, secret } = await crypto.kemEncapsulate(ek!, parameters)
    return equal(ciphertext, c!) && equal(secret.expose(), k!)
  }
}

/** FIPS 203 §7.1 and §7.3: the key comes from a seed. */
export const checkSeededDecapsulation: Check = (given) => {
  const parameters = parametersOf(given)
  if (parameters === undefined) return unknown
  const [seed, c, k] = ['seed', 'c', 'K'].map((name) => hexField(given.test, name)) as Bytes[]
  const ek = 'ek' in given.test ? hexField(given.test, 'ek') : null
  return async ({ crypto }) => {
    const { publicKey, privateKey } = await crypto.kemGenerate(parameters, new Secret(seed!.slice()))
    const secret = await crypto.kemDecapsulate(privateKey, c!, parameters)
    return (ek === null || equal(publicKey, ek)) && equal(secret.expose(), k!)
  }
}

/** FIPS 203 §7.3 with the key in its long form. */
export const checkDecapsulation: Check = (given) => {
  const parameters = parametersOf(given)
  if (parameters === undefined) return unknown
  const [dk, c] = ['dk', 'c'].map((name) => hexField(given.test, name)) as Bytes[]
  const k = 'K' in given.test ? hexField(given.test, 'K') : new Uint8Array(0)
  return async ({ crypto }) => {
    const secret = await crypto.kemDecapsulate(new Secret(dk!.slice()), c!, parameters)
    return equal(secret.expose(), k)
  }
}
