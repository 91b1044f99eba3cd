import { createContext, type ReactNode, use, useMemo } from 'react'
import { useStore } from 'zustand'
import type { PeerClient } from '../host/index.ts'
import { wordingOf } from './language.ts'
import type { RecordLog } from './records/record-log.ts'
import type { UiState, UiStore } from './store.ts'
import type { Wording } from './wording.ts'

interface Services {
  readonly client: PeerClient
  readonly store: UiStore
  readonly records: RecordLog
}

const ServicesContext = createContext<Services | null>(null)

export function ServicesProvider({
  client,
  store,
  records,
  children,
}: Services & { readonly children: ReactNode }) {
  const services = useMemo(() => ({ client, store, records }), [client, store, records])
  return <ServicesContext value={services}>{children}</ServicesContext>
}

export const useServices = (): Services => {
  const services = use(ServicesContext)
  if (services === null) throw new Error('no ServicesProvider above')
  return services
}

export const useUi = <T,>(select: (state: UiState) => T): T => useStore(useServices().store, select)

export const useWording = (): Wording => wordingOf(useUi(({ language }) => language))
