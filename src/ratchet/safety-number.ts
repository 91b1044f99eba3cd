/**
 * What two people compare to rule out an attacker between them: a number and words derived from the session key.
 */

import { utf8 } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { words } from './safety-words.ts'
import type { Session } from './session.ts'

export interface SafetyNumber {
  /** 60 digits in groups of 5: about 199 bits. */
  readonly digits: string
  /** 8 words of 256: 64 bits, for reading aloud. */
  readonly words: string
}

const groups = 12
const bytesPerGroup = 5
const wordCount = 8

/** @returns the number of a session: equal on both sides, different for every session */
export const safetyNumber = async (crypto: Crypto, session: Session): Promise<SafetyNumber> => {
  const size = groups * bytesPerGroup
  const output = await crypto.expand(session.safety, utf8('mlwe-pake pair safety'), size + wordCount)
  const raw = output.expose()
  const digits = Array.from({ length: groups }, (_, i) => {
    const group = raw.subarray(i * bytesPerGroup, (i + 1) * bytesPerGroup)
    const value = group.reduce((sum, byte) => sum * 256 + byte, 0)
    return String(value % 100_000).padStart(5, '0')
  })
  return { digits: digits.join(' '), words: Array.from(raw.subarray(size), (byte) => words[byte]).join(' ') }
}
