/** One stay in a group as the page remembers it, from the form to the room and back. */

import type { ErrorView, Phase, View } from '../../host/index.ts'
import type { JoiningPhase } from '../wording/index.ts'

/** What the page remembers of one stay in a group, and the views do not say. */
export interface Session {
  readonly joined: boolean
  /** Whether anybody else was there at any time. */
  readonly metOthers: boolean
  /** The room as it was when somebody else ended this membership: what was read stays until it is discarded. */
  readonly ended: View | null
}

export const newSession: Session = { joined: false, metOthers: false, ended: null }

const joining: ReadonlySet<Phase> = new Set<JoiningPhase>(['hardening', 'finding', 'proving', 'agreeing'])
export const isJoining = (phase: Phase): phase is JoiningPhase => joining.has(phase)

export const followSession = (session: Session, before: View, after: View): Session => {
  const fresh = isJoining(after.phase) && !isJoining(before.phase)
  const { joined, metOthers, ended } = fresh ? newSession : session
  const inRoom = after.phase === 'joined'
  const next: Session = {
    joined: joined || inRoom,
    metOthers: metOthers || (inRoom && after.members.length > 1),
    ended: before.phase === 'joined' && after.removal !== null ? before : ended,
  }
  const isSame =
    next.joined === session.joined && next.metOthers === session.metOthers && next.ended === session.ended
  return isSame ? session : next
}

/** The code to tell the user of, with the time from which another try makes sense. */
export const errorOf = ({ phase, error }: View): ErrorView | null => {
  if (error !== null) return error
  if (phase === 'refused') return { code: 'pake/failed', retryAt: null }
  return phase === 'failed' ? { code: 'host/failed', retryAt: null } : null
}
