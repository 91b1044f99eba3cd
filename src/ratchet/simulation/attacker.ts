/**
 * A passive attacker with a copied state, and with the private keys of whichever primitive is assumed broken. It runs
 * the product's own `open`, in the place of either side.
 */

import { toHex } from '../../codec/index.ts'
import { type Crypto, Secret } from '../../crypto/index.ts'
import type { PublicKeys, RatchetKeys } from '../keys.ts'
import { open } from '../receiving.ts'
import type { KeySet, Session } from '../session.ts'
import { noSkippedKeys } from '../skipped-keys.ts'

/** Which assumptions have fallen: a broken one gives the private key of any public key. */
export interface Assumptions {
  readonly dhBroken: boolean
  readonly kemBroken: boolean
}

/** Private keys by public ones: what an attacker gets who breaks a primitive. */
export type Oracle = ReadonlyMap<string, Secret>

/** @returns `crypto` that gives every key it generates to the oracle */
export const leakKeys = (crypto: Crypto): { readonly crypto: Crypto; readonly oracle: Oracle } => {
  const oracle = new Map<string, Secret>()
  const leak = <T extends RatchetKeys['dh']>(pair: T): T => {
    // Copies: the session wipes its own in time.
    oracle.set(toHex(pair.publicKey), pair.privateKey.slice(0, pair.privateKey.length))
    return pair
  }
  return {
    crypto: {
      ...crypto,
      dhGenerate: async () => leak(await crypto.dhGenerate()),
      kemGenerate: async (...input) => leak(await crypto.kemGenerate(...input)),
    },
    oracle,
  }
}

const never = 0xffffffff

/** Follows a conversation from a copied state, sees every frame and every public key, answers nothing. */
export class Attacker {
  readonly #crypto: Crypto
  /** Private keys that it does not have, and the public keys they belong to. */
  readonly #unknown = new Map<Secret, Uint8Array>()
  /** In the place of the copied side, and of its peer. */
  #asSelf: Session
  #asPeer: Session

  constructor(crypto: Crypto, copy: Session, { dhBroken, kemBroken }: Assumptions, oracle: Oracle) {
    const key = (known: Secret, broken: boolean): Secret | null => {
      const publicKey = this.#unknown.get(known)
      return publicKey === undefined ? known : broken ? oracle.get(toHex(publicKey))! : null
    }
    this.#crypto = {
      ...crypto,
      dhAgree: async (known, publicKey) => {
        const privateKey = key(known, dhBroken)
        return privateKey === null ? new Secret(crypto.random(32)) : crypto.dhAgree(privateKey, publicKey)
      },
      kemDecapsulate: async (known, ciphertext) => {
        const privateKey = key(known, kemBroken)
        return privateKey === null
          ? new Secret(crypto.random(32))
          : crypto.kemDecapsulate(privateKey, ciphertext)
      },
    }
    // As if everything had been acknowledged, so that it never drops a key.
    const patient = (session: Session): Session => ({
      ...session,
      sending: {
        ...session.sending,
        rootChain: { ...session.sending.rootChain, turn: never },
        acked: never,
        block: null,
      },
      seen: { own: [], peer: [] },
    })
    this.#asSelf = patient(copy)
    this.#asPeer = patient({
      ...copy,
      self: copy.peer,
      peer: copy.self,
      sending: { ...copy.sending, ...copy.receiving },
      receiving: { ...copy.sending, skipped: noSkippedKeys },
      keySets: [],
    })
  }

  /** Records public keys of the honest sides; their private halves stay unknown. */
  notice(side: 'self' | 'peer', keySets: readonly KeySet[]): void {
    const session = side === 'self' ? this.#asSelf : this.#asPeer
    const added = keySets
      .filter(({ index }) => !session.keySets.some((known) => known.index === index))
      .map(({ index, keys }) => ({
        index,
        keys: this.#publicHalf({ dh: keys.dh.publicKey, kem: keys.kem.publicKey }),
      }))
    const next = { ...session, keySets: [...session.keySets, ...added] }
    if (side === 'self') this.#asSelf = next
    else this.#asPeer = next
  }

  /** Adds another copied state: with it, the private keys of the peer. */
  steal(keySets: readonly KeySet[]): void {
    this.#asPeer = { ...this.#asPeer, keySets: [...this.#asPeer.keySets, ...keySets] }
  }

  /** @returns whether it can read a frame sent to that side */
  async reads(to: 'self' | 'peer', frame: Uint8Array): Promise<boolean> {
    const outcome = await open(this.#crypto, to === 'self' ? this.#asSelf : this.#asPeer, frame, 0)
    if (outcome.kind === 'rejected') return false
    if (to === 'self') this.#asSelf = outcome.session
    else this.#asPeer = outcome.session
    return true
  }

  #publicHalf({ dh, kem }: PublicKeys): RatchetKeys {
    const pair = (publicKey: PublicKeys['dh']) => {
      const privateKey = new Secret(new Uint8Array(1))
      this.#unknown.set(privateKey, publicKey)
      return { publicKey, privateKey }
    }
    return { dh: pair(dh), kem: pair(kem) }
  }
}
