/** What every screen can reach: the client, the stores, the logs, and the texts of the chosen language. */

import { createContext, type ReactNode, use } from 'react'
import { useStore } from 'zustand'
import type { PeerClient } from '../../host/index.ts'
import type { MetricsView } from '../metrics/metrics-view.ts'
import type { Neighbours } from '../metrics/neighbours/neighbours.ts'
import type { MarkLog } from '../records/marks.ts'
import type { RecordLog } from '../records/record-log.ts'
import type { TraceLog } from '../records/trace-log.ts'
import type { WireLog } from '../records/wire-log.ts'
import type { Wording } from '../wording/index.ts'
import { wordingOf } from './language.ts'
import type { UiState, UiStore } from './store.ts'

interface Services {
  readonly client: PeerClient
  readonly store: UiStore
  readonly records: RecordLog
  readonly marks: MarkLog
  readonly traces: TraceLog
  readonly metricsView: MetricsView
  readonly wire: WireLog
  readonly neighbours: Neighbours
}

const ServicesContext = createContext<Services | null>(null)

/** `services` is made once, when the page starts. */
export function ServicesProvider({
  services,
  children,
}: {
  readonly services: Services
  readonly children: ReactNode
}) {
  return <ServicesContext value={services}>{children}</ServicesContext>
}

export const useServices = (): Services => {
  const services = use(ServicesContext)
  if (services === null) throw new Error('no ServicesProvider above')
  return services
}

export const useUi = <T,>(select: (state: UiState) => T): T => useStore(useServices().store, select)

export const useWording = (): Wording => wordingOf(useUi(({ language }) => language))
