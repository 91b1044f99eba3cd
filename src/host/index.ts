export type { LinkPath } from '../transport/index.ts'
export {
  type BenchmarkEngine,
  type BenchmarkOperation,
  type BenchmarkResult,
  type BenchmarkView,
  benchmarkEngines,
  benchmarkOperations,
} from './benchmark-view.ts'
export type { InsideView } from './inside-view.ts'
export {
  emptyOneToOne,
  type FieldName,
  type LoginMessageView,
  type LoginRunView,
  loginSuites,
  type OneToOneView,
} from './one-to-one-view.ts'
export { connectPeer, type PeerClient } from './page-client.ts'
export { emptyRelayView, type RelayView } from './relay-view.ts'
export {
  type ErrorCode,
  emptyView,
  errorCodes,
  type GapView,
  type Link,
  type MemberView,
  type MessageView,
  type NoticeView,
  type Phase,
  type StoredView,
  type Trust,
  type View,
} from './view.ts'
