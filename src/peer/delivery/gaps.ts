/**
 * Holes: numbers of a sender that are below one that it showed, and that have not come.
 *
 *   open ──asked for after 1, 3, 10, 30 s──> said: shown · not-yours: closed · gone: stays, as a hole on the screen
 *
 * Asked again when something of it comes, when the sender shows a greater number, or when it is within reach again.
 */
import type { MemberId } from '../../identity/index.ts'
import { maxNumbers } from '../controls.ts'
import { isMember } from '../members.ts'
import { type Letter, sendControls } from '../pairs-sealing.ts'
import type { PeerState } from '../state.ts'
import { earliest, type Transaction } from '../transaction.ts'
import { outgoing, setDelivery } from './copies.ts'
import { lowest, type NumberRange, noNumbers, openBetween, settle, sizeOf } from './numbers.ts'
import { waysTo } from './people.ts'
import type { Incoming } from './state.ts'

/** Times between one request and the next; the first one waits for what is on its way. */
const asksMs = [1_000, 3_000, 10_000, 30_000] as const
/** A sender keeps 256: what lies further back than this is not asked for. */
const maxAskedBack = 512
/** Where a member is heard for the first time, numbers further back are from before its time or mine. */
const maxFirstBack = maxNumbers
const maxLostRanges = 64
/** Messages said again for one request, and within `answerWindowMs` for one member. */
const maxAnswered = 32
const maxAnsweredInWindow = 128
const answerWindowMs = 5_000

const nothingHeard: Incoming = {
  numbers: noNumbers,
  known: 0,
  lost: [],
  asked: 0,
  askAt: null,
  isShown: false,
}

export const incomingOf = ({ delivery }: PeerState, member: MemberId): Incoming =>
  delivery.incoming.get(member) ?? nothingHeard

const put = (tx: Transaction, member: MemberId, incoming: Incoming): void =>
  setDelivery(tx, { incoming: new Map(tx.state.delivery.incoming).set(member, incoming) })

export const withoutIncoming = (
  incoming: ReadonlyMap<MemberId, Incoming>,
  member: MemberId,
): ReadonlyMap<MemberId, Incoming> =>
  incoming.has(member) ? new Map([...incoming].filter(([id]) => id !== member)) : incoming

/** What is open and not known to be lost. */
const missingOf = ({ numbers, known, lost }: Incoming): readonly NumberRange[] => {
  let open = openBetween(numbers, 1, known)
  for (const gone of lost) open = open.flatMap((range) => minus(range, gone))
  return open
}

const minus = (range: NumberRange, gone: NumberRange): readonly NumberRange[] => {
  if (gone.to < range.from || gone.from > range.to) return [range]
  const left = { from: range.from, to: gone.from - 1 }
  const right = { from: gone.to + 1, to: range.to }
  return [left, right].filter((part) => sizeOf(part) > 0)
}

/** Beyond the bound the lowest are forgotten: they no longer show as holes. */
const withLost = (incoming: Incoming, ranges: readonly NumberRange[]): Incoming => {
  const sorted = [...incoming.lost, ...ranges].sort((a, b) => a.from - b.from)
  const lost: NumberRange[] = []
  for (const range of sorted) {
    const last = lost.at(-1)
    if (last !== undefined && range.from <= last.to + 1)
      lost[lost.length - 1] = { from: last.from, to: Math.max(last.to, range.to) }
    else lost.push(range)
  }
  const forgotten = lost.slice(0, -maxLostRanges)
  const numbers = forgotten.reduce((all, range) => settle(all, range, 'void'), incoming.numbers)
  return { ...incoming, numbers, lost: lost.slice(-maxLostRanges) }
}

/** Something changed: the row of requests begins again. */
const withAsking = (tx: Transaction, incoming: Incoming): Incoming => {
  if (missingOf(incoming).length === 0) return { ...incoming, asked: 0, askAt: null, isShown: false }
  const soon = tx.now + asksMs[0]
  return { ...incoming, asked: 0, askAt: Math.min(incoming.askAt ?? soon, soon) }
}

/** A member showed how many messages it has sent: by a heartbeat, or by a message of that number. */
export const noteShownNumber = (tx: Transaction, member: MemberId, lastNumber: number): void => {
  if (!isMember(tx.state, member) || member === tx.state.self.id) return
  const isFirst = !tx.state.delivery.incoming.has(member)
  const before = incomingOf(tx.state, member)
  if (!isFirst && lastNumber <= before.known) return
  let next: Incoming = { ...before, known: lastNumber }
  const back = lastNumber - (isFirst ? maxFirstBack : maxAskedBack)
  if (back > before.known || (isFirst && back > 0)) {
    const old = { from: 1, to: back }
    next = isFirst ? { ...next, numbers: settle(next.numbers, old, 'void') } : withLost(next, [old])
  }
  put(tx, member, withAsking(tx, next))
}

/** A message came, and is shown. */
export const noteArrived = (tx: Transaction, member: MemberId, number: number): void => {
  const before = incomingOf(tx.state, member)
  const numbers = settle(before.numbers, { from: number, to: number }, 'shown')
  put(tx, member, withAsking(tx, { ...before, numbers }))
}

/** Numbers that were shown on the word of a letter that its writer does not stand by are open again. */
export const reopen = (tx: Transaction, member: MemberId, numbers: readonly number[]): void => {
  const before = incomingOf(tx.state, member)
  const withdrawn = new Set(numbers)
  const ranges = before.numbers.ranges.flatMap((range) => {
    let parts: readonly NumberRange[] = [range]
    for (const number of withdrawn) parts = parts.flatMap((part) => minus(part, { from: number, to: number }))
    return parts.map((part) => ({ ...part, kind: range.kind }))
  })
  put(tx, member, withAsking(tx, { ...before, numbers: { ...before.numbers, ranges } }))
}

/** A sender is within reach again. */
export const askAgain = (tx: Transaction, member: MemberId): void => {
  const incoming = tx.state.delivery.incoming.get(member)
  if (incoming !== undefined) put(tx, member, withAsking(tx, { ...incoming, askAt: null }))
}

const isDue = ({ askAt }: Incoming, now: number): boolean => askAt !== null && now >= askAt

export const tickHoles = async (tx: Transaction): Promise<void> => {
  const letters: Letter[] = []
  for (const [member, incoming] of tx.state.delivery.incoming) {
    if (!isDue(incoming, tx.now)) continue
    const numbers = lowest(missingOf(incoming), maxNumbers)
    const isReady = numbers.length > 0 && waysTo(tx.state, member)?.live === true
    if (isReady) letters.push({ to: member, message: { kind: 'missing', numbers } })
    const asked = incoming.asked + 1
    const wait = asksMs[asked]
    const askAt = isReady && wait !== undefined ? tx.now + wait : null
    put(tx, member, { ...incoming, asked, askAt, isShown: true })
  }
  if (letters.length > 0) await sendControls(tx, letters)
}

/** How many of the messages that `from` asks for it may have now. */
const allowance = (tx: Transaction, from: MemberId): number => {
  const window = tx.state.delivery.answered.get(from)
  if (window === undefined || tx.now - window.at >= answerWindowMs) return maxAnswered
  return Math.min(maxAnswered, maxAnsweredInWindow - window.count)
}

const noteAnswers = (tx: Transaction, from: MemberId, count: number): void => {
  const window = tx.state.delivery.answered.get(from)
  const isOpen = window !== undefined && tx.now - window.at < answerWindowMs
  const next = isOpen ? { at: window.at, count: window.count + count } : { at: tx.now, count }
  setDelivery(tx, { answered: new Map(tx.state.delivery.answered).set(from, next) })
}

type Fate = 'said' | 'not-yours' | 'gone' | 'later'

const fateOf = (tx: Transaction, from: MemberId, number: number): Fate => {
  const { before, lastNumber } = tx.state.delivery
  if (number < 1 || number > lastNumber) return 'later'
  const entry = outgoing(tx, number)
  if (entry !== undefined && !entry.sent) return 'later'
  if (entry !== undefined) return entry.audience.has(from) ? 'said' : 'not-yours'
  return number <= (before.get(from) ?? lastNumber) ? 'not-yours' : 'gone'
}

/** A member asks for messages of this one: only those of their audience get them. */
export const hearMissing = async (
  tx: Transaction,
  from: MemberId,
  numbers: readonly number[],
): Promise<void> => {
  const asked = [...new Set(numbers)].sort((a, b) => a - b)
  const of = (fate: Fate) => asked.filter((number) => fateOf(tx, from, number) === fate)
  const again = of('said').slice(0, Math.max(0, allowance(tx, from)))
  const letters: Letter[] = again.flatMap((number) => {
    const entry = outgoing(tx, number)
    return entry === undefined ? [] : [{ to: from, message: { kind: 'said', message: entry.message } }]
  })
  for (const kind of ['not-yours', 'gone'] as const) {
    const closed = of(kind)
    if (closed.length > 0) letters.push({ to: from, message: { kind, numbers: closed } })
  }
  noteAnswers(tx, from, again.length)
  if (letters.length > 0) await sendControls(tx, letters)
}

/** "You were not in their audience." */
export const hearNotYours = (tx: Transaction, from: MemberId, numbers: readonly number[]): void => {
  const before = incomingOf(tx.state, from)
  const known = numbers.filter((number) => number >= 1 && number <= before.known)
  const settled = known.reduce(
    (all, number) => settle(all, { from: number, to: number }, 'void'),
    before.numbers,
  )
  if (settled !== before.numbers) put(tx, from, withAsking(tx, { ...before, numbers: settled }))
}

/** "I no longer keep them." */
export const hearGone = (tx: Transaction, from: MemberId, numbers: readonly number[]): void => {
  const before = incomingOf(tx.state, from)
  const known = numbers.filter((number) => number >= 1 && number <= before.known)
  if (known.length === 0) return
  const ranges = known.map((number) => ({ from: number, to: number }))
  put(tx, from, withAsking(tx, withLost(before, ranges)))
}

export interface Hole extends NumberRange {
  readonly from: number
  readonly sender: MemberId
  /** `lost`: its sender no longer has it. */
  readonly state: 'asked' | 'lost'
}

/** What the user should know to be missing: not what was noticed a moment ago. */
export const holesOf = ({ delivery }: PeerState): readonly Hole[] =>
  [...delivery.incoming].flatMap(([sender, incoming]) => {
    const missing = incoming.isShown ? missingOf(incoming) : []
    const lost = openBetween(incoming.numbers, 1, incoming.known).flatMap((open) =>
      incoming.lost.flatMap((gone) => {
        const both = { from: Math.max(open.from, gone.from), to: Math.min(open.to, gone.to) }
        return sizeOf(both) > 0 ? [both] : []
      }),
    )
    const shown = (state: Hole['state']) => (range: NumberRange) => ({ ...range, sender, state })
    return [...missing.map(shown('asked')), ...lost.map(shown('lost'))].sort((a, b) => a.from - b.from)
  })

export const wakeAtHoles = ({ delivery }: PeerState): number | null =>
  earliest(...[...delivery.incoming.values()].map(({ askAt }) => askAt))
