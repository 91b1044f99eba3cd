/** The relay's metrics: counts, durations and sizes, without any identifier. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { exportMetrics, Operations } from '../../src/metrics/index.ts'
import type { ErrorCode } from '../../src/relay-protocol/index.ts'
import type { RelayResponse, StoreRequest } from '../store/request.ts'

export interface RelayCounts {
  readonly sockets: number
  readonly members: readonly number[]
  readonly queuedBytes: number
}

/** Why something was refused, in the words of the protocol and of the server. */
export type Refused = ErrorCode | 'origin' | 'host' | 'access' | 'connections' | 'slow-reader' | 'no-pong'

export interface Figures {
  frame(direction: 'in' | 'out', bytes: number, milliseconds: number): void
  refused(code: Refused): void
  stored(kind: StoreRequest['frame']['kind'], response: RelayResponse, milliseconds: number): void
  /** Refusals by reason since the last call. */
  takeRefusals(): ReadonlyMap<Refused, number>
  /** Prometheus exposition format. */
  text(): Promise<{ readonly type: string; readonly body: string }>
  /** The format of the app's export. */
  operations(): ReturnType<typeof exportMetrics>
  close(): void
}

export function createFigures(counts: () => RelayCounts): Figures {
  const register = new Registry()
  const registers = [register]
  const operations = new Operations()
  collectDefaultMetrics({ register })
  // Plain numbers, since a label lookup per frame costs more than forwarding the frame.
  const seen = { in: { frames: 0, bytes: 0 }, out: { frames: 0, bytes: 0 } }
  const perDirection = (name: string, help: string, of: 'frames' | 'bytes'): Counter =>
    new Counter({
      name,
      help,
      labelNames: ['direction'],
      registers,
      collect() {
        this.reset()
        for (const direction of ['in', 'out'] as const) this.inc({ direction }, seen[direction][of])
      },
    })
  perDirection('relay_frames_total', 'Frames', 'frames')
  perDirection('relay_frame_bytes_total', 'Bytes of frames', 'bytes')
  const refused = new Counter({
    name: 'relay_refused_total',
    help: 'Refusals by reason',
    labelNames: ['code'],
    registers,
  })
  const stored = new Histogram({
    name: 'relay_store_seconds',
    help: 'Requests to the store',
    labelNames: ['request', 'answer'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  })
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge('relay_sockets', 'Open sockets', () => counts().sockets)
  gauge('relay_rooms', 'Rooms with at least one member', () => counts().members.length)
  gauge('relay_queued_bytes', 'Bytes queued for slow readers', () => counts().queuedBytes)
  let refusals = new Map<Refused, number>()
  const record = (
    operation: string,
    duration: number,
    size: readonly [number, number],
    code: string | null,
  ) =>
    operations.add([
      {
        operation,
        algorithm: 'relay',
        start: performance.now() - duration,
        duration,
        bytesIn: size[0],
        bytesOut: size[1],
        error: code,
      },
    ])

  return {
    frame(direction, size, milliseconds) {
      seen[direction].frames++
      seen[direction].bytes += size
      if (direction === 'in') record('relay_frame', milliseconds, [size, 0], null)
    },
    refused(code) {
      refused.inc({ code })
      refusals.set(code, (refusals.get(code) ?? 0) + 1)
    },
    takeRefusals() {
      const taken = refusals
      refusals = new Map()
      return taken
    },
    stored(kind, answer, milliseconds) {
      const code = answer.kind === 'refused' ? answer.code : null
      stored.observe({ request: kind, answer: code ?? 'done' }, milliseconds / 1000)
      record(`relay_${kind.replaceAll('-', '_')}`, milliseconds, [0, 0], code)
    },
    text: async () => ({ type: register.contentType, body: await register.metrics() }),
    operations: () => exportMetrics(operations),
    close: () => register.clear(),
  }
}
