/** The Protocol tab: what goes over the wire, and where each protocol stands. */

import { useState } from 'react'
import { useWording } from '../app/context.tsx'
import { Choice } from '../shared/choice.tsx'
import { useFormats } from '../shared/format.ts'
import screen from '../shared/screen.module.css'
import { exchangesOf } from './exchanges.ts'
import { FrameDetails } from './frame-details.tsx'
import { FramesTable } from './frames-table.tsx'
import { Inside } from './inside.tsx'
import styles from './protocol-screen.module.css'
import { ReplayBar } from './replay-bar.tsx'
import { matches, relayRows } from './rows.ts'
import { maxArrows, Sequence, type Side } from './sequence.tsx'
import { useLaneNames } from './use-lane-names.ts'
import { useReplay } from './use-replay.ts'

/** Older ones are reached by the filter. */
const maxRows = 200
const sides: readonly Side[] = ['me', 'both', 'relay']

export function ProtocolScreen() {
  const { protocol } = useWording()
  const { clock } = useFormats()
  const replay = useReplay()
  const [side, setSide] = useState<Side>('both')
  const [asTable, setAsTable] = useState(false)
  const [filter, setFilter] = useState('')
  const [followed, setFollowed] = useState('all')
  const [selected, setSelected] = useState<number | null>(null)
  const asRelay = side === 'relay'
  const names = useLaneNames(replay.events, { asRelay, recorded: replay.held?.loaded === true })
  const words = { marks: protocol.marks, lane: names }
  const exchanges = exchangesOf(replay.events)
  const exchange = exchanges.find(({ id }) => String(id) === followed)
  const passing = asRelay ? relayRows(exchange?.rows ?? replay.events) : (exchange?.rows ?? replay.events)
  const found = passing.filter((row) => matches(row, filter, asRelay, words))
  const shown = found.slice(asTable ? -maxRows : -maxArrows)
  const chosen = shown.find(({ id }) => id === selected)
  return (
    <div className={`${screen.screen} ${styles.screen}`}>
      <h1>{protocol.title}</h1>
      <p className={screen.hint}>{asRelay ? protocol.relayLead : protocol.lead}</p>
      <div className={`${screen.bar} ${styles.bar}`}>
        <fieldset aria-label={protocol.view} className={styles.sides}>
          {sides.map((one) => (
            <button key={one} type="button" aria-pressed={side === one} onClick={() => setSide(one)}>
              {protocol.sides[one]}
            </button>
          ))}
        </fieldset>
        <Choice
          label={protocol.followOne}
          value={exchange === undefined ? 'all' : followed}
          options={[
            ['all', protocol.everything],
            ...exchanges.map(
              ({ id, kind, peer, rows }) =>
                [String(id), `${protocol.exchanges[kind](names(peer))}, ${clock(rows[0]?.at ?? 0)}`] as const,
            ),
          ]}
          onChange={setFollowed}
        />
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
      {shown.length > 0 && asTable && <FramesTable rows={shown} asRelay={asRelay} names={names} />}
      {shown.length > 0 && !asTable && (
        <div className={styles.split}>
          <Sequence rows={shown} side={side} names={names} selected={selected} onSelect={setSelected} />
          {chosen !== undefined && <FrameDetails row={chosen} asRelay={asRelay} names={names} />}
        </div>
      )}
      {!asRelay && <Inside events={replay.events} />}
    </div>
  )
}
