import type { Bytes } from '../../codec/index.ts'
import type { Crypto } from '../../crypto/index.ts'
import type { TraceEvent, Tracer } from '../../metrics/index.ts'
import type { MeshCommand, WebSocketLike } from '../../transport/index.ts'
import type { StoredView, View } from '../page/view.ts'
import type { Profiles } from '../profile/profiles.ts'

/** The world as the host needs it; a Worker and a test each bring their own. */
export interface HostPorts {
  readonly crypto: Crypto
  readonly recorder: Tracer
  /** A frame went to a member, or came from one. */
  readonly recordFrame: (frame: Bytes) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly openSocket: (url: string) => WebSocketLike
  /** Runs `run` once after `ms`, unless the returned function is called before. */
  readonly setTimer: (run: () => void, ms: number) => () => void
  readonly commandMesh: (command: MeshCommand) => void
  readonly showView: (view: View) => void
  readonly showTrace: (event: TraceEvent) => void
  readonly profiles: Profiles
  readonly showStored: (stored: readonly StoredView[]) => void
}
