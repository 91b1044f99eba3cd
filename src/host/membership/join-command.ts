/** Validates a join command before anything is stretched or sent. */
import type { Crypto } from '../../crypto/index.ts'
import { enforceName } from '../../identity/index.ts'
import { groupIdOf, preparePassword } from '../../pake/index.ts'
import type { Command, ErrorCode } from '../page/view.ts'

export type JoinCommand = Extract<Command, { kind: 'join' }>

/** The problem with a command, or `null`. */
export const joinProblem = (crypto: Crypto, { name, group, password }: JoinCommand): ErrorCode | null => {
  const named = enforceName(name)
  if ('problem' in named) return named.problem
  const identified = groupIdOf(crypto, group)
  if ('problem' in identified) return identified.problem
  const text = preparePassword(password)
  if ('problem' in text) return text.problem
  text.prepared.wipe() // FS
  return null
}
