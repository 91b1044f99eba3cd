/** What a primitive answers to hostile input, as a closed set of codes. */

/** Closed set of what a primitive may answer to hostile input. Anything else is misuse and throws TypeError or RangeError. */
export type CryptoErrorCode =
  /** AEAD tag did not verify. */
  | 'crypto/open-failed'
  /** A public key that the standard refuses: FIPS 203 §7.2 modulus check, RFC 7748 §6.1 zero output, RFC 9496 decoding. */
  | 'crypto/invalid-public-key'
  /** A KEM ciphertext of the wrong size. */
  | 'crypto/invalid-ciphertext'

export class CryptoError extends Error {
  override readonly name = 'CryptoError'
  readonly code: CryptoErrorCode
  constructor(code: CryptoErrorCode) {
    super(code)
    this.code = code
  }
}
