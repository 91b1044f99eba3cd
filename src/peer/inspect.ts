import { currentEpoch } from '../group/index.ts'
import { sessionView } from '../ratchet/index.ts'
import type { PeerState } from './state.ts'

/** What a member sees of its own protocols: counters and public ids, no key. */
export interface InsideView {
  readonly pairs: readonly {
    /** 32 hexadecimal digits. */
    readonly id: string
    readonly turnsSent: number
    readonly turnsReceived: number
    /** Messages of the chains of now. */
    readonly sent: number
    readonly received: number
    readonly skipped: number
    /** The other side has not answered the latest turn yet. */
    readonly awaitingAck: boolean
  }[]
  /** Held epochs, oldest first. `id`: its first 8 hexadecimal digits. */
  readonly epochs: readonly {
    readonly id: string
    readonly counter: number
    readonly author: string
    readonly members: number
    /** Milliseconds since 1970. */
    readonly since: number
    readonly current: boolean
  }[]
  /** The epoch that each member told of last. */
  readonly standings: readonly {
    readonly id: string
    readonly epoch: string | null
    readonly differs: boolean
  }[]
}

const short = (id: string): string => id.slice(0, 8)

export const inspectPeer = ({ pairs, group }: PeerState): InsideView => {
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
