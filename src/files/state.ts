/** The two ends of a transfer, what happens to them and what they ask of their host. `file.ts` is the machine. */

import type { CancelReason, FileControl, FileOffer } from './control.ts'

/** How chunks travel now; `null`: the other end is away. */
export type FilePath = 'direct' | 'relay' | null

/** How far a transfer was, for its speed: oldest first. */
export interface Mark {
  readonly at: number
  readonly bytes: number
}

interface Shared {
  readonly offer: FileOffer
  /** Which ends hold it. It runs while neither does. */
  readonly heldBySelf: boolean
  readonly heldByOther: boolean
  readonly path: FilePath
  /** When this end asks again, since nothing came, and how often it has. */
  readonly askAt: number | null
  readonly asked: number
  readonly marks: readonly Mark[]
  /** Of a transfer that was ended early. */
  readonly reason: CancelReason | null
}

export interface SenderState extends Shared {
  readonly role: 'sender'
  readonly phase: 'offered' | 'sending' | 'done' | 'declined' | 'cancelled'
  /** The chunk to send next. */
  readonly next: number
  /** Chunks that the receiver has verified and stored. */
  readonly have: number
  /** Whether the next chunk begins another stream, under another salt. */
  readonly fresh: boolean
  /** Direct: chunks that the channel has room for. */
  readonly room: number
  /** By the relay: when the next chunk may go, and how many transfers share its rate. */
  readonly paceAt: number
  readonly share: number
}

export interface ReceiverState extends Shared {
  readonly role: 'receiver'
  readonly phase: 'offered' | 'receiving' | 'checking' | 'done' | 'declined' | 'cancelled'
  /** The chunk that is taken next. */
  readonly next: number
  /** Chunks that are verified and stored, and how many of them the sender was told of. */
  readonly stored: number
  readonly told: number
}

export type FileState = SenderState | ReceiverState

export type FileEvent = { readonly now: number } & (
  | { readonly kind: 'control'; readonly control: FileControl }
  /** `share`: relayed transfers of this end that are under way, this one included. */
  | { readonly kind: 'path'; readonly path: FilePath; readonly share: number }
  /** What the user of this end does. */
  | { readonly kind: 'accept' | 'decline' | 'pause' | 'resume' | 'cancel' }
  /** Sender: how many more chunks the data channel has room for. */
  | { readonly kind: 'room'; readonly count: number }
  /** Sender: the file cannot be read any more, or is another one. */
  | { readonly kind: 'unreadable' }
  /** Receiver: this chunk came and opened. */
  | { readonly kind: 'opened'; readonly index: number }
  /** Receiver: all chunks below `next` are durable. */
  | { readonly kind: 'stored'; readonly next: number }
  | { readonly kind: 'storage-failed' }
  /** Receiver: whether the plaintext that was stored has the offer's hash. */
  | { readonly kind: 'checked'; readonly right: boolean }
  /** The time that the step before asked for has come. */
  | { readonly kind: 'wake' }
)

export type FileEffect =
  /** To the other end, inside the pair session. */
  | { readonly kind: 'control'; readonly control: FileControl }
  /** Sender: read, seal and send this chunk, after those before it. `fresh`: draw a salt for it and those that follow. */
  | {
      readonly kind: 'send'
      readonly index: number
      readonly fresh: boolean
      readonly path: 'direct' | 'relay'
    }
  /** Receiver: write the chunk that just opened, after those before it; then comes `stored`. */
  | { readonly kind: 'store'; readonly index: number }
  /** Receiver: compare SHA-256 of all that was stored with the offer's; then comes `checked`. */
  | { readonly kind: 'check' }
  /** Receiver: the file is whole and right. */
  | { readonly kind: 'finished' }
  /** Receiver: remove what was stored. */
  | { readonly kind: 'discard' }

export interface FileStep<S extends FileState = FileState> {
  readonly state: S
  readonly effects: readonly FileEffect[]
  /** When this transfer wants a `wake` event, milliseconds; `null`: not before something happens. */
  readonly wakeAt: number | null
}

const fresh: Omit<Shared, 'offer' | 'path'> = {
  heldBySelf: false,
  heldByOther: false,
  askAt: null,
  asked: 0,
  marks: [],
  reason: null,
}

/** A file that is about to be offered: the first `path` event sends the offer. */
export const offering = (offer: FileOffer): SenderState => ({
  ...fresh,
  role: 'sender',
  offer,
  path: null,
  phase: 'offered',
  next: 0,
  have: 0,
  fresh: true,
  room: 0,
  paceAt: 0,
  share: 1,
})

/** A file that was offered here. */
export const offered = (offer: FileOffer): ReceiverState => ({
  ...fresh,
  role: 'receiver',
  offer,
  path: null,
  phase: 'offered',
  next: 0,
  stored: 0,
  told: 0,
})

/** A file of which the chunks below `stored` are held since before a reload: the first `path` event asks for the rest. */
export const resuming = (offer: FileOffer, stored: number, isHeld: boolean): ReceiverState => ({
  ...offered(offer),
  phase: 'receiving',
  heldBySelf: isHeld,
  next: stored,
  stored,
  told: stored,
})
