import { type MemberId, membersOf } from '../group/index.ts'
import { countGuess } from './guesses.ts'
import type { Work } from './state.ts'

/** `member` failed to prove the password: to this side (`by` is `null`), or to another member, by its word. */
export const noteGuess = (work: Work, member: MemberId, by: MemberId | null): void => {
  const { guesses, joined, group } = work.state
  const counted = countGuess(guesses, work.now, by)
  if (counted === guesses) return
  work.state = { ...work.state, guesses: counted }
  const name = membersOf(group).find(({ id }) => id === member)?.name ?? null
  if (joined) work.effects.push({ kind: 'notice', code: 'guess-failed', member, name })
}
