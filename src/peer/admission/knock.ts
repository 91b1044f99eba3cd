/**
 * Whom a newcomer asks, and when: the inviter first, then the oldest, one at a time.
 *
 *   address ──flow 1──> 1.5 s without a valid flow 2 ──> next address
 *              └──flow 2, 3──> flow 4 is waited for ──right──> 4 s for the roster ──> next address
 *                                                  └──wrong──> refused; next address
 *
 * Who was refused so often that the next refusal costs minutes waits longer for each: 8 s, and 30 s in all.
 *
 * Strangers may answer a flow 2 and say no more. So patience ends 5 s after the first knock: from then on another
 * address is asked every 100 ms, whatever the others do. 64 of them cost 11.4 s.
 */
import type { Address } from '../../identity/index.ts'
import { isPresent } from '../room.ts'
import type { PeerState } from '../state.ts'
import { earliest, type Transaction } from '../transaction.ts'
import { openRun, patientUntil } from './guest.ts'
import { isOwnLevelScarce, ownLevelAllowedAt } from './ledger.ts'
import { setGuest, setJoining } from './slice.ts'
import { type Asked, type GuestRun, type Joining, putBounded } from './state.ts'

const silentMs = 1_500
/** The same while the own level is spent: a quick answer of another room is not to take the one proof that is left. */
const scarceSilentMs = 8_000
const hurriedMs = 100
/** From flow 5 to A4. */
const enteringMs = 4_000
/** The wait before an address is asked again that gave no answer: 2, 4, 8, 16, 30 s. */
const firstPauseMs = 2_000
const lastPauseMs = 30_000
/** What "busy" may ask for. */
const leastBusyMs = 2_000
const mostBusyMs = 60_000
const maxAsked = 1_024
/** The relay says within this who has a mailbox. */
const ownersMs = 2_000

const pauseAfter = (tries: number): number =>
  Math.min(firstPauseMs * 2 ** Math.max(0, tries - 1), lastPauseMs)

/** Present addresses in the order in which they are asked. */
const inOrder = (state: PeerState, { invitation }: Joining): readonly Address[] => {
  const present = [...state.room.present.keys()]
  const inviter = invitation?.address
  if (inviter === undefined || !state.room.present.has(inviter)) return present
  return [inviter, ...present.filter((address) => address !== inviter)]
}

const isLive = ({ stage }: GuestRun): boolean => stage.kind !== 'over'

/** Addresses that may be asked, now or later. */
const askable = (state: PeerState, joining: Joining): readonly Address[] =>
  inOrder(state, joining).filter((address) => {
    const run = state.admission.guests.get(address)
    return !joining.refused.has(address) && (run === undefined || !isLive(run))
  })

/** Until when this run alone keeps the newcomer from asking the next; `null`: it does not. */
const heldBackUntil = (
  { stage, since, startedAt, blocks, until }: GuestRun,
  { patience, silence }: { patience: number; silence: number },
): number | null => {
  switch (stage.kind) {
    case 'opened':
      return blocks ? Math.min(startedAt + silence, patience) : null
    case 'held':
    case 'proving':
      return blocks ? Math.min(until, patience) : null
    case 'shown':
      return since + enteringMs
    case 'entering':
      return since + enteringMs
    case 'over':
      return null
  }
}

/** When the next address may be asked, as far as the runs that are open say. */
const nextAt = (state: PeerState, joining: Joining, now: number): number => {
  const { askingSince, openedAt } = joining
  if (askingSince === null || openedAt === null) return now
  const patience = patientUntil(state, now)
  const silence = isOwnLevelScarce(state, now) ? scarceSilentMs : silentMs
  const holds = [...state.admission.guests.values()]
    .filter(({ proof }) => proof === 'password')
    .map((run) => heldBackUntil(run, { patience, silence }) ?? now)
  const hurried = now >= patience ? openedAt + hurriedMs : now
  return Math.max(now, hurried, ...holds)
}

/** Whether this newcomer still needs somebody who lets it in. */
const isKnocking = (state: PeerState): boolean => {
  const { joining } = state.admission
  return joining !== null && joining.inSince === null && state.room.online
}

/**
 * When the first address may be asked. With nobody older here the room is this newcomer's to open, unless the relay
 * names mailboxes: younger ones are not asked before that is known, or the relay was given its time to say so.
 */
const firstAt = ({ room: { older, owners, openedAt } }: PeerState): number =>
  older.size > 0 || owners !== null || openedAt === null ? 0 : openedAt + ownersMs

const readyAt = (joining: Joining, address: Address): number => joining.asked.get(address)?.notBefore ?? 0

const triesOf = (joining: Joining, address: Address): number => joining.asked.get(address)?.tries ?? 0

/** How often each refused and was asked by now: what the order keeps when all else begins again. */
export const soFar = (joining: Joining): Joining['former'] => {
  const { former, refused, asked } = joining
  const known = new Set([...former.keys(), ...asked.keys()])
  return new Map(
    [...known].slice(-maxAsked).map((address) => {
      const { refusals, tries } = former.get(address) ?? { refusals: 0, tries: 0 }
      const isRefused = refused.has(address) ? 1 : 0
      return [address, { refusals: refusals + isRefused, tries: tries + triesOf(joining, address) }]
    }),
  )
}

/** Of two addresses, the one to ask first: it refused less often, then it was asked less often. */
const compare = (joining: Joining) => {
  const { former, invitation } = joining
  const refusals = (address: Address): number => former.get(address)?.refusals ?? 0
  // The inviter is the first again whenever the user asks again.
  const before = (address: Address): number =>
    address === invitation?.address ? 0 : (former.get(address)?.tries ?? 0)
  const tries = (address: Address): number => before(address) + triesOf(joining, address)
  return (one: Address, other: Address): number =>
    refusals(one) - refusals(other) || tries(one) - tries(other)
}

const ask = async (tx: Transaction, joining: Joining, address: Address): Promise<void> => {
  const before = joining.asked.get(address)
  const asked: Asked = {
    firstAt: before?.firstAt ?? tx.now,
    tries: (before?.tries ?? 0) + 1,
    notBefore: tx.now,
    busy: false,
    answered: before?.answered ?? false,
  }
  setJoining(tx, {
    askingSince: joining.askingSince ?? tx.now,
    openedAt: tx.now,
    asked: putBounded(joining.asked, address, asked, maxAsked),
  })
  await openRun(tx, address, 'password')
}

/** Asks the next address, if it is time. */
export const tickKnocking = async (tx: Transaction): Promise<void> => {
  const { joining } = tx.state.admission
  if (joining === null || !isKnocking(tx.state)) return
  if (firstAt(tx.state) > tx.now) return
  if (nextAt(tx.state, joining, tx.now) > tx.now || ownLevelAllowedAt(tx.state, tx.now) > tx.now) return
  const ready = askable(tx.state, joining).filter((address) => readyAt(joining, address) <= tx.now)
  // The one asked least: silent addresses that are older do not keep the others from being asked.
  const [next] = ready.sort(compare(joining))
  if (next !== undefined) await ask(tx, joining, next)
}

export const wakeAtKnocking = (state: PeerState, now: number): number | null => {
  const { joining } = state.admission
  if (joining === null || !isKnocking(state)) return null
  const ready = earliest(...askable(state, joining).map((address) => readyAt(joining, address)))
  if (ready === null) return null
  return Math.max(ready, firstAt(state), nextAt(state, joining, now), ownLevelAllowedAt(state, now))
}

/** An address that gave no answer is left alone for a while. */
export const leaveAlone = (tx: Transaction, address: Address): void => {
  const { joining } = tx.state.admission
  const asked = joining?.asked.get(address)
  if (joining == null || asked === undefined) return
  const notBefore = Math.max(asked.notBefore, tx.now + pauseAfter(asked.tries))
  setJoining(tx, { asked: new Map(joining.asked).set(address, { ...asked, notBefore }) })
}

/** The relay could not hand a flow over: nobody waits for that address. */
export const stopWaiting = (tx: Transaction, address: Address): void => {
  const run = tx.state.admission.guests.get(address)
  if (run === undefined || run.proof !== 'password' || run.stage.kind !== 'opened') {
    if (run !== undefined && isLive(run)) setGuest(tx, address, { ...run, blocks: false })
    return
  }
  setGuest(tx, address, null)
  leaveAlone(tx, address)
}

/**
 * "Not now." Nobody vouches for the hint, so it ends nothing: the next is asked meanwhile, and this one again after at
 * most a minute.
 */
export const heedBusy = (tx: Transaction, address: Address, run: GuestRun, retryAfterMs: number): void => {
  if (run.stage.kind !== 'opened' && run.stage.kind !== 'proving') return
  const notBefore = tx.now + Math.min(Math.max(retryAfterMs, leastBusyMs), mostBusyMs)
  // Flow 1 is not repeated meanwhile.
  const sent = run.stage.kind === 'opened' ? { ...run.sent, times: Number.POSITIVE_INFINITY } : run.sent
  setGuest(tx, address, { ...run, sent, blocks: false, until: Math.min(run.until, notBefore) })
  const { joining } = tx.state.admission
  const asked = joining?.asked.get(address)
  if (joining == null || asked === undefined) return
  setJoining(tx, { asked: new Map(joining.asked).set(address, { ...asked, notBefore, busy: true }) })
}

/** A newcomer's runs with addresses that left before they answered. */
export const dropAbsent = (tx: Transaction): void => {
  if (!tx.state.room.online) return
  for (const [address, run] of tx.state.admission.guests)
    if (run.stage.kind === 'opened' && !isPresent(tx.state, address)) {
      setGuest(tx, address, null)
      leaveAlone(tx, address)
    }
}

/** Nobody is left to ask, or the own charges are spent: the user is told, and may open a room here. */
export const isRefusedForGood = (state: PeerState, now: number): boolean => {
  const { joining, guests } = state.admission
  if (joining === null || joining.inSince !== null || joining.refused.size === 0) return false
  if (ownLevelAllowedAt(state, now) > now) return true
  const hopeful = [...state.room.present.keys()].filter((address) => {
    if (joining.refused.has(address)) return false
    const asked = joining.asked.get(address)
    // An address that never answers is no hope to a newcomer whose proof was found wrong.
    return asked === undefined || asked.answered || asked.busy || guests.get(address)?.stage.kind === 'opened'
  })
  return hopeful.length === 0
}
