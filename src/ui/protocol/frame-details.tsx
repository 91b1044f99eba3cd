import { useWording } from '../app/context.tsx'
import panel from '../shared/panel.module.css'
import styles from './protocol-screen.module.css'
import { fieldsOf, type Row, textOf } from './rows.ts'
import { useTime } from './sequence.tsx'

/** What may be told of one frame. */
export function FrameDetails({ row, asRelay }: { readonly row: Row; readonly asRelay: boolean }) {
  const { protocol } = useWording()
  const time = useTime()
  const facts: readonly (readonly [string, string])[] =
    row.kind === 'mark'
      ? [[protocol.time, time(row.at)]]
      : [
          [protocol.time, time(row.at)],
          [protocol.path, protocol.way(row.from, row.to, row.path)],
          [protocol.address, `${row.address}…`],
          [protocol.size, String(row.size)],
          [protocol.classical, String(row.classical)],
          ...fieldsOf(row, asRelay).map(([name, value]) => [name, String(value)] as const),
        ]
  const sealed = row.kind === 'frame' && ['pair', 'group message', 'pre-key answer'].includes(row.type)
  return (
    <section className={panel.panel} aria-labelledby="frame-title">
      <h2 id="frame-title" className={panel.title}>
        {textOf(row, asRelay, protocol)}
      </h2>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {sealed && <p className={styles.hint}>{asRelay ? protocol.sealedBox : protocol.sealedHint}</p>}
    </section>
  )
}
