import { concat, equal } from '../../codec/index.ts'
import { equalSecrets, Secret } from '../index.ts'
import { type Check, hexField, numberField } from './case.ts'

/** RFC 5869, in one call and as Extract then Expand. */
export const checkHkdf: Check = ({ algorithm, test }) => {
  if (algorithm !== 'HKDF-SHA-256')
    return { skipped: `${algorithm}: the product derives keys by HKDF-SHA-256` }
  const [ikm, salt, info] = [hexField(test, 'ikm'), hexField(test, 'salt'), hexField(test, 'info')]
  const [okm, size] = [hexField(test, 'okm'), numberField(test, 'size')]
  return async ({ crypto }) => {
    const whole = await crypto.derive(salt, ikm, info, size)
    const halves = await crypto.expand(await crypto.extract(salt, ikm), info, size)
    return equal(whole.expose(), okm) && equal(halves.expose(), okm)
  }
}

/** RFC 8018 §5.2 by the function that stretches passwords. */
export const checkPbkdf2: Check = ({ algorithm, test }) => {
  if (algorithm !== 'PBKDF2-HMACSHA256')
    return { skipped: `${algorithm}: the product stretches by HMAC-SHA-256` }
  const [password, salt, dk] = [hexField(test, 'password'), hexField(test, 'salt'), hexField(test, 'dk')]
  const profile = { name: 'PBKDF2-HMAC-SHA-256', iterations: numberField(test, 'iterationCount') } as const
  const length = numberField(test, 'dkLen')
  return async ({ crypto }) => {
    const stretched = await crypto.stretch(profile, new Secret(password.slice()), salt, length)
    return equal(stretched.expose(), dk)
  }
}

/** RFC 2104. A tag that differs from the computed one is refused. */
export const checkMac: Check = ({ algorithm, group, test }) => {
  if (algorithm !== 'HMACSHA256')
    return { skipped: `${algorithm}: the product authenticates by HMAC-SHA-256` }
  const tagSize = numberField(group, 'tagSize')
  if (tagSize !== 256) return { skipped: `tag of ${tagSize} bits: the product's have 256` }
  const [key, msg, tag] = [hexField(test, 'key'), hexField(test, 'msg'), hexField(test, 'tag')]
  return async ({ crypto }) => {
    if (!equalSecrets(await crypto.mac(key, msg), tag)) throw new RangeError('the tag differs')
    return true
  }
}

/** AES-256-GCM with nonces of 12 bytes. A case that opens must also be what `seal` makes. */
export const checkAead: Check = ({ algorithm, group, test }) => {
  if (algorithm !== 'AES-GCM') return { skipped: `${algorithm}: the product seals by AES-256-GCM` }
  const other = (name: string, size: number, what: string): { skipped: string } | null =>
    numberField(group, name) === size
      ? null
      : { skipped: `${what} of another size than the product's ${size} bits` }
  const skipped = other('keySize', 256, 'key') ?? other('ivSize', 96, 'nonce') ?? other('tagSize', 128, 'tag')
  if (skipped !== null) return skipped
  const [key, iv, aad] = [hexField(test, 'key'), hexField(test, 'iv'), hexField(test, 'aad')]
  const [msg, sealed] = [hexField(test, 'msg'), concat(hexField(test, 'ct'), hexField(test, 'tag'))]
  return async ({ crypto }) => {
    const opened = await crypto.open(key, iv, aad, sealed)
    return equal(opened, msg) && equal(await crypto.seal(key, iv, aad, msg), sealed)
  }
}
