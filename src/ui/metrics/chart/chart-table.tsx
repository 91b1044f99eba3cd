import { Focusable } from '@ariakit/react'
import { memo } from 'react'
import styles from '../../shared/table.module.css'
import type { Column, Row } from './chart.ts'

interface Props {
  readonly caption: string
  readonly xName: string
  readonly formatX: (x: number) => string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** What else is known of an x: events, throttling. */
  readonly noteName: string
  readonly noteOf: (x: number) => string
}

/** What the chart shows, in the order given. */
export const ChartTable = memo(function ChartTable(props: Props) {
  const { caption, xName, formatX, columns, rows, noteName, noteOf } = props
  const notes = rows.map(({ x }) => noteOf(x))
  const noted = notes.some((note) => note !== '')
  return (
    <Focusable role="region" aria-label={caption} className={styles.short}>
      <table className={styles.table} aria-label={caption}>
        <thead>
          <tr>
            <th scope="col">{xName}</th>
            {columns.map(({ key, name }) => (
              <th key={key} scope="col">
                {name}
              </th>
            ))}
            {noted && <th scope="col">{noteName}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ x, values }, i) => (
            <tr key={x}>
              <th scope="row">{formatX(x)}</th>
              {columns.map(({ key, format }) => (
                <td key={key}>{format(values[key] ?? null)}</td>
              ))}
              {noted && <td>{notes[i]}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </Focusable>
  )
})
