/** The sequence of frames as a table, newest first. */

import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import table from '../shared/table.module.css'
import { Table } from '../shared/table.tsx'
import styles from './protocol-screen.module.css'
import { fieldsOf, type Row, textOf } from './rows.ts'

export function FramesTable({ rows, asRelay }: { readonly rows: readonly Row[]; readonly asRelay: boolean }) {
  const { protocol } = useWording()
  const { preciseTime: time } = useFormats()
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
              {textOf(row, asRelay, protocol)}
            </td>
          ) : (
            <>
              <td className={table.words}>{textOf(row, asRelay, protocol)}</td>
              <td>{protocol.lane(row.from)}</td>
              <td>{asRelay && row.to !== 'me' ? row.address : protocol.lane(row.to)}</td>
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
