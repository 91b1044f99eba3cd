/**
 * Single steps of a session that a test takes on the way to what it is about.
 */

import { type Bytes, utf8 } from '../../codec/index.ts'
import type { Crypto } from '../../crypto/index.ts'
import { type OpenOutcome, open, type Padding, type SealOptions, type Session, seal } from '../index.ts'

/** @returns options under which a due turn is made */
export const turning = (padding: Padding): SealOptions => ({ padding, turn: 'due', now: 0 })

/** Opens or throws. */
export const openOrThrow = async (crypto: Crypto, session: Session, bytes: Bytes, now = 0) => {
  const outcome = await open(crypto, session, bytes, now)
  if (outcome.kind === 'rejected') throw new Error(outcome.code)
  return outcome
}

/** Seals `count` messages in a row: '0', '1' and so on. */
export const sealMany = async (
  crypto: Crypto,
  session: Session,
  count: number,
): Promise<{ session: Session; frames: Bytes[] }> => {
  const frames: Bytes[] = []
  let current = session
  for (let i = 0; i < count; i++) {
    const sealed = await seal(crypto, current, utf8(`${i}`), turning('message'))
    current = sealed.session
    frames.push(sealed.bytes)
  }
  return { session: current, frames }
}

export const rejected = (code: string): OpenOutcome => ({ kind: 'rejected', code }) as OpenOutcome
