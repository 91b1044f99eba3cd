/** Messages between page and Worker: structured clones, without keys or plaintext frames. */

import type { OperationRecord, TraceEvent } from '../../metrics/index.ts'
import type { InsideView } from '../../peer/index.ts'
import type { ChunkEvent, MeshCommand, MeshEvent, TurnServer } from '../../transport/index.ts'
import type { BenchmarkCommand, BenchmarkView } from './benchmark-view.ts'
import type { ListChange } from './list-change.ts'
import type { OneToOneCommand, OneToOneView } from './one-to-one-view.ts'
import type { RelayView } from './relay-view.ts'
import type { Command, MessageView, StoredView, View } from './view.ts'

export type ToWorker =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'one-to-one'; readonly command: OneToOneCommand }
  | { readonly kind: 'mesh'; readonly event: MeshEvent }
  | { readonly kind: 'chunk'; readonly event: ChunkEvent }
  | { readonly kind: 'wake' }
  /** The relays of the page in the order to try them. */
  | { readonly kind: 'relays'; readonly urls: readonly string[] }
  /** The Worker responds with one `relay`. */
  | { readonly kind: 'inspect-relay' }
  | { readonly kind: 'visibility'; readonly hidden: boolean }
  /** The page unloads. The Worker sets the shared `done` to 1 once the goodbye is sent; `null` if memory cannot be shared. */
  | { readonly kind: 'closing'; readonly done: Int32Array | null }
  | { readonly kind: 'inspect' }
  /** `null` stops. */
  | { readonly kind: 'benchmark'; readonly command: BenchmarkCommand | null }

export type FromWorker =
  | {
      readonly kind: 'view'
      readonly view: Omit<View, 'messages'>
      /** Since the previous view. */
      readonly messages: ListChange<MessageView>
    }
  | { readonly kind: 'stored'; readonly stored: readonly StoredView[] }
  | { readonly kind: 'one-to-one'; readonly view: OneToOneView }
  | { readonly kind: 'mesh'; readonly command: MeshCommand }
  /** A received file, whole, by the id of its transfer. */
  | { readonly kind: 'file'; readonly id: string; readonly file: Blob }
  | { readonly kind: 'relay'; readonly view: RelayView }
  /** For direct links; `null`: none. */
  | { readonly kind: 'turn'; readonly server: TurnServer | null }
  | { readonly kind: 'trace'; readonly batch: readonly TraceEvent[] }
  | { readonly kind: 'inside'; readonly inside: InsideView | null }
  | { readonly kind: 'benchmark'; readonly view: BenchmarkView }
  | RecordsMessage

/** Size and kind of a frame between two members. */
export interface WireFrame {
  readonly type: string
  /** Bytes without the post-quantum part. */
  readonly classical: number
  /** Milliseconds on the page's clock. */
  readonly at: number
  readonly bytes: number
}

export interface RecordsMessage {
  readonly kind: 'records'
  readonly batch: readonly OperationRecord[]
  readonly frames: readonly WireFrame[]
  /** The Worker's `performance.timeOrigin`, which `start` and `at` count from. */
  readonly origin: number
  /** Cost of one record in the Worker, in nanoseconds. */
  readonly costNs: number
}
