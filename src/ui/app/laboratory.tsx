/** The screens beside the room, fetched apart. */

import * as Ariakit from '@ariakit/react'
import type { ComponentType } from 'react'
import { type Part, partOf, useLoaded } from '../shared/loaded.ts'
import styles from './app.module.css'
import { useWording } from './context.tsx'
import { FailureBoundary } from './failure-boundary.tsx'
import { type Tab, useTab } from './page-state.ts'

type LaboratoryTab = Exclude<Tab, 'room'>

const screens: Readonly<Record<LaboratoryTab, Part<ComponentType>>> = {
  metrics: partOf(async () => (await import('../metrics/metrics-screen.tsx')).MetricsScreen),
  protocol: partOf(async () => (await import('../protocol/protocol-screen.tsx')).ProtocolScreen),
  benchmark: partOf(async () => (await import('../benchmark/benchmark-screen.tsx')).BenchmarkScreen),
  relay: partOf(async () => (await import('../relay/relay-screen.tsx')).RelayScreen),
  'one-to-one': partOf(async () => (await import('../one-to-one/one-to-one-screen.tsx')).OneToOneScreen),
}

export function LaboratoryPanel({ tab }: { readonly tab: LaboratoryTab }) {
  const words = useWording()
  const failed = tab === 'one-to-one' ? words.errors['host/failed'] : words[tab].failed
  const wanted = useTab() === tab
  const Screen = useLoaded(screens[tab], wanted)
  return (
    <Ariakit.TabPanel tabId={tab} className={styles.panel} focusable={false} unmountOnHide>
      <FailureBoundary message={failed}>
        {Screen === 'failed' && <p role="alert">{failed}</p>}
        {typeof Screen === 'function' && <Screen />}
      </FailureBoundary>
    </Ariakit.TabPanel>
  )
}
