import { createContext, type ReactNode, use } from 'react'
import { useStore } from 'zustand'
import type { PeerClient } from '../host/index.ts'
import type { Board } from './dashboard/board.ts'
import { wordingOf } from './language.ts'
import type { MarkLog } from './marks.ts'
import type { Neighbours } from './neighbours/neighbours.ts'
import type { RecordLog } from './records/record-log.ts'
import type { TraceLog } from './records/trace-log.ts'
import type { UiState, UiStore } from './store.ts'
import type { WireLog } from './wire-log.ts'
import type { Wording } from './wording.ts'

interface Services {
  readonly client: PeerClient
  readonly store: UiStore
  readonly records: RecordLog
  readonly marks: MarkLog
  readonly traces: TraceLog
  readonly board: Board
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
