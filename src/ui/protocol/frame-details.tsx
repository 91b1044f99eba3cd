/** Everything that may be shown of one frame. */

import { useWording } from '../app/context.tsx'
import { FactList } from '../shared/fact-list.tsx'
import { useFormats } from '../shared/format.ts'
import { Panel } from '../shared/panel.tsx'
import screen from '../shared/screen.module.css'
import { fieldsOf, type Row, textOf } from './rows.ts'
import type { LaneNames } from './use-lane-names.ts'

const sealedTypes: ReadonlySet<string> = new Set(['pair', 'group message', 'pre-key answer', 'letter'])

interface Props {
  readonly row: Row
  readonly asRelay: boolean
  readonly names: LaneNames
}

export function FrameDetails({ row, asRelay, names }: Props) {
  const { protocol, frames } = useWording()
  const { preciseTime: time } = useFormats()
  const facts: readonly (readonly [string, string])[] =
    row.kind === 'mark'
      ? [[protocol.time, time(row.at)]]
      : [
          [protocol.time, time(row.at)],
          [protocol.path, protocol.way(names(row.from), names(row.to), row.path)],
          [protocol.address, `${row.address}…`],
          [protocol.size, String(row.size)],
          [protocol.classical, String(row.classical)],
          ...fieldsOf(row, asRelay).map(([name, value]) => [name, String(value)] as const),
        ]
  const sealed = row.kind === 'frame' && sealedTypes.has(row.type)
  const meanings =
    row.kind === 'mark'
      ? []
      : [frames.types[row.type], asRelay || row.inside === null ? undefined : frames.insides[row.inside]]
  return (
    <Panel title={textOf(row, asRelay, { marks: protocol.marks, lane: names })}>
      {meanings
        .filter((meaning) => meaning !== undefined)
        .map((meaning) => (
          <p key={meaning}>{meaning}</p>
        ))}
      <FactList facts={facts} />
      {sealed && <p className={screen.hint}>{asRelay ? protocol.sealedBox : protocol.sealedHint}</p>}
    </Panel>
  )
}
