import type { MemberId } from '../group/index.ts'
import { secretsOf } from '../pake/index.ts'
import { active, prove } from './proving.ts'
import { needsProof, type PeerState, type Work } from './state.ts'

/** A newcomer turns to the next member when one has not answered, or not finished, for so long. */
const unansweredMs = 1_500
const unfinishedMs = 5_000
/** So many members have to find the proof wrong: one of them may be no member at all. */
const maxRefusals = 2

/** Members who were here before this one, and whom it has not turned to yet. */
const doorsOf = (state: PeerState): readonly MemberId[] => {
  const { greet, present, runs, refused } = state
  return [...greet].filter(
    (id) => present.has(id) && needsProof(state, id) && !runs.has(id) && !refused.has(id),
  )
}

const failedProofs = ({ refused }: PeerState): number =>
  [...refused.values()].filter((refusal) => refusal === 'proof').length

/** A newcomer tries one member after the other: a mistyped password is not to cost a guess at each of them. */
export const knock = async (work: Work): Promise<void> => {
  const { state, now } = work
  const waiting = [...state.runs.values()].some(
    (run) =>
      active(run) &&
      run.role === 'initiator' &&
      now - run.startedAt < (run.flow === 1 ? unansweredMs : unfinishedMs),
  )
  if (!state.online || waiting || failedProofs(state) >= maxRefusals) return
  const doors = doorsOf(state)
  if (doors.length === 0) return
  const drawn = new DataView(work.ports.crypto.random(4).buffer).getUint32(0) % doors.length
  await prove(work, doors[drawn]!)
}

/** One member has let this one in: now to all others. */
export const greetOthers = async (work: Work): Promise<void> => {
  for (const member of doorsOf(work.state)) await prove(work, member)
}

/** Why a newcomer is out, or `null` while there is hope. */
export const refusalOf = (state: PeerState): 'refused' | 'throttled' | 'other-suite' | null => {
  const { runs, refused, retryAt } = state
  if (refused.size === 0) return null
  const failed = failedProofs(state)
  // Who never answers is no hope to one whose proof was found wrong.
  const hopes = [...runs.values()].filter((run) => active(run) && (failed < maxRefusals || run.flow > 1))
  if (hopes.length > 0) return null
  if (failed < maxRefusals && doorsOf(state).length > 0) return null
  if (failed === 0 && [...refused.values()].includes('suite')) return 'other-suite'
  return retryAt === null ? 'refused' : 'throttled'
}

/** Once in, this side proves the verifier to other members; the password's seed is good for nothing but theft. */
export const forgetSeed = (work: Work): void => {
  const { seed, joined, runs } = work.state
  if (seed === null || !joined || doorsOf(work.state).length > 0) return
  if ([...runs.values()].some(({ state }) => state?.proof.kind === 'seed')) return
  work.stale.push(seed) // FS
  work.state = { ...work.state, seed: null }
}

/** The end of this member: secrets of the password and of runs that go no further. */
export const retire = (work: Work): void => {
  const { verifier, seed, runs } = work.state
  work.stale.push(verifier) // FS
  if (seed !== null) work.stale.push(seed) // FS
  for (const { state } of runs.values()) if (state !== null) work.stale.push(...secretsOf(state)) // FS
}
