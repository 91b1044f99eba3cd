import type { OperationRecord, TraceEvent } from '../../metrics/index.ts'
import type { InsideView } from '../../peer/index.ts'
import type { MeshCommand, MeshEvent } from '../../transport/index.ts'
import type { BenchmarkCommand, BenchmarkView } from './benchmark-view.ts'
import type { ListChange } from './list-change.ts'
import type { OneToOneCommand, OneToOneView } from './one-to-one-view.ts'
import type { RelayView } from './relay-view.ts'
import type { Command, MessageView, StoredView, View } from './view.ts'

/** What the page sends to its Worker, and back: structured clones, no key and no frame in clear among them. */
export type ToWorker =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'one-to-one'; readonly command: OneToOneCommand }
  | { readonly kind: 'mesh'; readonly event: MeshEvent }
  | { readonly kind: 'wake' }
  /** Answered by one `relay`. */
  | { readonly kind: 'inspect-relay' }
  | { readonly kind: 'visibility'; readonly hidden: boolean }
  /** The page goes. `done`, shared with it, becomes 1 when the goodbye is on its way; `null` where nothing can be shared. */
  | { readonly kind: 'closing'; readonly done: Int32Array | null }
  | { readonly kind: 'inspect' }
  /** `null` stops. */
  | { readonly kind: 'benchmark'; readonly command: BenchmarkCommand | null }

export type FromWorker =
  | {
      readonly kind: 'view'
      readonly view: Omit<View, 'messages'>
      /** Since the view before: a conversation of thousands does not travel whole for every receipt. */
      readonly messages: ListChange<MessageView>
    }
  | { readonly kind: 'stored'; readonly stored: readonly StoredView[] }
  | { readonly kind: 'one-to-one'; readonly view: OneToOneView }
  | { readonly kind: 'mesh'; readonly command: MeshCommand }
  | { readonly kind: 'relay'; readonly view: RelayView }
  | { readonly kind: 'trace'; readonly batch: readonly TraceEvent[] }
  | { readonly kind: 'inside'; readonly inside: InsideView | null }
  | { readonly kind: 'benchmark'; readonly view: BenchmarkView }
  | RecordsMessage

/** A frame between two members, by its size and kind alone. */
export interface WireFrame {
  readonly type: string
  /** Bytes of its classical equivalent. */
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
  /** What one record costs there, in nanoseconds. */
  readonly costNs: number
}
