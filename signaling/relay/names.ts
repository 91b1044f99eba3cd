/** Names that the relay derives by hashing: addresses, tokens and networks. It keeps these instead of what it hashed. */

import { type Bytes, toHex, utf8 } from '../../src/codec/index.ts'
import { type Address, addressInput, type MemberToken } from '../../src/relay-protocol/index.ts'
import type { ShownToken } from '../store/store.ts'
import type { Network } from './networks.ts'

const TOKEN_LABEL = utf8('mlwe-pake relay member token v1')
const NETWORK_LABEL = utf8('mlwe-pake relay network v1')

export interface Names {
  address(secret: Bytes): Address
  token(token: MemberToken): ShownToken
  /** A network in all that leaves this process or stays in the store. */
  network(network: Network): string
}

/** @param hash - SHA-256 */
export function createNames(hash: (bytes: Bytes) => Uint8Array): Names {
  const labelled = (label: Bytes, bytes: Uint8Array): string => {
    const input = new Uint8Array(label.length + bytes.length)
    input.set(label)
    input.set(bytes, label.length)
    return toHex(hash(input))
  }
  return {
    address: (secret) => toHex(hash(addressInput(secret))),
    token: ({ current, former }) => ({
      current: labelled(TOKEN_LABEL, current),
      former: former === null ? null : labelled(TOKEN_LABEL, former),
    }),
    network: (network) =>
      typeof network === 'string' ? network : labelled(NETWORK_LABEL, utf8(network.name)).slice(0, 16),
  }
}
