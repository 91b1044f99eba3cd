import type { Crypto, Secret } from '../crypto/index.ts'
import { type MessageChain, messageKeyOf, nextChainKey } from './message-chain.ts'

/** How far one message may move a receiver's chains, in messages: what bounds its work. */
export const maxJump = 2048
/** Skipped keys kept of one step along one chain: the newest. */
const maxSkippedPerStep = 64
export const maxSkipped = 128
/** Chains that only their skipped keys keep alive. */
export const maxClosedChains = 8
/** Milliseconds. */
const skippedLifetime = 24 * 60 * 60 * 1000

/** The key of a message that has not come yet, though a later one has. */
export interface SkippedKey {
  readonly turn: number
  readonly number: number
  readonly key: Secret
  /** Milliseconds. */
  readonly storedAt: number
}

/** A chain that a later turn ended: nothing of it is left but skipped keys and what opens their headers. */
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

export const findSkipped = ({ keys }: SkippedKeys, turn: number, number: number): SkippedKey | null =>
  keys.find((skipped) => skipped.turn === turn && skipped.number === number) ?? null

/** Drops what exceeds the limits, the oldest first, and the chains that have no key left. */ // FS
export const limitSkipped = ({ keys, closed }: SkippedKeys, currentTurn: number): SkippedKeys => {
  const newest = keys.slice(-maxSkipped)
  const alive = closed.filter(({ turn }) => newest.some((key) => key.turn === turn)).slice(-maxClosedChains)
  return {
    keys: newest.filter(({ turn }) => turn === currentTurn || alive.some((chain) => chain.turn === turn)),
    closed: alive,
  }
}

/** Drops the keys that are older than 24 h at `now`. A clock that went back drops nothing. */ // FS
export const expireSkipped = (skipped: SkippedKeys, currentTurn: number, now: number): SkippedKeys => {
  const keys = skipped.keys.filter(({ storedAt }) => now - storedAt <= skippedLifetime)
  return keys.length === skipped.keys.length ? skipped : limitSkipped({ ...skipped, keys }, currentTurn)
}

/**
 * Moves `chain` to message `to`, at most `maxJump` away (the caller has checked), and keeps the newest keys
 * passed over. The given chain key itself is left alone: it may have to stand.
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
