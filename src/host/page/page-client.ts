/**
 * The page's only access to its peer, which lives in a Worker. WebRTC exists only on pages, so the page also runs the
 * direct links and passes sealed frames between them and the Worker.
 */

import { createTracer, measure, type OperationRecord, type TraceEvent } from '../../metrics/index.ts'
import type { InsideView } from '../../peer/index.ts'
import {
  type ConnectionTest,
  fetchIceServers,
  type LinkPath,
  type MeshCommand,
  openMesh,
  testConnection,
} from '../../transport/index.ts'
import { type BenchmarkCommand, type BenchmarkView, emptyBenchmark } from './benchmark-view.ts'
import { applyChange } from './list-change.ts'
import { emptyOneToOne, type OneToOneCommand, type OneToOneView } from './one-to-one-view.ts'
import { peerScript } from './own-scripts.ts'
import { learnRelays } from './page-relays.ts'
import type { FromWorker, ToWorker, WireFrame } from './protocol.ts'
import { emptyRelayView, type RelayView } from './relay-view.ts'
import { type Command, emptyView, type StoredView, type View } from './view.ts'

export interface PeerClient {
  readonly view: () => View
  /** Calls `listener` after every change; returns the unsubscribe function. */
  readonly subscribe: (listener: () => void) => () => void
  readonly dispatch: (command: Command) => void
  /** What came whole, by the id of its part in the view; it stays as long as the view names it. */
  readonly file: (id: string) => Blob | null
  /** The memberships stored in this browser. */
  readonly stored: () => readonly StoredView[]
  /** The link to the relay, as of the last `refresh`. */
  readonly relay: {
    readonly view: () => RelayView
    readonly subscribe: (listener: () => void) => () => void
    readonly refresh: () => void
  }
  /** The 1-to-1 login, which is independent of the group. */
  readonly oneToOne: {
    readonly view: () => OneToOneView
    readonly subscribe: (listener: () => void) => () => void
    readonly dispatch: (command: OneToOneCommand) => void
  }
  /** Batches of operation records, at most four a second. `start` is on this page's `performance.now()` clock. */
  readonly onRecords: (listener: (batch: readonly OperationRecord[]) => void) => () => void
  /** Frames to and from members, in step with the records. */
  readonly onFrames: (listener: (frames: readonly WireFrame[]) => void) => () => void
  /** Batches of trace events, at most four a second. */
  readonly onTrace: (listener: (batch: readonly TraceEvent[]) => void) => () => void
  /** Measures in the Worker, beside the room. */
  readonly benchmark: {
    readonly view: () => BenchmarkView
    readonly subscribe: (listener: () => void) => () => void
    /** `null` stops. */
    readonly dispatch: (command: BenchmarkCommand | null) => void
  }
  /** Calls `listener` with the state of this member's protocols, now and every second until the returned function is called. */
  readonly watchInside: (listener: (inside: InsideView | null) => void) => () => void
  /** What works from here, in at most 10 s: own connections, STUN, TURN, and the relay of this page. */
  readonly testConnection: () => Promise<ConnectionTest>
  /** The paths of the direct links now. */
  readonly paths: () => Promise<readonly LinkPath[]>
  /** Cost of one record in the Worker, in nanoseconds; `null` before the first. */
  readonly recordCostNs: () => number | null
}

/** Closing a tab takes at most this much longer, so that the others do not have to wait for its lease to expire. */
const goodbyeMs = 250
const healthMs = 5_000
/** The page is usable by then: links are fetched for the first who comes, and while the server is there. */
const linksEarlyMs = 1_000

const listenable = <T>(): { add: (listener: (value: T) => void) => () => void; emit: (value: T) => void } => {
  const listeners = new Set<(value: T) => void>()
  return {
    add: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    emit: (value) => {
      for (const listener of listeners) listener(value)
    },
  }
}

/**
 * Starts the Worker and the direct links.
 *
 * @param namedRelays - the relays that the page's address names, in the order to try them
 */
export const connectPeer = (namedRelays: readonly string[]): PeerClient => {
  const views = listenable<void>()
  const logins = listenable<void>()
  const relays = listenable<void>()
  const records = listenable<readonly OperationRecord[]>()
  const frames = listenable<readonly WireFrame[]>()
  const traces = listenable<readonly TraceEvent[]>()
  const benchmarks = listenable<void>()
  const insides = listenable<InsideView | null>()
  const url = peerScript()
  const iceServers = fetchIceServers(location.origin)
  const setTimer = (run: () => void, ms: number): (() => void) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  }
  const mesh = openMesh({
    onEvent: (event) => post({ kind: 'mesh', event }),
    onChunk: (event) => post({ kind: 'chunk', event }, event.kind === 'chunk' ? [event.bytes.buffer] : []),
    iceServers: iceServers.list,
    now: () => performance.now(),
    random: Math.random,
    setTimer,
  })
  setTimer(mesh.fetch, linksEarlyMs)
  let view: View = emptyView
  const files = new Map<string, Blob>()
  let stored: readonly StoredView[] = []
  let login: OneToOneView = emptyOneToOne
  let relay: RelayView = emptyRelayView
  let relayUrls: readonly string[] = []
  let worker: Worker | null = null
  let benchmark: BenchmarkView = emptyBenchmark
  let costNs: number | null = null
  /** Records of the page's own thread, delivered with the Worker's next batch. */
  let own: OperationRecord[] = []
  const tracer = createTracer(
    'page',
    () => performance.now(),
    (entry) => void own.push(entry),
  )

  const execute = (command: MeshCommand): void => {
    if (command.kind !== 'send' && command.kind !== 'send-chunk') return mesh.execute(command)
    const subject = { operation: 'channel_send', algorithm: 'WebRTC', bytesIn: command.bytes.length }
    measure(
      tracer,
      subject,
      () => mesh.execute(command),
      () => 0,
    )
  }

  const setView = (next: View): void => {
    view = next
    if (files.size > 0) {
      const named = new Set(next.files.flatMap(({ parts }) => parts.map(({ id }) => id)))
      for (const id of files.keys()) if (!named.has(id)) files.delete(id)
    }
    tracer.note({ phase: next.phase, epoch: next.epoch })
    views.emit()
  }

  const setLogin = (next: OneToOneView): void => {
    login = next
    logins.emit()
  }

  const receive = (message: FromWorker): void => {
    switch (message.kind) {
      case 'view':
        return setView({ ...message.view, messages: applyChange(view.messages, message.messages) })
      case 'stored':
        stored = message.stored
        return views.emit()
      case 'one-to-one':
        return setLogin(message.view)
      case 'relay':
        relay = message.view
        return relays.emit()
      case 'turn':
        return iceServers.setTurn(message.server)
      case 'mesh':
        return execute(message.command)
      case 'file':
        files.set(message.id, message.file)
        return
      case 'benchmark':
        benchmark = message.view
        return benchmarks.emit()
      case 'inside':
        return insides.emit(message.inside)
      case 'trace':
        return traces.emit(message.batch)
      case 'records': {
        costNs = message.costNs
        const shift = message.origin - performance.timeOrigin
        const batch = [...own, ...message.batch.map((entry) => ({ ...entry, start: entry.start + shift }))]
        own = []
        frames.emit(message.frames.map((frame) => ({ ...frame, at: frame.at + shift })))
        return records.emit(batch)
      }
      default:
        return message satisfies never
    }
  }

  const start = (): Worker => {
    const started = new Worker(url, { type: 'module', name: 'peer' })
    started.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => receive(data))
    // The Worker failed to load or crashed. The next command starts another.
    started.addEventListener('error', () => {
      started.terminate()
      worker = null
      mesh.execute({ kind: 'disconnect-all' })
      const error = { code: 'host/failed', retryAt: null } as const
      setView({ ...emptyView, phase: 'failed', error })
      if (login.role !== null) setLogin({ ...emptyOneToOne, error })
    })
    return started
  }

  const post = (message: ToWorker, transfer: Transferable[] = []): void => {
    if (worker === null) {
      worker = start()
      worker.postMessage({ kind: 'relays', urls: relayUrls } satisfies ToWorker)
    }
    worker.postMessage(message, transfer)
  }

  const sendVisibility = (): void => {
    const { hidden } = document
    tracer.note({ throttled: hidden })
    post({ kind: 'visibility', hidden })
    if (!hidden) mesh.nudge()
  }

  // Loaded ahead of the first command.
  sendVisibility()
  void learnRelays(namedRelays, (urls) => {
    relayUrls = urls
    post({ kind: 'relays', urls })
  })
  document.addEventListener('visibilitychange', sendVisibility)
  addEventListener('online', () => {
    post({ kind: 'wake' })
    mesh.nudge()
  })
  // After a freeze, and where the browser says that the network is another one.
  document.addEventListener('resume', mesh.nudge)
  ;(navigator as { connection?: EventTarget }).connection?.addEventListener('change', mesh.nudge)
  addEventListener('pagehide', () => {
    const done = globalThis.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(4)) : null
    post({ kind: 'one-to-one', command: { kind: 'leave' } })
    post({ kind: 'closing', done })
    if (done === null) return
    // The Worker ends with its page, and sealing the goodbye takes a few milliseconds. Only a busy page keeps both
    // alive for that long.
    const end = performance.now() + goodbyeMs
    while (Atomics.load(done, 0) === 0 && performance.now() < end);
  })

  return {
    view: () => view,
    subscribe: (listener) => views.add(listener),
    dispatch: (command) => {
      // Only a page may request this. If refused, the browser may delete the profile when the disk is full.
      if (command.kind === 'join' && command.stored) navigator.storage.persist().catch(() => false)
      post({ kind: 'command', command })
    },
    file: (id) => files.get(id) ?? null,
    stored: () => stored,
    relay: {
      view: () => relay,
      subscribe: (listener) => relays.add(listener),
      refresh: () => post({ kind: 'inspect-relay' }),
    },
    oneToOne: {
      view: () => login,
      subscribe: (listener) => logins.add(listener),
      dispatch: (command) => post({ kind: 'one-to-one', command }),
    },
    onTrace: (listener) => traces.add(listener),
    onRecords: (listener) => records.add(listener),
    onFrames: (listener) => frames.add(listener),
    benchmark: {
      view: () => benchmark,
      subscribe: (listener) => benchmarks.add(listener),
      dispatch: (command) => post({ kind: 'benchmark', command }),
    },
    watchInside: (listener) => {
      const stop = insides.add(listener)
      const inspect = (): void => post({ kind: 'inspect' })
      inspect()
      const timer = setInterval(inspect, 1000)
      return () => {
        clearInterval(timer)
        stop()
      }
    },
    testConnection: () =>
      testConnection({
        iceServers: iceServers.list(),
        hasTurn: iceServers.hasTurn(),
        createConnection: (configuration) => new RTCPeerConnection(configuration),
        pingRelay: async () =>
          (
            await fetch(`${location.origin}/healthz`, {
              cache: 'no-store',
              signal: AbortSignal.timeout(healthMs),
            })
          ).ok,
        wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      }),
    paths: mesh.paths,
    recordCostNs: () => costNs,
  }
}
