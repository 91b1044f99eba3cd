/** The screens beside the room, fetched apart: at once when they are opened, and early, for the relay may be gone later. */

import * as Ariakit from '@ariakit/react'
import { type ComponentType, useEffect, useState } from 'react'
import styles from './app.module.css'
import { useWording } from './context.tsx'
import { FailureBoundary } from './failure-boundary.tsx'
import { type Tab, useTab } from './page-state.ts'

type LaboratoryTab = Exclude<Tab, 'room'>

const screens: Readonly<Record<LaboratoryTab, () => Promise<ComponentType>>> = {
  metrics: async () => (await import('../metrics/metrics-screen.tsx')).MetricsScreen,
  protocol: async () => (await import('../protocol/protocol-screen.tsx')).ProtocolScreen,
  benchmark: async () => (await import('../benchmark/benchmark-screen.tsx')).BenchmarkScreen,
  relay: async () => (await import('../relay/relay-screen.tsx')).RelayScreen,
  'one-to-one': async () => (await import('../one-to-one/one-to-one-screen.tsx')).OneToOneScreen,
}

/** The page is usable by then, and nothing waits for the network. */
const earlyMs = 1_000

export function LaboratoryPanel({ tab }: { readonly tab: LaboratoryTab }) {
  const words = useWording()
  const failed = tab === 'one-to-one' ? words.errors['host/failed'] : words[tab].failed
  const wanted = useTab() === tab
  const Screen = useScreen(tab, wanted)
  return (
    <Ariakit.TabPanel tabId={tab} className={styles.panel} focusable={false} unmountOnHide>
      <FailureBoundary message={failed}>
        {Screen === 'failed' && <p role="alert">{failed}</p>}
        {typeof Screen === 'function' && <Screen />}
      </FailureBoundary>
    </Ariakit.TabPanel>
  )
}

function useScreen(tab: LaboratoryTab, wanted: boolean): ComponentType | 'failed' | null {
  const [screen, setScreen] = useState<{ readonly component: ComponentType } | null>(null)
  const [failed, setFailed] = useState(false)
  const missing = screen === null
  useEffect(() => {
    if (!missing) return
    const load = (): void =>
      void screens[tab]().then(
        (component) => setScreen({ component }),
        // Opening the tab tries again.
        () => setFailed(wanted),
      )
    if (wanted) return load()
    const timer = setTimeout(load, earlyMs)
    return () => clearTimeout(timer)
  }, [missing, wanted, tab])
  return screen?.component ?? (failed ? 'failed' : null)
}
