/** The Room tab: the form, the progress of joining, or the room. */

import { useUi, useWording } from '../app/context.tsx'
import { isJoining } from '../app/session.ts'
import { partOf, useLoaded } from '../shared/loaded.ts'
import { useEntrance } from './entrance.ts'
import { JoinForm } from './join-form.tsx'
import { JoinProgress } from './join-progress.tsx'

/** Fetched apart: getting in takes longer. */
export const roomParts = partOf(() => import('./room-parts.ts'))

export function RoomScreen() {
  const phase = useUi(({ view }) => view.phase)
  const ended = useUi(({ session }) => session.ended)
  const { room } = useWording()
  const entrance = useEntrance()
  const joining = isJoining(phase)
  const parts = useLoaded(roomParts, joining || phase === 'joined' || ended !== null)
  if (joining) return <JoinProgress phase={phase} />
  if (phase !== 'joined' && ended === null) return <JoinForm entrance={entrance} />
  if (parts === 'failed') return <p role="alert">{room.failed}</p>
  if (parts === null) return null
  return ended === null || phase === 'joined' ? (
    <parts.Room entrance={entrance} />
  ) : (
    <parts.Ended room={ended} />
  )
}
