/** Chooses which other tabs of this browser are shown beside this one. */

import { useWording } from '../app/context.tsx'
import { useMetricsView, useMetricsViewStore } from './metrics-view.ts'
import styles from './toolbar.module.css'
import { maxCompared, useNeighbours } from './use-compared.ts'

export function Compare() {
  const words = useWording().neighbours
  const metricsView = useMetricsViewStore()
  const tabs = useNeighbours()
  const compared = useMetricsView((state) => state.compared)
  if (tabs.length === 0) return null
  const there = compared.filter((each) => tabs.some(({ id }) => id === each))
  return (
    <fieldset className={styles.compare}>
      <legend>{words.compare}</legend>
      {tabs.map(({ id, name }) => (
        <label key={id}>
          <input
            type="checkbox"
            checked={there.includes(id)}
            disabled={!there.includes(id) && there.length >= maxCompared}
            onChange={({ target }) =>
              metricsView.setState({
                compared: target.checked ? [...there, id] : there.filter((each) => each !== id),
              })
            }
          />
          {words.tab(name, id.slice(0, 4))}
        </label>
      ))}
    </fieldset>
  )
}
