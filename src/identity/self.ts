/**
 * Oneself: an entry with the private keys of its identity. They are born with the instance, and die with it or lie
 * in the stored profile; the password has no part in them.
 */
import { type Bytes, type Codec, struct } from '../codec/index.ts'
import { type Crypto, type Secret, secretBytes } from '../crypto/index.ts'
import {
  type Address,
  type EntryHash,
  entryHash,
  type Identified,
  identify,
  type MemberEntry,
  memberEntry,
  memberIdOf,
} from './entry.ts'
import { generateKeyPairs, type KeyPairs, keyPairs, privateKeysOf, publicKeysOf } from './public-keys.ts'

export type IdentityKeys = KeyPairs
export const identityKeysCodec: Codec<IdentityKeys> = keyPairs

export interface Self extends Identified {
  readonly keys: IdentityKeys
}

/** What a member says about itself, beside its keys. */
export interface SelfDescription {
  readonly name: string
  /** Milliseconds. */
  readonly lease: number
  readonly address: Address
}

const withKeys = (
  crypto: Crypto,
  groupId: Bytes,
  { name, lease, address }: SelfDescription,
  keys: IdentityKeys,
): Self => {
  const entry = { name, lease, address, ...publicKeysOf(keys), nonce: crypto.random(16) }
  return { ...identify(crypto, groupId, entry), keys }
}

/** New keys. Draws 32, 64 and 16 bytes. Throws RangeError on a description that no receiver would take. */
export const createSelf = async (
  crypto: Crypto,
  groupId: Bytes,
  description: SelfDescription,
): Promise<Self> => withKeys(crypto, groupId, description, await generateKeyPairs(crypto))

/** Another entry, and so another id, for the same keys: draws its nonce of 16 bytes. */
export const renewEntry = (
  crypto: Crypto,
  groupId: Bytes,
  self: Self,
  change: Partial<SelfDescription> = {},
): Self => withKeys(crypto, groupId, { ...self.entry, ...change }, self.keys)

interface StoredSelf {
  readonly entry: MemberEntry
  readonly hash: EntryHash
  readonly dh: Secret
  readonly kem: Secret
}

const storedSelf = struct<StoredSelf>({
  entry: memberEntry,
  hash: entryHash,
  dh: secretBytes(32),
  kem: secretBytes(64),
})

/** For states that are sealed before they are stored. The hash is stored too: reading needs no primitives. */
export const selfCodec: Codec<Self> = {
  write: (out, { entry, hash, keys }) =>
    storedSelf.write(out, { entry, hash, dh: keys.dh.privateKey, kem: keys.kem.privateKey }),
  read: (input) => {
    const { entry, hash, dh, kem } = storedSelf.read(input)
    return {
      entry,
      hash,
      id: memberIdOf(hash),
      keys: {
        dh: { publicKey: entry.dh, privateKey: dh },
        kem: { publicKey: entry.kem, privateKey: kem },
      },
    }
  },
}

/** To be wiped when the instance ends. */
export const secretsOfSelf = ({ keys }: Self): readonly Secret[] => privateKeysOf(keys)
