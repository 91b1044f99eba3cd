/** The Protocol tab: what goes over the wire, and where each protocol stands. */

import { useState } from 'react'
import { useWording } from '../app/context.tsx'
import screen from '../shared/screen.module.css'
import { FrameDetails } from './frame-details.tsx'
import { FramesTable } from './frames-table.tsx'
import { Inside } from './inside.tsx'
import styles from './protocol-screen.module.css'
import { ReplayBar } from './replay-bar.tsx'
import { matches, relayRows } from './rows.ts'
import { maxArrows, Sequence } from './sequence.tsx'
import { useReplay } from './use-replay.ts'

/** Older ones are reached by the filter. */
const maxRows = 200

export function ProtocolScreen() {
  const { protocol } = useWording()
  const replay = useReplay()
  const [asRelay, setAsRelay] = useState(false)
  const [asTable, setAsTable] = useState(false)
  const [filter, setFilter] = useState('')
  const [selected, setSelected] = useState<number | null>(null)
  const passing = asRelay ? relayRows(replay.events) : replay.events
  const found = passing.filter((row) => matches(row, filter, asRelay, protocol))
  const shown = found.slice(asTable ? -maxRows : -maxArrows)
  const chosen = shown.find(({ id }) => id === selected)
  return (
    <div className={`${screen.screen} ${styles.screen}`}>
      <h1>{protocol.title}</h1>
      <p className={screen.hint}>{asRelay ? protocol.relayLead : protocol.lead}</p>
      <div className={`${screen.bar} ${styles.bar}`}>
        <label>
          <input type="checkbox" checked={asRelay} onChange={({ target }) => setAsRelay(target.checked)} />{' '}
          {protocol.relayView}
        </label>
        <label>
          <input type="checkbox" checked={asTable} onChange={({ target }) => setAsTable(target.checked)} />{' '}
          {protocol.viewAsTable}
        </label>
        <input
          type="search"
          aria-label={protocol.filter}
          placeholder={protocol.filter}
          value={filter}
          onChange={({ target }) => setFilter(target.value)}
        />
        <span>{protocol.shown(shown.length, passing.length)}</span>
      </div>
      <ReplayBar replay={replay} />
      {shown.length === 0 && <p>{protocol.empty}</p>}
      {shown.length > 0 && asTable && <FramesTable rows={shown} asRelay={asRelay} />}
      {shown.length > 0 && !asTable && (
        <div className={styles.split}>
          <Sequence rows={shown} asRelay={asRelay} selected={selected} onSelect={setSelected} />
          {chosen !== undefined && <FrameDetails row={chosen} asRelay={asRelay} />}
        </div>
      )}
      {!asRelay && <Inside events={replay.events} />}
    </div>
  )
}
