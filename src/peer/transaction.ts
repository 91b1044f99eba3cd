/**
 * A step at work: handlers replace slices and add effects; a rejection throws all of it away.
 *
 *   event ──> transaction ──> handlers ──> { state, effects, wakeAt }
 *                 └── Rejection: the state given, and its code
 */
import type { Secret } from '../crypto/index.ts'
import type { PeerEffect, PeerReject, PeerState, Ports } from './state.ts'

export interface Transaction {
  readonly ports: Ports
  readonly now: number
  state: PeerState
  readonly effects: PeerEffect[]
  /** Secrets that the new state does not need: wiped after it is stored. */
  readonly stale: Secret[]
}

export const begin = (ports: Ports, state: PeerState, now: number): Transaction => ({
  ports,
  now,
  state,
  effects: [],
  stale: [],
})

/** Writes one slice. Only the modules named beside the slice in `state.ts` call it for that slice. */
export const write = <K extends keyof PeerState>(tx: Transaction, slice: K, value: PeerState[K]): void => {
  if (tx.state[slice] !== value) tx.state = { ...tx.state, [slice]: value }
}

type Notice = Extract<PeerEffect, { kind: 'notice' }>

/** Something worth a line of text. */
export const notice = (
  tx: Transaction,
  code: Notice['code'],
  { member = null, name = null, by = null, count = 1 }: Partial<Omit<Notice, 'kind' | 'code'>> = {},
): void => {
  tx.effects.push({ kind: 'notice', code, member, name, by, count })
}

/** Ends the step: the state given stays, and only the code comes out. */
export class Rejection extends Error {
  override readonly name = 'Rejection'
  readonly code: PeerReject
  constructor(code: PeerReject) {
    super(code)
    this.code = code
  }
}

/** Carries out a part whose rejection costs that part alone; what the step did before stays. */
export const orReject = async (tx: Transaction, part: () => Promise<void> | void): Promise<void> => {
  const before = tx.state
  const { length } = tx.effects
  const stale = tx.stale.length
  try {
    await part()
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    tx.state = before
    tx.effects.length = length
    tx.stale.length = stale
    tx.effects.push({ kind: 'reject', code: error.code })
  }
}

/** The earliest of these times; `null` where none is set. */
export const earliest = (...times: readonly (number | null)[]): number | null => {
  const set = times.filter((time) => time !== null)
  return set.length === 0 ? null : Math.min(...set)
}
