/**
 * Which pre-key somebody used: the first thing that its owner looks for.
 */

import type { Bytes } from '../codec/index.ts'
import { answeredId } from './answer.ts'
import { letterPreKeyOf } from './letter.ts'

/**
 * @param used - an answer or the head of a letter, untrusted
 * @returns the id of the pre-key, 16 bytes, or `null` for neither of the two
 */
export const preKeyIdOf = (used: Bytes): Bytes | null => answeredId(used) ?? letterPreKeyOf(used)
