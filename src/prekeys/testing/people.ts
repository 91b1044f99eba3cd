import { type Bytes, fromHex, toHex, utf8 } from '../../codec/index.ts'
import { type Crypto, Secret } from '../../crypto/index.ts'
import { type Address, createSelf, type Self } from '../../identity/index.ts'
import type { Owner } from '../index.ts'

export const groupId = new Uint8Array(16).fill(8)

/** A member with real keys; its address follows from its name. */
export const memberNamed = (crypto: Crypto, name: string, group: Bytes = groupId): Promise<Self> => {
  const address = toHex(crypto.hash(utf8(`address of ${name}`))) as Address
  return createSelf(crypto, group, { name, lease: 86_400_000, address })
}

/** The first 16 bytes of its relay address. */
export const addressOf = ({ entry }: Self): Bytes => fromHex(entry.address).slice(0, 16)

export const ownerOf = (crypto: Crypto, self: Self, password = 'right'): Owner => ({
  groupId,
  address: addressOf(self),
  verifier: new Secret(crypto.hash(utf8(`verifier of ${password}`))),
})

/** The same bytes with one bit of byte `at` changed. */
export const flipped = (bytes: Bytes, at: number): Bytes => {
  const changed = bytes.slice()
  changed[at]! ^= 1
  return changed
}
