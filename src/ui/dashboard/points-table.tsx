import { Focusable } from '@ariakit/react'
import type { SeriesPoint } from '../../metrics/index.ts'
import { useWording } from '../context.tsx'
import { useFormats } from './format.ts'
import styles from './table.module.css'

interface Props {
  readonly points: readonly SeriesPoint[]
  readonly caption: string
}

/** What the chart shows, newest first. */
export function PointsTable({ points, caption }: Props) {
  const { metrics } = useWording()
  const format = useFormats()
  return (
    <Focusable role="region" aria-label={caption} className={styles.short}>
      <table className={styles.table}>
        <thead>
          <tr>
            {[metrics.time, metrics.count, metrics.errors].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">{metrics.columns.p50}</th>
            <th scope="col">{metrics.columns.p95}</th>
            <th scope="col">{metrics.columns.p99}</th>
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map(({ at, count, errors, p50, p95, p99 }) => (
            <tr key={at}>
              <th scope="row">{format.time(at)}</th>
              <td>{format.count(count)}</td>
              <td>{format.count(errors)}</td>
              <td>{format.exactMs(p50)}</td>
              <td>{format.exactMs(p95)}</td>
              <td>{format.exactMs(p99)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Focusable>
  )
}
