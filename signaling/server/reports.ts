/** Health, metrics and counts, without identifiers. */

import type { Store } from '../store/store.ts'
import type { IceSettings } from './ice.ts'
import type { RelaySockets } from './sockets.ts'

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export interface Report {
  /** Whether it needs a report token, if there are any. */
  readonly isPrivate: boolean
  answer(): Answer | Promise<Answer>
}

/** Reports are computed once in this time, no matter how often they are read. */
const FRESH_MS = 1000

const json = (value: unknown, status = 200): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
})

const cached = <T>(compute: () => T): (() => T) => {
  let kept: { readonly value: T; readonly at: number } | null = null
  return () => {
    const now = performance.now()
    if (kept === null || now - kept.at > FRESH_MS) kept = { value: compute(), at: now }
    return kept.value
  }
}

export interface ReportOptions {
  readonly ice: IceSettings
  readonly relays: readonly string[]
  readonly store: Store | undefined
  /** Whether the relay still accepts connections, and the shared rooms work. */
  readonly ready: () => boolean
  /** Told of every change of readiness. */
  readonly onReady: (ready: boolean) => void
}

export function createReports(sockets: RelaySockets, { ice, relays, store, ready, onReady }: ReportOptions) {
  let wasReady = true
  const readiness = async (): Promise<Answer> => {
    const works =
      ready() &&
      (await (store?.check() ?? Promise.resolve()).then(
        () => ready(),
        () => false,
      ))
    if (works !== wasReady) onReady(works)
    wasReady = works
    return works ? json({ status: 'ready' }) : json({ status: 'not ready' }, 503)
  }
  const metrics = cached(async () => ({ status: 200, ...(await sockets.figures.text()) }))
  const groups = cached(() => {
    const { sockets: open, members } = sockets.counts()
    return json({ rooms: members.length, sockets: open, members: members.toSorted((a, b) => b - a) })
  })
  const iceAnswer = (): Answer =>
    json({ iceServers: ice.stun.length === 0 ? [] : [{ urls: ice.stun }], turn: ice.turn.length > 0 })
  const open = (answer: Report['answer']): Report => ({ isPrivate: false, answer })
  const guarded = (answer: Report['answer']): Report => ({ isPrivate: true, answer })
  return new Map<string, Report>([
    ['/healthz', open(() => json({ status: 'ok' }))],
    ['/readyz', open(cached(readiness))],
    ['/metrics', guarded(metrics)],
    ['/api/metrics', guarded(cached(() => json(sockets.figures.operations())))],
    ['/api/groups', guarded(groups)],
    ['/api/ice', open(iceAnswer)],
    ['/api/relays', open(() => json({ relays }))],
  ])
}
