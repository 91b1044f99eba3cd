/** Pauses the sequence, steps through it, and saves or opens a recording. */

import { useRef, useState } from 'react'
import { useWording } from '../app/context.tsx'
import { download } from '../shared/download.ts'
import screen from '../shared/screen.module.css'
import styles from './protocol-screen.module.css'
import { readTrace, type TraceProblem, traceText } from './trace-file.ts'
import type { Replay } from './use-replay.ts'

export function ReplayBar({ replay }: { readonly replay: Replay }) {
  const { protocol } = useWording()
  const { held, events, fresh } = replay
  const [problem, setProblem] = useState<TraceProblem | null>(null)
  const file = useRef<HTMLInputElement>(null)
  const open = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return
    const read = readTrace(await chosen.text())
    setProblem('problem' in read ? read.problem : null)
    if ('events' in read) replay.load(read.events)
  }
  return (
    <div className={screen.bar}>
      <button
        type="button"
        aria-pressed={held !== null}
        onClick={held === null ? replay.hold : replay.follow}
      >
        {held === null ? protocol.pause : protocol.follow}
      </button>
      {held !== null && (
        <>
          <button type="button" disabled={held.at === 0} onClick={() => replay.goTo(held.at - 1)}>
            {protocol.stepBack}
          </button>
          <button
            type="button"
            disabled={held.at === held.events.length}
            onClick={() => replay.goTo(held.at + 1)}
          >
            {protocol.stepForward}
          </button>
          <button type="button" disabled={held.events.length === 0} onClick={replay.play}>
            {held.playing ? protocol.stop : protocol.replay}
          </button>
          <input
            type="range"
            className={styles.position}
            aria-label={protocol.position}
            min={0}
            max={held.events.length}
            value={held.at}
            onChange={({ target }) => replay.goTo(Number(target.value))}
          />
          <span>{protocol.positionOf(held.at, held.events.length)}</span>
          {held.loaded ? <span>{protocol.fromFile}</span> : fresh > 0 && <span>{protocol.fresh(fresh)}</span>}
        </>
      )}
      <button
        type="button"
        disabled={events.length === 0}
        onClick={() =>
          download('mlwe-pake-trace.json', new Blob([traceText(events)], { type: 'application/json' }))
        }
      >
        {protocol.save}
      </button>
      <button type="button" onClick={() => file.current?.click()}>
        {protocol.open}
      </button>
      <input
        ref={file}
        type="file"
        hidden
        accept=".json,application/json"
        aria-label={protocol.open}
        onChange={({ target }) => {
          void open(target.files?.[0])
          target.value = ''
        }}
      />
      {problem !== null && <p role="alert">{protocol.problems[problem]}</p>}
    </div>
  )
}
