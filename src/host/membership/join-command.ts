/** Validates a join command before anything is stretched or sent. */
import { utf8 } from '../../codec/index.ts'
import { enforceName } from '../../identity/index.ts'
import { preparePassword } from '../../pake/index.ts'
import type { Command, ErrorCode } from '../page/view.ts'

export type JoinCommand = Extract<Command, { kind: 'join' }>

const maxGroupBytes = 128

/** The problem with a command, or `null`. */
export const joinProblem = ({ name, group, password }: JoinCommand): ErrorCode | null => {
  const named = enforceName(name)
  if ('problem' in named) return named.problem
  if (group.trim().length === 0) return 'join/empty-group'
  if (utf8(group.trim()).length > maxGroupBytes) return 'join/long-group'
  const text = preparePassword(password)
  if ('problem' in text) return text.problem
  text.prepared.wipe() // FS
  return null
}
