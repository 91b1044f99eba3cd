/** Validates a join command before anything is stretched or sent. */

import { utf8 } from '../../codec/index.ts'
import { maxNameBytes } from '../../group/index.ts'
import { preparePassword, suiteOf } from '../../pake/index.ts'
import type { Command, ErrorCode } from '../page/view.ts'

export type JoinCommand = Extract<Command, { kind: 'join' }>

const maxGroupBytes = 128

/** The problem with a command, or `null`. */
export const joinProblem = ({ name, group, password, suite }: JoinCommand): ErrorCode | null => {
  if (name.trim().length === 0) return 'join/empty-name'
  if (utf8(name.trim()).length > maxNameBytes) return 'join/long-name'
  if (group.trim().length === 0) return 'join/empty-group'
  if (utf8(group.trim()).length > maxGroupBytes) return 'join/long-group'
  if (suiteOf(suite) === null) return 'join/unknown-suite'
  const text = preparePassword(password)
  if ('problem' in text) return text.problem
  text.prepared.wipe() // FS
  return null
}
