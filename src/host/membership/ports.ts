/** The world as the host needs it. The Worker and the tests each supply their own. */

import type { Crypto } from '../../crypto/index.ts'
import type { TraceEvent, Tracer } from '../../metrics/index.ts'
import type { FrameFacts } from '../../peer/index.ts'
import type { MeshCommand, TurnServer, WebSocketLike } from '../../transport/index.ts'
import type { StoredView, View } from '../page/view.ts'
import type { Profiles } from '../profile/profiles.ts'

export interface HostPorts {
  readonly crypto: Crypto
  readonly recorder: Tracer
  /** Counts a frame sent to or received from an address, by its type. */
  readonly recordFrame: (facts: FrameFacts, type: string) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly openSocket: (url: string) => WebSocketLike
  /** The relays to try in order, for the one that a command names. Those of the page, if it knows several. */
  readonly relaysFor: (url: string) => readonly string[]
  /** Runs `run` once after `ms`. The returned function cancels it. */
  readonly setTimer: (run: () => void, ms: number) => () => void
  readonly commandMesh: (command: MeshCommand) => void
  readonly showView: (view: View) => void
  /** A file that came whole, by the id of its transfer. */
  readonly showFile: (id: string, file: Blob) => void
  readonly showTrace: (event: TraceEvent) => void
  /** The TURN server for direct links; `null`: none. */
  readonly showTurn: (server: TurnServer | null) => void
  readonly profiles: Profiles
  readonly showStored: (stored: readonly StoredView[]) => void
}
