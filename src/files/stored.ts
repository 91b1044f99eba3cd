/** What a receiver with a stored profile keeps of a transfer, to go on after a reload. Holds the file's key: sealed at rest. */

import { type Bytes, bool, decode, encode, struct } from '../codec/index.ts'
import { chunkCount } from './chunk.ts'
import { type FileOffer, fileOffer } from './control.ts'
import { type ReceiverState, resuming } from './state.ts'

interface StoredReceiver {
  readonly offer: FileOffer
  readonly held: boolean
}

const storedReceiver = struct<StoredReceiver>({ offer: fileOffer, held: bool })

/** @returns the bytes, or `null` where nothing has to go on */
export const encodeReceiver = ({ offer, phase, heldBySelf }: ReceiverState): Bytes | null =>
  phase === 'receiving' || phase === 'checking' ? encode(storedReceiver, { offer, held: heldBySelf }) : null

/**
 * @param stored - result of `encodeReceiver`
 * @param durable - chunks that are found to be whole where the file is kept
 * @returns the receiver, behind the last of these chunks
 * @throws DecodeError on other bytes
 */
export const decodeReceiver = (stored: Uint8Array, durable: number): ReceiverState => {
  const { offer, held } = decode(storedReceiver, stored)
  // The last one is taken again where all were there: its arrival starts the check.
  const next = Math.min(durable, chunkCount(offer.size) - 1)
  return resuming(offer, next, held)
}
