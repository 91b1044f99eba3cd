/** The link to the relay, refreshed every second while the tab is visible. */

import { useEffect, useSyncExternalStore } from 'react'
import type { RelayView } from '../../host/index.ts'
import { useServices } from '../app/context.tsx'
import { useVisible } from '../app/page-state.ts'

const refreshEveryMs = 1_000

/** The link to the relay, looked at again every second while anybody can see it, and not otherwise. */
export const useRelay = (): RelayView => {
  const { relay } = useServices().client
  const visible = useVisible()
  useEffect(() => {
    if (!visible) return
    relay.refresh()
    const timer = setInterval(relay.refresh, refreshEveryMs)
    return () => clearInterval(timer)
  }, [relay, visible])
  return useSyncExternalStore(relay.subscribe, relay.view)
}
