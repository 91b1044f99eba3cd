/** A page without a Worker: what the member shows is set by the test, and what the screens ask of it is written down. */

import { render } from '@testing-library/react'
import type { ReactNode } from 'react'
import {
  emptyBenchmark,
  emptyOneToOne,
  emptyRelayView,
  emptyView,
  type PeerClient,
  type View,
} from '../../host/index.ts'
import { ServicesProvider } from '../app/context.tsx'
import { createUiStore } from '../app/store.ts'
import { createMetricsView } from '../metrics/metrics-view.ts'
import { createMarkLog } from '../records/marks.ts'
import { RecordLog } from '../records/record-log.ts'
import { createTraceLog } from '../records/trace-log.ts'
import { createWireLog } from '../records/wire-log.ts'

type Command = Parameters<PeerClient['dispatch']>[0]

const nothing = (): void => undefined
const noTabs: readonly never[] = []
const never = (): (() => void) => nothing

export const testClient = () => {
  let view: View = emptyView
  const listeners = new Set<() => void>()
  const commands: Command[] = []
  const client: PeerClient = {
    view: () => view,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    file: () => null,
    stored: () => [],
    dispatch: (command) => void commands.push(command),
    relay: { view: () => emptyRelayView, subscribe: never, refresh: nothing },
    oneToOne: { view: () => emptyOneToOne, subscribe: never, dispatch: nothing },
    benchmark: { view: () => emptyBenchmark, subscribe: never, dispatch: nothing },
    onTrace: never,
    onRecords: never,
    onFrames: never,
    watchInside: never,
    testConnection: async () => ({
      computer: 'ok',
      stun: 'not-configured',
      turn: 'not-configured',
      relay: 'ok',
    }),
    paths: async () => [],
    recordCostNs: () => null,
  }
  const show = (change: Partial<View>): void => {
    view = { ...view, ...change }
    for (const listener of listeners) listener()
  }
  return { client, show, commands }
}

/** Draws `screen` with all services of a page around it, in English. */
export const renderPage = (screen: ReactNode) => {
  const { client, show, commands } = testClient()
  const services = {
    client,
    store: createUiStore(client, 'en'),
    records: new RecordLog(),
    marks: createMarkLog(),
    traces: createTraceLog(),
    wire: createWireLog(),
    neighbours: { get: () => noTabs, subscribe: never, follow: never },
    metricsView: createMetricsView(0),
  }
  const shown = render(<ServicesProvider services={services}>{screen}</ServicesProvider>)
  return { ...shown, show, commands, store: services.store }
}
