/** The Room tab: the form, the progress of joining, or the room. */

import { useUi } from '../app/context.tsx'
import { isJoining } from '../app/session.ts'
import { JoinForm } from './join-form.tsx'
import { JoinProgress } from './join-progress.tsx'
import { Room } from './room.tsx'

export function RoomScreen() {
  const phase = useUi(({ view }) => view.phase)
  if (phase === 'joined') return <Room />
  return isJoining(phase) ? <JoinProgress phase={phase} /> : <JoinForm />
}
