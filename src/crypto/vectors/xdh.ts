import { equal } from '../../codec/index.ts'
import { CryptoError, Secret } from '../index.ts'
import { type Check, hexField, textField } from './case.ts'

/**
 * RFC 7748 on raw keys. Stricter than the file, which leaves the choice for low-order keys:
 * the product has to refuse exactly those whose shared secret is zero.
 */
export const checkAgreement: Check = ({ group, test }) => {
  const curve = textField(group, 'curve')
  if (curve !== 'curve25519') return { skipped: `${curve}: the product agrees on keys by X25519` }
  const [key, peer] = [hexField(test, 'private'), hexField(test, 'public')]
  const shared = hexField(test, 'shared')
  const zero = shared.every((byte) => byte === 0)
  return async ({ crypto }) => {
    try {
      return equal((await crypto.dhAgree(new Secret(key.slice()), peer)).expose(), shared)
    } catch (error) {
      return zero && error instanceof CryptoError
    }
  }
}
