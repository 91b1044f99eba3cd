import { Secret } from '../crypto/index.ts'
import { evictedOf, isGone, type MemberId, maxEntries, membersOf } from '../group/index.ts'
import { stockSecrets } from '../prekeys/index.ts'
import { inGroup, sendControl } from './pairing.ts'
import { abandon } from './proving.ts'
import { type NewPassword, type PasswordChange, Rejection, reachable, type Work } from './state.ts'
import type { Control } from './wire.ts'

const repeatMs = 2_000
/** Furthest a change may be ahead of the one known here: nobody can pin the maximum. */
const maxRevisionJump = 1_024

type Told = Extract<Control, { kind: 'password' }>

const isNewer = (a: Pick<PasswordChange, 'revision' | 'by'>, b: PasswordChange): boolean =>
  a.revision !== b.revision ? a.revision > b.revision : a.by > b.by

const isSame = (a: Pick<PasswordChange, 'revision' | 'by'>, b: PasswordChange): boolean =>
  a.revision === b.revision && a.by === b.by

/** From now on only the new password gets in; runs and pre-keys under the old one end. */
const adopt = async (
  work: Work,
  change: PasswordChange,
  { verifier, publicKey }: NewPassword,
): Promise<void> => {
  for (const [member, run] of work.state.runs) if (run.state !== null) await abandon(work, member, run)
  const { verifier: before, seed, stock, refused } = work.state
  work.stale.push(before, ...stockSecrets(stock), ...(seed === null ? [] : [seed])) // FS
  work.state = {
    ...work.state,
    verifier,
    publicKey,
    seed: null,
    change,
    stock: [],
    // Who was found wrong under the old password may hold this one.
    refused: new Map([...refused].filter(([, refusal]) => refusal !== 'proof')),
    informed: new Set(),
    tellAt: work.now,
  }
}

/** This member changes the password of the group: all who are in are told, sealed to each. */
export const changePassword = async (work: Work, password: NewPassword): Promise<void> => {
  const { change, self, group, joined } = work.state
  if (!joined) throw new Rejection('group/not-a-member')
  const excludes = evictedOf(group).slice(0, maxEntries)
  await adopt(work, { revision: change.revision + 1, by: self, excludes }, password)
  await tellPassword(work)
}

/** Removes a member for good, at once with a change of password if one is given. */
export const evict = async (
  work: Work,
  { member, password }: { member: MemberId; password: NewPassword | null },
): Promise<void> => {
  await inGroup(work, { kind: 'evict', member })
  if (password !== null) await changePassword(work, password)
}

/** Another member tells the password it knows. Of two changes at once the one by the greater id stays. */
export const hearPassword = async (work: Work, from: MemberId, told: Told): Promise<void> => {
  const { change, group, informed } = work.state
  if (isGone(group.roster, from) || !group.roster.adds.has(from)) throw new Rejection('group/not-a-member')
  if (told.revision === 0 || told.revision > change.revision + maxRevisionJump)
    throw new Rejection('group/counter')
  if (isNewer(told, change)) {
    const { revision, by, excludes, verifier, publicKey } = told
    await adopt(work, { revision, by, excludes }, { verifier: new Secret(verifier), publicKey })
    work.state = { ...work.state, informed: new Set([from]) }
    const name = membersOf(group).find(({ id }) => id === by)?.name ?? null
    work.effects.push({ kind: 'notice', code: 'password-changed', member: by, name })
  } else if (isSame(told, change)) {
    work.state = { ...work.state, informed: new Set(informed).add(from) }
  }
  const { revision, by } = work.state.change
  await sendControl(work, from, { kind: 'password-held', revision, by })
}

export const notePasswordHeld = (
  work: Work,
  from: MemberId,
  held: Extract<Control, { kind: 'password-held' }>,
): void => {
  const { change, informed } = work.state
  if (isSame(held, change)) work.state = { ...work.state, informed: new Set(informed).add(from) }
}

/** Tells everybody within reach that is not known to have the latest password. */
export const tellPassword = async (work: Work): Promise<void> => {
  const { change, tellAt, joined } = work.state
  if (change.revision === 0 || !joined || work.now < tellAt) return
  work.state = { ...work.state, tellAt: work.now + repeatMs }
  const near = reachable(work.state)
  const ids = membersOf(work.state.group).map(({ id }) => id)
  for (const to of ids.filter((id) => near.has(id) && !work.state.informed.has(id))) {
    const { verifier, publicKey } = work.state
    const told = { ...change, verifier: verifier.expose().slice(), publicKey }
    await sendControl(work, to, { kind: 'password', ...told })
    told.verifier.fill(0) // FS
  }
}
