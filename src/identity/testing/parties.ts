/**
 * Two or more members of one group, for tests: real keys, seeded randomness, and primitives that remember every
 * secret they made.
 */
import { type Bytes, toHex } from '../../codec/index.ts'
import { type Crypto, Secret } from '../../crypto/index.ts'
import type { Address } from '../entry.ts'
import type { Parties } from '../handshake.ts'
import { createSelf, type Self } from '../self.ts'

const day = 86_400_000

export const memberNamed = (crypto: Crypto, groupId: Bytes, name: string): Promise<Self> =>
  createSelf(crypto, groupId, { name, lease: day, address: toHex(crypto.random(32)) as Address })

/** Both views of one pair. */
export const pairOf = (
  groupId: Bytes,
  initiator: Self,
  responder: Self,
): { readonly atInitiator: Parties; readonly atResponder: Parties } => ({
  atInitiator: { groupId, self: initiator, peer: responder, psk: null },
  atResponder: { groupId, self: responder, peer: initiator, psk: null },
})

const secretsIn = (value: unknown): readonly Secret[] => {
  if (value instanceof Secret) return [value]
  return value !== null && typeof value === 'object' && !(value instanceof Uint8Array)
    ? Object.values(value).flatMap(secretsIn)
    : []
}

/** The same primitives; `made` grows by every secret that one of them returns. */
export const remembering = (crypto: Crypto): { readonly crypto: Crypto; readonly made: Secret[] } => {
  const made: Secret[] = []
  const note = <T>(value: T): T => {
    made.push(...secretsIn(value))
    return value
  }
  return {
    made,
    crypto: {
      ...crypto,
      dhGenerate: async () => note(await crypto.dhGenerate()),
      dhAgree: async (own, other) => note(await crypto.dhAgree(own, other)),
      kemGenerate: async (parameters, seed) => note(await crypto.kemGenerate(parameters, seed)),
      kemEncapsulate: async (key, parameters) => note(await crypto.kemEncapsulate(key, parameters)),
      kemDecapsulate: async (key, ciphertext, parameters) =>
        note(await crypto.kemDecapsulate(key, ciphertext, parameters)),
      extract: async (salt, ikm) => note(await crypto.extract(salt, ikm)),
      expand: async (prk, info, length) => note(await crypto.expand(prk, info, length)),
    },
  }
}
