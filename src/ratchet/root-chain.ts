/**
 * The asymmetric half of the ratchet: a turn mixes an X25519 and an ML-KEM-768 secret, and the public values of both
 * sides, into the root of one direction.
 */

import { type Bytes, concat, encode, u32, utf8 } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import type { TurnBlock } from './header.ts'
import { type PublicKeys, publicKeysOf, type RatchetKeys } from './keys.ts'

/**
 * One root chain per direction. A turn of the sender moves it one step:
 *
 *   root ──────────────┐
 *   DH || KEM secret ──┤ HKDF ──> root' | chain key | next header key
 *   public values ─────┘
 */
export interface RootChain {
  readonly root: Secret
  /** Opens the headers of the next turn's chain. */
  readonly nextHeaderKey: Secret
  /** Turns so far. */
  readonly turn: number
}

/** Who speaks to whom, as bytes: group id, sender id, receiver id of 16 bytes each. */
export interface Route {
  readonly groupId: Bytes
  readonly sender: Bytes
  readonly receiver: Bytes
}

/** What a turn derives. The chain that it begins takes the header key derived by the turn before. */
export interface Turned {
  readonly rootChain: RootChain
  readonly chainKey: Secret
}

interface PublicValues extends Route {
  readonly turn: number
  readonly keys: PublicKeys
  readonly ciphertext: Bytes
  readonly peerKeyIndex: number
  readonly peerKeys: PublicKeys
}

/** SHA3-256 over 3,576 bytes: every field has a fixed size, so the concatenation is unambiguous. */
const hashOf = (crypto: Crypto, values: PublicValues): Bytes => {
  const { groupId, sender, receiver, turn, keys, ciphertext, peerKeyIndex, peerKeys } = values
  const [at, own, peer] = [encode(u32, turn, 4), keys, peerKeys]
  const index = encode(u32, peerKeyIndex, 4)
  return crypto.hash(groupId, sender, receiver, at, own.dh, own.kem, ciphertext, index, peer.dh, peer.kem)
}
const label = utf8('mlwe-pake pair turn')

const stepRoot = async (
  crypto: Crypto,
  root: Secret,
  shared: { readonly dh: Secret; readonly kem: Secret },
  values: PublicValues,
): Promise<Turned> => {
  const ikm = concat(shared.dh.expose(), shared.kem.expose())
  const info = concat(label, hashOf(crypto, values))
  const output = await crypto.derive(root, ikm, info, 96)
  const turned: Turned = {
    rootChain: { root: output.slice(0, 32), nextHeaderKey: output.slice(64, 96), turn: values.turn },
    chainKey: output.slice(32, 64),
  }
  for (const secret of [output, shared.dh, shared.kem]) secret.wipe() // FS
  ikm.fill(0) // FS
  return turned
}

/**
 * The sender's half: new keys, agreed with and encapsulated to the peer's latest.
 *
 * @param chain - the sender's root chain, left alone
 * @param route - sender and receiver
 * @param peer - the receiver's latest keys and their index
 * @returns the chain moved one step, the new keys, and the block that the receiver needs
 */
export const makeTurn = async (
  crypto: Crypto,
  chain: RootChain,
  route: Route,
  peer: { readonly index: number; readonly keys: PublicKeys },
): Promise<Turned & { readonly keys: RatchetKeys; readonly block: TurnBlock }> => {
  const agree = async () => {
    const own = await crypto.dhGenerate()
    return { own, dh: await crypto.dhAgree(own.privateKey, peer.keys.dh) }
  }
  // Side by side: an engine that leaves the thread for a call does its part meanwhile.
  const [kemKeys, { ciphertext, secret: kem }, { own, dh }] = await Promise.all([
    crypto.kemGenerate(),
    crypto.kemEncapsulate(peer.keys.kem),
    agree(),
  ])
  const keys: RatchetKeys = { dh: own, kem: kemKeys }
  const block: TurnBlock = { keys: publicKeysOf(keys), ciphertext, peerKeyIndex: peer.index }
  const values = { ...route, ...block, turn: chain.turn + 1, peerKeys: peer.keys }
  return { ...(await stepRoot(crypto, chain.root, { dh, kem }, values)), keys, block }
}

/**
 * The receiver's half.
 *
 * @param chain - the sender's root chain as the receiver holds it, left alone
 * @param route - sender and receiver
 * @param input - the block, and the own keys that its `peerKeyIndex` names
 * @returns the chain moved one step
 * @throws CryptoError on a key that gives no secret
 */
export const followTurn = async (
  crypto: Crypto,
  chain: RootChain,
  route: Route,
  { block, own }: { readonly block: TurnBlock; readonly own: RatchetKeys },
): Promise<Turned> => {
  const [dh, kem] = await Promise.all([
    crypto.dhAgree(own.dh.privateKey, block.keys.dh),
    crypto.kemDecapsulate(own.kem.privateKey, block.ciphertext),
  ])
  const values = { ...route, ...block, turn: chain.turn + 1, peerKeys: publicKeysOf(own) }
  return stepRoot(crypto, chain.root, { dh, kem }, values)
}
