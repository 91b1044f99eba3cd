import { currentEpoch } from '../group/index.ts'
import { sessionView } from '../ratchet/index.ts'
import type { PeerState } from './state.ts'

const short = (id: string): string => id.slice(0, 8)

/** What a member sees of its own protocols: counters and public ids, of epochs the first 8 digits. No key. */
export const inspectPeer = ({ pairs, group }: PeerState) => {
  const current = currentEpoch(group)
  return {
    pairs: [...pairs].map(([id, { session }]) => ({ id, ...sessionView(session) })),
    epochs: group.epochs.map(({ id, counter, author, members, since }) => ({
      id: short(id),
      counter,
      author,
      members: members.length,
      since,
      current: id === current?.id,
    })),
    standings: [...group.heads].map(([id, standing]) => ({
      id,
      epoch: standing.current === null ? null : short(standing.current),
      differs: standing.differsSince !== null,
    })),
  }
}
