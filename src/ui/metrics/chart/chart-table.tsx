/** The numbers of a chart, for those who do not see it or want them exact. */

import { memo } from 'react'
import { Table } from '../../shared/table.tsx'
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
  const heads = [xName, ...columns.map(({ name }) => name), ...(noted ? [noteName] : [])]
  return (
    <Table label={caption} heads={heads} height="short">
      {rows.map(({ x, values }, i) => (
        <tr key={x}>
          <th scope="row">{formatX(x)}</th>
          {columns.map(({ key, format }) => (
            <td key={key}>{format(values[key] ?? null)}</td>
          ))}
          {noted && <td>{notes[i]}</td>}
        </tr>
      ))}
    </Table>
  )
})
