/**
 * The Worker: everything secret lives here, away from the page's objects. Wires the host to the browser's APIs.
 */

import { createCrypto, loadBrowserKem, type WebCrypto } from '../../crypto/index.ts'
import { createTracer, type OperationRecord, recordCostNs, type TraceEvent } from '../../metrics/index.ts'
import type { FrameFacts } from '../../peer/index.ts'

import { createBenchmark } from '../benchmark/benchmark.ts'
import { createCases } from '../benchmark/benchmark-cases.ts'
import { changeOf } from '../page/list-change.ts'
import type { FromWorker, ToWorker, WireFrame } from '../page/protocol.ts'
import type { MessageView, View } from '../page/view.ts'
import { createProfiles } from '../profile/profiles.ts'
import { createStorage } from '../profile/storage.ts'
import { createHost } from './host.ts'
import { createOneToOneHost } from './one-to-one.ts'

interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
  postMessage(message: FromWorker, transfer?: Transferable[]): void
}
const scope = self as unknown as WorkerScope

const recordsEveryMs = 250
/** One view per two screen frames. */
const viewsEveryMs = 33
let batch: OperationRecord[] = []
let frames: WireFrame[] = []
const clock = (): number => performance.now()
const recorder = createTracer('worker', clock, (entry) => {
  if (batch.length === 0) setTimeout(sendRecords, recordsEveryMs)
  batch.push(entry)
})
const recordFrame = ({ bytes, classical }: FrameFacts, type: string): void => {
  // The step of this frame leaves a record, which schedules the batch for both.
  frames.push({ at: clock(), bytes, classical, type })
}
const sendRecords = (): void => {
  costNs ??= recordCostNs(clock)
  scope.postMessage({ kind: 'records', batch, frames, origin: performance.timeOrigin, costNs })
  batch = []
  frames = []
}
let traced: TraceEvent[] = []
const sendTrace = (): void => {
  scope.postMessage({ kind: 'trace', batch: traced })
  traced = []
}
let shown: readonly MessageView[] = []
/** The newest view not shown yet. One step can produce several. */
let unshown: View | null = null
let resting = false
const showView = (next: View): void => {
  unshown = next
  if (resting) return
  resting = true
  setTimeout(() => {
    resting = false
    if (unshown !== null) showView(unshown)
  }, viewsEveryMs)
  const { messages, ...view } = unshown
  unshown = null
  scope.postMessage({ kind: 'view', view, messages: changeOf(shown, messages) })
  shown = messages
}
/** Measured after the first batch, when the code is warm. */
let costNs: number | null = null

const random = (count: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(count)
  // One call returns at most 65,536 bytes.
  for (let at = 0; at < count; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  return bytes
}

const subtle = crypto.subtle as unknown as WebCrypto

/** The page's relays, in order; empty until it knows them. */
let relays: readonly string[] = []
const early: ToWorker[] = []
scope.onmessage = ({ data }) => void early.push(data)

const ports = {
  crypto: await createCrypto({ subtle, random, recorder, engines: { kem: loadBrowserKem(subtle) } }),
  recorder,
  recordFrame,
  now: () => Date.now(),
  openSocket: (url: string) => new WebSocket(url),
  relaysFor: (url: string) => (relays.length === 0 ? [url] : relays),
  setTimer: (run: () => void, ms: number) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
/** Held until released or the tab closes. */
const takeLock = (name: string): Promise<(() => void) | null> =>
  new Promise((taken, refused) => {
    navigator.locks
      .request(`mlwe-pake ${name}`, { ifAvailable: true }, (lock) => {
        if (lock === null) return taken(null)
        return new Promise<void>((release) => taken(release))
      })
      .catch(refused)
  })

const profiles = createProfiles({
  crypto: ports.crypto,
  storage: createStorage(),
  now: ports.now,
  createDeviceKey: () => crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
  signWith: async (key, message) => new Uint8Array(await crypto.subtle.sign('HMAC', key, message)),
  takeLock,
})
const host = createHost({
  ...ports,
  profiles,
  showStored: (stored) => scope.postMessage({ kind: 'stored', stored }),
  commandMesh: (command) =>
    // A chunk is handed over, not copied.
    command.kind === 'send-chunk'
      ? scope.postMessage({ kind: 'mesh', command }, [command.bytes.buffer])
      : scope.postMessage({ kind: 'mesh', command }),
  showFile: (id, file) => scope.postMessage({ kind: 'file', id, file }),
  showTurn: (server) => scope.postMessage({ kind: 'turn', server }),
  showTrace: (event) => {
    if (traced.length === 0) setTimeout(sendTrace, recordsEveryMs)
    traced.push(event)
  },
  showView,
})
const oneToOne = createOneToOneHost({
  ...ports,
  showOneToOne: (view) => scope.postMessage({ kind: 'one-to-one', view }),
})

const benchmark = createBenchmark(() => createCases({ subtle, random }), {
  now: clock,
  breathe: () => new Promise((resolve) => setTimeout(resolve)),
  show: (view) => scope.postMessage({ kind: 'benchmark', view }),
})

const receive = (message: ToWorker): void => {
  switch (message.kind) {
    case 'command':
      return host.command(message.command)
    case 'mesh':
      return host.meshEvent(message.event)
    case 'chunk':
      return host.chunkEvent(message.event)
    case 'one-to-one':
      return oneToOne.command(message.command)
    case 'relays':
      relays = message.urls
      return
    case 'inspect-relay':
      return scope.postMessage({ kind: 'relay', view: host.relayView() })
    case 'closing':
      return void host.closing().then(() => {
        if (message.done !== null) Atomics.store(message.done, 0, 1)
      })
    case 'benchmark':
      return message.command === null ? benchmark.stop() : benchmark.start(message.command)
    case 'inspect':
      return scope.postMessage({ kind: 'inside', inside: host.inspect() })
    case 'visibility':
      return recorder.note({ throttled: message.hidden })
    case 'wake':
      oneToOne.wake()
      return host.wake()
    default:
      return message satisfies never
  }
}
for (const message of early) receive(message)
scope.onmessage = ({ data }) => receive(data)
