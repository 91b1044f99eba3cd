import type { OperationRecord } from '../metrics/index.ts'
import type { Command, View } from './view.ts'

/** The page's only way to its peer. `src/host/page-client` implements it over the Worker; a test may hand in another. */
export interface PeerClient {
  readonly view: () => View
  /** Calls back after every change; returns the unsubscriber. */
  readonly subscribe: (listener: () => void) => () => void
  readonly dispatch: (command: Command) => void
  /** Batches of operation records, at most a few a second. `start` counts from this page's `performance.now()` zero. */
  readonly onRecords: (listener: (batch: readonly OperationRecord[]) => void) => () => void
}
