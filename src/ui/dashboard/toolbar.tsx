import { useWording } from '../context.tsx'
import { useBoard, useBoardStore, windows } from './board.ts'
import { useFormats } from './format.ts'
import styles from './toolbar.module.css'

/** What rules all charts at once: the window, the zoom, the pause. */
export function Toolbar() {
  const { charts } = useWording()
  const board = useBoardStore()
  const format = useFormats()
  const windowMs = useBoard((state) => state.windowMs)
  const zoom = useBoard((state) => state.zoom)
  return (
    <div className={styles.bar}>
      <div className={styles.windows} role="radiogroup" aria-label={charts.window}>
        {windows.map((each) => (
          <label key={each} className={styles.window} data-chosen={each === windowMs && zoom === null}>
            <input
              type="radio"
              name="window"
              checked={each === windowMs && zoom === null}
              onChange={() => board.setState({ windowMs: each, zoom: null })}
            />
            {charts.windows[each]}
          </label>
        ))}
      </div>
      {zoom !== null && (
        <button type="button" onClick={() => board.setState({ zoom: null })}>
          {charts.resetZoom(`${format.time(zoom.from)} – ${format.time(zoom.to)}`)}
        </button>
      )}
    </div>
  )
}
