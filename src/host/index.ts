/** What the page may use: the client of the Worker, the views that it draws, and their empty values. */

export type { LoginMessageView, LoginRunView } from '../login/index.ts'
export type { FlowFieldName } from '../pake/index.ts'
export type { InsideView } from '../peer/index.ts'
export type { ConnectionTest, LinkPath } from '../transport/index.ts'
export {
  type BenchmarkEngine,
  type BenchmarkOperation,
  type BenchmarkResult,
  type BenchmarkView,
  benchmarkEngines,
  benchmarkOperations,
  emptyBenchmark,
} from './page/benchmark-view.ts'
export { createOffline } from './page/offline.ts'
export {
  emptyOneToOne,
  type OneToOneView,
} from './page/one-to-one-view.ts'
export { connectPeer, type PeerClient } from './page/page-client.ts'
export { readRelayUrl } from './page/page-relays.ts'
export { emptyRelayView, type RelayReason, type RelayView } from './page/relay-view.ts'
export {
  type ErrorCode,
  type ErrorView,
  emptyView,
  errorCodes,
  type FilePartView,
  type FileView,
  type GapView,
  type Link,
  type MemberView,
  type MessageView,
  maxMessages,
  type NoticeView,
  type Phase,
  type SafetyNumber,
  type StoredView,
  type Trust,
  type View,
} from './page/view.ts'
