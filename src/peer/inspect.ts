/**
 * What a member sees of its own protocols: counters and public ids, of epochs the first 8 digits. No key.
 */
import { currentEpoch } from '../group/index.ts'
import { sessionView } from '../ratchet/index.ts'
import type { PeerState } from './state.ts'

const short = (id: string): string => id.slice(0, 8)

export const inspectPeer = ({ pairs, group }: PeerState) => {
  const current = currentEpoch(group)
  return {
    pairs: [...pairs.pairs].flatMap(([id, { session }]) =>
      session === null ? [] : [{ id: id as string, ...sessionView(session) }],
    ),
    epochs: group.epochs.map(({ id, counter, author, members, since }) => ({
      id: short(id),
      counter,
      author: author as string,
      members: members.length,
      since,
      current: id === current?.id,
    })),
    standings: [...group.standings].map(([id, standing]) => ({
      id: id as string,
      epoch: standing.current === null ? null : short(standing.current.id),
      differs: standing.differsSince !== null,
    })),
  }
}

export type InsideView = ReturnType<typeof inspectPeer>
