/**
 * Keys of messages that were overtaken by later ones: how many are kept, for how long, and what they keep alive.
 */

import type { Crypto, Secret } from '../crypto/index.ts'
import { type MessageChain, messageKeyOf, nextChainKey } from './message-chain.ts'

/** How far one message may move a receiver's chains, in messages: what bounds its work. */
export const maxJump = 2048
/** Skipped keys kept of one step along one chain: the newest. */
const maxSkippedPerStep = 64
export const maxSkipped = 128
/** Ended chains that still have skipped keys. */
export const maxClosedChains = 8
/** Milliseconds. */
const skippedLifetime = 24 * 60 * 60 * 1000

/** The key of a message that a later one overtook. */
export interface SkippedKey {
  readonly turn: number
  readonly number: number
  readonly key: Secret
  /** Milliseconds. */
  readonly storedAt: number
}

/** A chain that a later turn ended: only skipped keys and the key of their headers are left of it. */
export interface ClosedChain {
  readonly turn: number
  readonly headerKey: Secret
}

/** Both lists oldest first. */
export interface SkippedKeys {
  readonly keys: readonly SkippedKey[]
  readonly closed: readonly ClosedChain[]
}

export const noSkippedKeys: SkippedKeys = { keys: [], closed: [] }

/** @returns the key of message `number` in the chain of `turn`, or `null` */
export const findSkipped = ({ keys }: SkippedKeys, turn: number, number: number): SkippedKey | null =>
  keys.find((skipped) => skipped.turn === turn && skipped.number === number) ?? null

/** @returns what stays within the limits, the newest kept, without chains that have no key left */ // FS
export const limitSkipped = ({ keys, closed }: SkippedKeys, currentTurn: number): SkippedKeys => {
  const newest = keys.slice(-maxSkipped)
  const alive = closed.filter(({ turn }) => newest.some((key) => key.turn === turn)).slice(-maxClosedChains)
  return {
    keys: newest.filter(({ turn }) => turn === currentTurn || alive.some((chain) => chain.turn === turn)),
    closed: alive,
  }
}

/** @returns the keys not older than 24 h at `now`; the same object if that is all of them, as after a clock went back */ // FS
export const expireSkipped = (skipped: SkippedKeys, currentTurn: number, now: number): SkippedKeys => {
  const keys = skipped.keys.filter(({ storedAt }) => now - storedAt <= skippedLifetime)
  return keys.length === skipped.keys.length ? skipped : limitSkipped({ ...skipped, keys }, currentTurn)
}

/**
 * Moves a chain forward and keeps the newest keys passed over.
 *
 * @param chain - its key is left alone: it stays in use if the body does not open
 * @param to - message number, at most `maxJump` away: the caller has checked
 * @param at - the chain's turn, and the time in milliseconds
 * @returns the moved chain and the keys passed over
 */
export const skipTo = async (
  crypto: Crypto,
  chain: MessageChain,
  to: number,
  { turn, now }: { readonly turn: number; readonly now: number },
): Promise<{ readonly chain: MessageChain; readonly skipped: readonly SkippedKey[] }> => {
  const skipped: SkippedKey[] = []
  let key = chain.key
  for (let number = chain.next; number < to; number++) {
    if (number >= to - maxSkippedPerStep) {
      skipped.push({ turn, number, key: await messageKeyOf(crypto, key), storedAt: now })
    }
    const next = await nextChainKey(crypto, key)
    if (key !== chain.key) key.wipe() // FS
    key = next
  }
  return { chain: { ...chain, key, next: to }, skipped }
}
