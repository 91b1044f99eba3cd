import type { Bytes } from '../codec/index.ts'
import { toBytes, type WebCrypto } from './web-crypto.ts'

/** How a password is hardened: RFC 8018 §5.2 with HMAC-SHA-256. */
export interface StretchProfile {
  readonly name: 'PBKDF2-HMAC-SHA-256'
  readonly iterations: number
}

/** OWASP's figure for this function. */
export const pbkdf2: StretchProfile = { name: 'PBKDF2-HMAC-SHA-256', iterations: 600_000 }

export const stretchWith = async (
  subtle: WebCrypto,
  profile: StretchProfile,
  message: Uint8Array,
  salt: Uint8Array,
  length: number,
): Promise<Bytes> => {
  const key = await subtle.importKey('raw', message, 'PBKDF2', false, ['deriveBits'])
  return toBytes(
    await subtle.deriveBits(
      { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: profile.iterations },
      key,
      8 * length,
    ),
  )
}
