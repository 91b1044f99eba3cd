/**
 * One member's chain of message keys within one epoch.
 *
 *   chain[0] ──2──> chain[1] ──2──> …        key of message i = HMAC(chain[i], 1), next chain = HMAC(chain[i], 2)
 *
 * The key and nonce of a message also depend on 16 random bytes that travel with it, so a state restored from a copy
 * never seals two messages under one (key, nonce).
 */
import { type Bytes, concat, utf8 } from '../codec/index.ts'
import { type Crypto, CryptoError, Secret } from '../crypto/index.ts'

export interface SendingChain {
  readonly chain: Secret
  readonly generation: number
}

export interface ReceivingChain extends SendingChain {
  /** Message keys passed over, by generation: oldest first. */
  readonly skipped: ReadonlyMap<number, Secret>
}

/** Furthest jump ahead that is followed, and skipped keys kept of one chain. */
const maxJump = 2048
export const maxSkipped = 64
const saltBytes = 16

const advance = async (crypto: Crypto, chain: Secret): Promise<{ key: Secret; next: Secret }> => ({
  key: new Secret(await crypto.mac(chain, Uint8Array.of(1))),
  next: new Secret(await crypto.mac(chain, Uint8Array.of(2))),
})

const messageKey = async (
  crypto: Crypto,
  key: Secret,
  salt: Uint8Array,
): Promise<{ key: Secret; nonce: Secret }> => {
  const both = await crypto.derive(salt, key, utf8('mlwe-pake v2 group message key'), 44)
  return { key: both.slice(0, 32), nonce: both.slice(32, 44) }
}

export interface SealedBody {
  readonly chain: SendingChain
  readonly generation: number
  /** 16-byte salt, then the ciphertext. */
  readonly bytes: Bytes
  readonly stale: readonly Secret[]
}

/**
 * Seals the next message of a chain. Draws 16 bytes.
 *
 * @param aadOf gets the generation, since the additional data names it
 * @returns salt and ciphertext, 32 bytes longer than the plaintext, and the chain for the message after it
 */
export const sealBody = async (
  crypto: Crypto,
  { chain, generation }: SendingChain,
  plaintext: Uint8Array,
  aadOf: (generation: number) => Promise<Uint8Array>,
): Promise<SealedBody> => {
  const { key, next } = await advance(crypto, chain)
  const salt = crypto.random(saltBytes)
  const derived = await messageKey(crypto, key, salt)
  const sealed = await crypto.seal(derived.key, derived.nonce, await aadOf(generation), plaintext)
  return {
    chain: { chain: next, generation: generation + 1 },
    generation,
    bytes: concat(salt, sealed),
    stale: [chain, key, derived.key, derived.nonce], // FS
  }
}

export type OpenedBody =
  | {
      readonly kind: 'opened'
      readonly chain: ReceivingChain
      readonly plaintext: Bytes
      readonly stale: readonly Secret[]
    }
  | { readonly kind: 'rejected'; readonly code: 'group/replayed' | 'group/jump' | 'group/unreadable' }

/**
 * Opens generation `generation`. The chain given stays as it was unless the tag verifies.
 *
 * @returns the plaintext and the chain after it, or why it was refused
 */
export const openBody = async (
  crypto: Crypto,
  from: ReceivingChain,
  generation: number,
  bytes: Uint8Array,
  aad: Uint8Array,
): Promise<OpenedBody> => {
  if (generation - from.generation > maxJump) return { kind: 'rejected', code: 'group/jump' }
  if (bytes.length < saltBytes + 16) return { kind: 'rejected', code: 'group/unreadable' }
  const skipped = new Map(from.skipped)
  const stale: Secret[] = []
  let { chain } = from
  let key = skipped.get(generation)
  if (generation < from.generation && key === undefined) return { kind: 'rejected', code: 'group/replayed' }
  skipped.delete(generation)
  for (let at = from.generation; at <= generation; at++) {
    const step = await advance(crypto, chain)
    stale.push(chain) // FS
    chain = step.next
    if (at === generation) key = step.key
    else if (generation - at <= maxSkipped) skipped.set(at, step.key)
    else stale.push(step.key)
  }
  for (const old of [...skipped.keys()].slice(0, Math.max(0, skipped.size - maxSkipped))) {
    stale.push(skipped.get(old)!)
    skipped.delete(old)
  }
  const derived = await messageKey(crypto, key!, bytes.subarray(0, saltBytes))
  try {
    const plaintext = await crypto.open(derived.key, derived.nonce, aad, bytes.subarray(saltBytes))
    stale.push(key!, derived.key, derived.nonce) // FS
    return {
      kind: 'opened',
      plaintext,
      stale,
      chain: { chain, generation: Math.max(from.generation, generation + 1), skipped },
    }
  } catch (error) {
    if (error instanceof CryptoError) return { kind: 'rejected', code: 'group/unreadable' }
    throw error
  }
}
