/** The sequence of frames as a table, newest first. */

import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import table from '../shared/table.module.css'
import { Table } from '../shared/table.tsx'
import styles from './protocol-screen.module.css'
import { fieldsOf, type Row, textOf } from './rows.ts'
import type { LaneNames } from './use-lane-names.ts'

interface Props {
  readonly rows: readonly Row[]
  readonly asRelay: boolean
  readonly names: LaneNames
}

export function FramesTable({ rows, asRelay, names }: Props) {
  const { protocol } = useWording()
  const { preciseTime: time } = useFormats()
  const words = { marks: protocol.marks, lane: names }
  const heads = [
    protocol.time,
    protocol.type,
    protocol.from,
    protocol.to,
    protocol.path,
    protocol.size,
    protocol.classical,
    protocol.fields,
  ]
  return (
    <Table label={protocol.frames} heads={heads} role="region">
      {rows.toReversed().map((row) => (
        <tr key={row.id}>
          <th scope="row">{time(row.at)}</th>
          {row.kind === 'mark' ? (
            <td className={styles.mark} colSpan={7}>
              {textOf(row, asRelay, words)}
            </td>
          ) : (
            <>
              <td className={table.words}>{textOf(row, asRelay, words)}</td>
              <td>{names(row.from)}</td>
              <td>{names(row.to)}</td>
              <td>{protocol.paths[row.path]}</td>
              <td>{row.size}</td>
              <td>{row.classical}</td>
              <td className={table.words}>
                {fieldsOf(row, asRelay)
                  .map(([name, value]) => `${name} ${value}`)
                  .join(', ')}
              </td>
            </>
          )}
        </tr>
      ))}
    </Table>
  )
}
