/** The Room tab: the form, the progress of joining, or the room. */

import { useUi } from '../app/context.tsx'
import { isJoining } from '../app/session.ts'
import { Ended } from './ended.tsx'
import { useEntrance } from './entrance.ts'
import { JoinForm } from './join-form.tsx'
import { JoinProgress } from './join-progress.tsx'
import { Room } from './room.tsx'

export function RoomScreen() {
  const phase = useUi(({ view }) => view.phase)
  const ended = useUi(({ session }) => session.ended)
  const entrance = useEntrance()
  if (phase === 'joined') return <Room entrance={entrance} />
  if (isJoining(phase)) return <JoinProgress phase={phase} />
  return ended === null ? <JoinForm entrance={entrance} /> : <Ended room={ended} />
}
