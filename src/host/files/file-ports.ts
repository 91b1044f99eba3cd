/** The world as transfers of files need it. */

import type { Bytes } from '../../codec/index.ts'
import type { Crypto } from '../../crypto/index.ts'
import type {
  CancelReason,
  FileControl,
  FileId,
  FileOffer,
  FilePath,
  ReceiverState,
} from '../../files/index.ts'
import type { MemberId } from '../../identity/index.ts'

/** A file to be sent. */
export interface FileSource {
  readonly name: string
  readonly type: string
  /** Bytes. */
  readonly size: number
  /** Rejects where the file is gone or changed. */
  read(start: number, end: number): Promise<Bytes>
}

/** Where a file goes that is received. */
export interface FileSink {
  /** The bytes that follow those before. Rejects where there is no space. */
  write(bytes: Bytes): Promise<void>
  finish(): Promise<void>
  discard(): Promise<void>
}

/** SHA-256 of what it was given, in order. */
export interface RunningHash {
  update(bytes: Bytes): void
  /** 32 bytes. */
  digest(): Bytes
}

/** One transfer as the screen shows it. */
export interface TransferView {
  readonly id: string
  /** The same for all transfers of one offer to several members. */
  readonly batch: string
  /** When it was offered here, milliseconds since 1970. */
  readonly at: number
  readonly role: 'sender' | 'receiver'
  readonly member: MemberId
  readonly name: string
  readonly type: string
  readonly size: number
  readonly audience: 'group' | 'member'
  readonly phase: 'offered' | 'sending' | 'receiving' | 'checking' | 'done' | 'declined' | 'cancelled'
  readonly heldBySelf: boolean
  readonly heldByOther: boolean
  readonly path: FilePath
  readonly bytes: number
  readonly bytesPerSecond: number | null
  readonly secondsLeft: number | null
  readonly reason: CancelReason | null
}

/** What a receiver is after a reload. */
export interface KeptTransfer {
  readonly member: MemberId
  /** When the file was offered, milliseconds since 1970. */
  readonly at: number
  readonly state: ReceiverState
}

/** Of a kept transfer: what was found of the file. */
export interface FoundChunks {
  readonly sink: FileSink
  /** Over those chunks. */
  readonly hash: RunningHash
}

export interface TransferPorts {
  readonly crypto: Crypto
  /** Milliseconds. */
  readonly now: () => number
  /** Runs `run` once after `ms`. The returned function cancels it. */
  readonly setTimer: (run: () => void, ms: number) => () => void
  readonly createHash: () => RunningHash
  /** Inside the pair session. May be lost. */
  readonly sendControl: (to: MemberId, control: FileControl) => void
  readonly pathOf: (member: MemberId) => FilePath
  /** By the data channel for chunks. False where its queue is full or closed. */
  readonly sendChunk: (to: MemberId, bytes: Bytes) => boolean
  readonly relayChunk: (to: MemberId, bytes: Bytes) => void
  readonly createSink: (offer: FileOffer) => Promise<FileSink>
  /** A file is being received, or its hold changed: what has to outlive the page. */
  readonly keep: (transfer: KeptTransfer) => void
  /** A file is received no more. */
  readonly forget: (id: FileId) => void
  readonly show: (transfers: readonly TransferView[]) => void
}
