/**
 * Saying something. A message gets its number and its audience at once, and leaves
 *
 *   a sendable epoch        ──> sealed once, sent to each with a tag of its own
 *   none for 1 s            ──> inside the pair sessions
 *
 * From then on each recipient's copy goes its own way: `state.ts` has the picture.
 */
import { encode, pad, padmeLength, utf8 } from '../../codec/index.ts'
import { type HeldEpoch, sealMessage, sendableEpoch } from '../../group/index.ts'
import type { MemberId } from '../../identity/index.ts'
import { wantLetter } from '../asleep-letters.ts'
import { maxTextBytes, textMessage } from '../controls.ts'
import { type Letter, sealTag, sendControls } from '../pairs-sealing.ts'
import { noteTalk } from '../reach.ts'
import { pathTo, sendFrame } from '../room.ts'
import type { PeerState } from '../state.ts'
import { earliest, Rejection, type Transaction, write } from '../transaction.ts'
import {
  changeCopiesOf,
  changeCopy,
  freshCopy,
  nameRecipient,
  putOutgoing,
  setDelivery,
  setOutbox,
  withoutRecipient,
} from './copies.ts'
import { askAgain, tickHoles, wakeAtHoles, withoutIncoming } from './gaps.ts'
import { handOver, postKept, postSealed, withoutMail } from './mail.ts'
import { addressOf, isMember, isNear, others, unnamedSleepers, type Ways, waysTo } from './people.ts'
import { noteReceiptsDue, tickReceipts, wakeAtReceipts } from './receipts.ts'
import { type Copy, maxKept, type Outgoing, type Recipient } from './state.ts'

/** Without a sendable epoch for this long, messages go through the pair sessions. */
const epochPatienceMs = 1_000
/** Tries inside the pair session, from the first one on. */
const triesMs = [0, 2_000, 5_000, 15_000, 60_000] as const
/** Not confirmed by then: into the mailbox. */
const mailAfterMs = 15_000
/** The relay says what became of a letter within this time, or it counts as failed. */
const outcomeMs = 60_000
/** Kept messages that a returning member is sent at once, and the pause before as many more. */
const burst = 16
const burstMs = 250

/** Says `text` to everybody on the list that the user sees now. */
export const say = async (tx: Transaction, text: string): Promise<void> => {
  const { phase, delivery } = tx.state
  if (phase.kind !== 'joined') throw new Rejection('message/not-joined')
  if (text.length === 0) throw new Rejection('message/empty')
  if (utf8(text).length > maxTextBytes) throw new Rejection('message/long')
  if (delivery.outbox.filter(({ sent }) => !sent).length >= maxKept) throw new Rejection('message/backlog')
  const number = delivery.lastNumber + 1
  const audience = new Set<Recipient>([...others(tx.state), ...unnamedSleepers(tx.state)])
  const message = { number, at: Math.max(0, Math.floor(tx.now)), text }
  setDelivery(tx, { lastNumber: number })
  setOutbox(tx, [...tx.state.delivery.outbox, { message, audience, copies: new Map(), sent: false }])
  tx.effects.push({ kind: 'message', from: tx.state.self.id, name: tx.state.self.entry.name, message })
  await flush(tx)
}

/** Sends what can leave now. */
export const flush = async (tx: Transaction): Promise<void> => {
  const waiting = tx.state.delivery.outbox.filter(({ sent }) => !sent)
  for (const entry of waiting) {
    const epoch = sendableEpoch(tx.state.group)
    if (epoch !== null) await sendByEpoch(tx, entry, epoch)
    else if (isDry(tx)) markSent(tx, entry, new Set())
    else return
  }
}

const isDry = ({ state, now }: Transaction): boolean => {
  const { withoutEpochFrom } = state.delivery
  return withoutEpochFrom !== null && now - withoutEpochFrom >= epochPatienceMs
}

/** Everybody has a copy from now on. `reached`: those whose first one is on its way. */
const markSent = (tx: Transaction, entry: Outgoing, reached: ReadonlySet<Recipient>): void => {
  const copies = new Map<Recipient, Copy>()
  for (const to of entry.audience)
    copies.set(to, reached.has(to) ? tried(freshCopy(tx.now)) : freshCopy(tx.now))
  putOutgoing(tx, { ...entry, copies, sent: true })
}

const tried = (copy: Copy): Copy => {
  const offset = triesMs[copy.tries + 1]
  const nextAt = offset === undefined ? null : copy.from + offset
  return { ...copy, tries: copy.tries + 1, nextAt }
}

const sendByEpoch = async (tx: Transaction, entry: Outgoing, epoch: HeldEpoch): Promise<void> => {
  const listeners = [...entry.audience].filter(
    (to): to is MemberId => epoch.members.includes(to as MemberId) && waysTo(tx.state, to)?.live === true,
  )
  const body = listeners.length === 0 ? null : await sealForEpoch(tx, entry)
  if (body === null) return markSent(tx, entry, new Set())
  const reached = new Set<Recipient>()
  for (const to of listeners) {
    const tag = await sealTag(tx, to, body)
    const address = addressOf(tx.state, to)
    if (tag === null || address === null || pathTo(tx.state, address) === null) continue
    if (!sendFrame(tx, address, { kind: 'group', body, tag }, { inside: 'message' })) continue
    noteTalk(tx, to)
    reached.add(to)
  }
  markSent(tx, entry, reached)
}

const sealForEpoch = async (tx: Transaction, { message }: Outgoing) => {
  const plain = encode(textMessage, message)
  const sealed = await sealMessage(tx.ports.crypto, tx.state.group, pad(plain, padmeLength(plain.length + 4)))
  if (sealed === null) return null
  write(tx, 'group', sealed.state)
  tx.stale.push(...sealed.stale) // FS
  return sealed.bytes
}

/** What is due for messages, receipts and holes. */
export const tickDelivery = async (tx: Transaction): Promise<void> => {
  if (tx.state.phase.kind !== 'joined') return
  noteIdentity(tx)
  noteEpoch(tx)
  await flush(tx)
  await noteNear(tx)
  await tickCopies(tx)
  await postKept(tx)
  await tickReceipts(tx)
  await tickHoles(tx)
}

const noteEpoch = (tx: Transaction): void => {
  const { withoutEpochFrom } = tx.state.delivery
  const isWithout = sendableEpoch(tx.state.group) === null
  if (isWithout && withoutEpochFrom === null) setDelivery(tx, { withoutEpochFrom: tx.now })
  if (!isWithout && withoutEpochFrom !== null) setDelivery(tx, { withoutEpochFrom: null })
}

/**
 * Those who came: what was said before is not for them. Sleepers whose entry is known: they have an id from now on.
 * Before `asleep.ts` forgets how they were met.
 */
export const noteMembers = (tx: Transaction): void => {
  if (tx.state.phase.kind !== 'joined') return
  const { before, lastNumber } = tx.state.delivery
  const fresh = others(tx.state).filter((id) => !before.has(id))
  if (fresh.length === 0) return
  setDelivery(tx, { before: new Map([...before, ...fresh.map((id) => [id, lastNumber] as const)]) })
  for (const id of fresh) {
    const address = addressOf(tx.state, id)
    if (address !== null && tx.state.asleep.preKeyed.get(address)?.role === 'newcomer')
      nameRecipient(tx, address, id)
  }
}

/** A member that comes within reach gets at once what was kept; what lies in its mailbox, if it does not confirm that soon. */
const noteNear = async (tx: Transaction): Promise<void> => {
  const near = new Set(others(tx.state).filter((id) => isNear(tx.state, id, tx.now)))
  const before = tx.state.delivery.near
  const came = [...near].filter((id) => !before.has(id))
  if (came.length === 0 && near.size === before.size) return
  setDelivery(tx, { near })
  for (const id of came) {
    let count = 0
    changeCopiesOf(tx, id, (copy) => {
      if (copy.state === 'mailing') return copy
      if (copy.tries > 0 && copy.state === 'open' && copy.nextAt !== null) return copy
      const wait = copy.state === 'mailed' ? mailAfterMs : burstMs * Math.floor(count++ / burst)
      const from = tx.now + wait
      const state = copy.state === 'mailed' ? 'mailed' : 'open'
      return { state, tries: 0, from, nextAt: from, full: false }
    })
    noteReceiptsDue(tx, id)
    askAgain(tx, id)
    await handOver(tx, id)
  }
}

interface DueCopy {
  readonly entry: Outgoing
  readonly to: Recipient
  readonly copy: Copy
  readonly ways: Ways
}

/** Its time has come, or its recipient went away since it was last looked at. */
const isDue = (copy: Copy, ways: Ways, now: number): boolean => {
  if (copy.nextAt !== null && now >= copy.nextAt) return true
  if (!ways.absent || copy.full) return false
  return (
    copy.state === 'open' || (copy.state === 'kept' && copy.nextAt === null && ways.mailbox && ways.sealable)
  )
}

interface Due {
  readonly copies: readonly DueCopy[]
  /** Sleepers with a mailbox, and nothing to seal in. */
  readonly unsealable: ReadonlySet<Recipient>
}

const dueNow = (tx: Transaction): Due => {
  const known = new Map<Recipient, Ways | null>()
  const copies: DueCopy[] = []
  const unsealable = new Set<Recipient>()
  for (const entry of tx.state.delivery.outbox)
    for (const [to, copy] of entry.copies) {
      if (!known.has(to)) known.set(to, waysTo(tx.state, to))
      const ways = known.get(to)
      if (!ways) continue
      if (ways.absent && ways.mailbox && !ways.sealable) unsealable.add(to)
      if (isDue(copy, ways, tx.now)) copies.push({ entry, to, copy, ways })
    }
  for (const { to } of tx.state.delivery.mail.kept) {
    const ways = waysTo(tx.state, to)
    if (ways?.absent && ways.mailbox && !ways.sealable) unsealable.add(to)
  }
  return { copies, unsealable }
}

const tickCopies = async (tx: Transaction): Promise<void> => {
  const letters: Letter[] = []
  const { copies, unsealable } = dueNow(tx)
  for (const { entry, to, copy, ways } of copies) {
    const { number } = entry.message
    const isOverdue = tx.now - copy.from >= mailAfterMs
    const isForMail = ways.absent || isOverdue || copy.state === 'kept'
    const isFit = ways.mailbox && ways.sealable && !copy.full && copy.state !== 'mailed'
    if (isFit && isForMail) {
      const posted = await post(tx, entry, to)
      changeCopy(tx, number, to, () => posted)
    } else if (ways.live && isMember(to) && copy.tries < triesMs.length) {
      letters.push({ to, message: { kind: 'said', message: entry.message } })
      changeCopy(tx, number, to, tried)
    } else changeCopy(tx, number, to, (one) => waiting(one, ways, isOverdue))
  }
  if (letters.length > 0) await sendControls(tx, letters)
  for (const to of unsealable) if (isMember(to)) wantLetter(tx, to)
}

/** Nothing can be sent now. */
const waiting = (copy: Copy, { absent }: Ways, isOverdue: boolean): Copy => {
  if (copy.state === 'mailed') return { ...copy, nextAt: null }
  if (absent) return { ...copy, state: 'kept', nextAt: null }
  return { ...copy, state: 'open', nextAt: isOverdue ? null : copy.from + mailAfterMs }
}

const post = async (tx: Transaction, { message }: Outgoing, to: Recipient): Promise<Copy> => {
  const posted = { kind: 'message', to, number: message.number } as const
  const outcome = await postSealed(tx, posted, { kind: 'said', message })
  const copy = freshCopy(tx.now)
  if (outcome === 'posted') return { ...copy, state: 'mailing', nextAt: tx.now + outcomeMs }
  return { ...copy, state: 'kept', nextAt: null }
}

/** A member is gone: nothing more goes to it, and nothing of it is waited for. */
export const memberGone = (tx: Transaction, member: MemberId): void => {
  const { delivery } = tx.state
  const without = <T>(map: ReadonlyMap<MemberId, T>): ReadonlyMap<MemberId, T> =>
    map.has(member) ? new Map([...map].filter(([id]) => id !== member)) : map
  setDelivery(tx, {
    before: without(delivery.before),
    owed: without(delivery.owed),
    answered: without(delivery.answered),
    incoming: withoutIncoming(delivery.incoming, member),
    mail: withoutMail(delivery.mail, member),
  })
  setOutbox(tx, withoutRecipient(tx.state.delivery.outbox, member))
}

/**
 * A member that returned from an expiry goes by another id. What had left once is not said again, since it may have been
 * read under the former one; what never left is for those who are on the list now.
 */
const noteIdentity = (tx: Transaction): void => {
  const { speaker, outbox, lastNumber } = tx.state.delivery
  const { id } = tx.state.self
  if (speaker === id) return
  setDelivery(tx, { speaker: id })
  if (speaker === null) return
  setOutbox(
    tx,
    outbox.filter(({ sent }) => !sent),
  )
  const nobody = { near: new Set<MemberId>(), incoming: new Map(), owed: new Map(), answered: new Map() }
  setDelivery(tx, { ...nobody, before: new Map(others(tx.state).map((member) => [member, lastNumber])) })
}

export const wakeAtDelivery = (state: PeerState, now: number): number | null => {
  if (state.phase.kind !== 'joined') return null
  const { delivery } = state
  const copies = delivery.outbox.flatMap(({ copies: each }) => [...each.values()].map(({ nextAt }) => nextAt))
  const isWaiting = delivery.outbox.some(({ sent }) => !sent)
  const dryAt = isWaiting ? (delivery.withoutEpochFrom ?? now) + epochPatienceMs : null
  return earliest(dryAt, ...copies, wakeAtReceipts(state), wakeAtHoles(state))
}
