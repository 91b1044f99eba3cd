/** Controls shared by all charts: time window, zoom, pause, comparison. */

import { useServices, useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import { Compare } from './compare.tsx'
import { useMetricsView, useMetricsViewStore, windows } from './metrics-view.ts'
import styles from './toolbar.module.css'

export function Toolbar() {
  const { charts } = useWording()
  const metricsView = useMetricsViewStore()
  const format = useFormats()
  const windowMs = useMetricsView((state) => state.windowMs)
  const zoom = useMetricsView((state) => state.zoom)
  const { records, neighbours } = useServices()
  const frozen = useMetricsView((state) => state.frozen)
  // While paused this is the only thing that goes on counting.
  const fresh = useMetricsView((state) =>
    state.frozen === null || state.latest === 0 ? 0 : records.total - state.frozen.log.total,
  )
  const turn = (): void => {
    const others = new Map(neighbours.get().map(({ id, log }) => [id, log.copy()]))
    const now = { log: records.copy(), at: performance.now(), others }
    metricsView.setState({ frozen: frozen === null ? now : null })
  }
  return (
    <div className={styles.bar}>
      <div className={styles.windows} role="radiogroup" aria-label={charts.window}>
        {windows.map((each) => (
          <label key={each} className={styles.window} data-chosen={each === windowMs && zoom === null}>
            <input
              type="radio"
              name="window"
              checked={each === windowMs && zoom === null}
              onChange={() => metricsView.setState({ windowMs: each, zoom: null })}
            />
            {charts.windows[each]}
          </label>
        ))}
      </div>
      {zoom !== null && (
        <button type="button" onClick={() => metricsView.setState({ zoom: null })}>
          {charts.resetZoom(`${format.time(zoom.from)} – ${format.time(zoom.to)}`)}
        </button>
      )}
      <button type="button" aria-pressed={frozen !== null} onClick={turn}>
        {charts.pause}
      </button>
      <output className={styles.fresh}>
        {frozen === null ? '' : charts.fresh(format.count(fresh), fresh)}
      </output>
      <Compare />
    </div>
  )
}
