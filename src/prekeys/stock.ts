import { type Bytes, equal } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import { makePreKey, type Owner } from './owner.ts'
import { maxStock, type StoredPreKey } from './pre-key.ts'

/** Pre-keys that a member keeps ready at the relay. */
export const stockSize = 100
/** With so many left it makes new ones. */
export const refillAt = 25

/** A member's own record, oldest first: what is not in it opens nothing. */
export type Stock = readonly StoredPreKey[]

const secretsOf = ({ seed, dh, kemSeed }: StoredPreKey): readonly Secret[] => [seed, dh.privateKey, kemSeed]

/** What to wipe when the whole stock goes. */
export const stockSecrets = (stock: Stock): readonly Secret[] => stock.flatMap(secretsOf)

/** Adds `count`. The oldest beyond 300 go, and their secrets come out as stale. */
export const extendStock = async (
  crypto: Crypto,
  owner: Owner,
  stock: Stock,
  count: number,
): Promise<{
  readonly stock: Stock
  readonly published: readonly Bytes[]
  readonly stale: readonly Secret[]
}> => {
  const made = []
  for (let i = 0; i < count; i++) made.push(await makePreKey(crypto, owner))
  const all = [...stock, ...made.map(({ stored }) => stored)]
  return {
    stock: all.slice(-maxStock),
    published: made.map(({ published }) => published),
    stale: all.slice(0, -maxStock).flatMap(secretsOf), // FS
  }
}

/** Takes one out for good, or `null`: never made here, or used before. */
export const takeOnce = (
  stock: Stock,
  id: Bytes,
): { readonly preKey: StoredPreKey; readonly stock: Stock; readonly stale: readonly Secret[] } | null => {
  const preKey = stock.find((one) => equal(one.id, id))
  if (preKey === undefined) return null
  // The X25519 key may live on as the session's first ratchet key.
  const stale = [preKey.seed, preKey.kemSeed]
  return { preKey, stock: stock.filter((one) => one !== preKey), stale }
}
