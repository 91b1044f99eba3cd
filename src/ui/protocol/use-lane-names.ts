/** What the lanes are called: members by name where they are known, by number in a recording, by address for the relay. */

import type { Lane } from '../../metrics/index.ts'
import { useUi, useWording } from '../app/context.tsx'
import type { Row } from './rows.ts'

export type LaneNames = (lane: Lane) => string

/** @param rows - all that may name a lane, older ones too */
export const useLaneNames = (
  rows: readonly Row[],
  { asRelay, recorded }: { readonly asRelay: boolean; readonly recorded: boolean },
): LaneNames => {
  const { protocol } = useWording()
  const members = useUi(({ view }) => view.members)
  const names = new Map<Lane, string>()
  for (const row of rows) {
    if (row.kind !== 'frame') continue
    const lane = row.from === 'me' ? row.to : row.from
    if (names.has(lane)) continue
    const known = recorded ? undefined : members.find(({ address }) => address.startsWith(row.address))
    if (asRelay) names.set(lane, row.address)
    else if (known !== undefined) names.set(lane, known.name)
  }
  return (lane) => names.get(lane) ?? protocol.lane(lane)
}
