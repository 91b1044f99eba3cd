/** The other tabs that are shown beside this one. */

import { useMemo } from 'react'
import { useServices, useWording } from '../app/context.tsx'
import type { RecordLog } from '../records/record-log.ts'
import { useValue } from '../records/store.ts'
import { useMetricsView } from './metrics-view.ts'
import type { Neighbour } from './neighbours/neighbours.ts'

/** Another tab whose figures are shown beside this one's. */
interface Compared {
  readonly id: string
  readonly label: string
  readonly color: string
  readonly log: RecordLog
}

/** The first colours are those of the tab's own series. */
const colors = [4, 5, 6, 7, 8].map((number) => `var(--series-${number})`)
export const maxCompared = colors.length

export const useNeighbours = (): readonly Neighbour[] => useValue(useServices().neighbours)

/** The chosen tabs that are still there, or that were there at the pause. */
export const useCompared = (): readonly Compared[] => {
  const words = useWording().neighbours
  const tabs = useNeighbours()
  const chosen = useMetricsView(({ compared }) => compared)
  const held = useMetricsView(({ frozen }) => frozen?.others ?? null)
  return useMemo(
    () =>
      chosen.flatMap((each, i) => {
        const tab = tabs.find(({ id }) => id === each)
        const log = held === null ? tab?.log : held.get(each)
        if (tab === undefined || log === undefined) return []
        return { id: each, label: words.tab(tab.name, each.slice(0, 4)), color: colors[i] ?? '', log }
      }),
    [words, tabs, chosen, held],
  )
}
