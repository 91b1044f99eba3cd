/**
 * Where a received file is collected in a stored membership: chunk by chunk, sealed with the profile, so that a reload
 * costs nothing. A record names the transfer.
 */

import { type Bytes, bytes, DecodeError, decode, encode, struct, u48 } from '../../codec/index.ts'
import { runningSha256 } from '../../crypto/index.ts'
import { decodeReceiver, encodeReceiver } from '../../files/index.ts'
import { type MemberId, memberId } from '../../identity/index.ts'
import type { ProfileFiles } from '../profile/profile-files.ts'
import { createBlobSink } from './blob-sink.ts'
import type { FileSink, FoundChunks, KeptTransfer } from './file-ports.ts'

interface Kept {
  readonly member: MemberId
  readonly at: number
  /** Result of `encodeReceiver`. */
  readonly receiver: Bytes
}

const kept = struct<Kept>({ member: memberId, at: u48, receiver: bytes(1024) })

/** @returns the record, or `null` where nothing has to go on */
export const encodeKept = ({ member, at, state }: KeptTransfer): Bytes | null => {
  const receiver = encodeReceiver(state)
  return receiver === null ? null : encode(kept, { member, at, receiver })
}

/**
 * @param size - bytes of the whole file
 * @param stored - chunks that the profile has already
 * @param ready - called with the whole file once its hash was right
 * @throws RangeError for a file beyond what is collected
 */
export const createProfileSink = (
  files: ProfileFiles,
  transfer: string,
  { size, stored, ready }: { size: number; stored: number; ready: (file: Blob) => void },
): FileSink => {
  const whole = createBlobSink(size, ready)
  let next = stored
  return {
    async write(chunk) {
      await files.saveChunk(transfer, next, chunk)
      next += 1
    },
    async finish() {
      for (let index = 0; index < next; index++) {
        const chunk = await files.chunk(transfer, index)
        if (chunk === null) throw new RangeError('a chunk that was stored is gone')
        await whole.write(chunk)
      }
      await whole.finish()
    },
    discard: () => files.forget(transfer),
  }
}

/** What was being received before the reload: how far the chunks reach, and the hash over them. */
export const findKept = async (
  files: ProfileFiles,
  ready: (transfer: string, file: Blob) => void,
): Promise<readonly (readonly [KeptTransfer, FoundChunks])[]> => {
  const found: (readonly [KeptTransfer, FoundChunks])[] = []
  for (const [transfer, record] of await files.list()) {
    try {
      const { member, at, receiver } = decode(kept, record)
      const hash = runningSha256()
      const { offer } = decodeReceiver(receiver, 0)
      const most = decodeReceiver(receiver, Number.MAX_SAFE_INTEGER).stored
      let stored = 0
      for (; stored < most; stored++) {
        const chunk = await files.chunk(transfer, stored)
        if (chunk === null) break
        hash.update(chunk)
      }
      const sink = createProfileSink(files, transfer, {
        size: offer.size,
        stored,
        ready: (file) => ready(transfer, file),
      })
      found.push([
        { member, at, state: decodeReceiver(receiver, stored) },
        { sink, hash },
      ])
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof RangeError)) throw error
      await files.forget(transfer)
    }
  }
  return found
}
