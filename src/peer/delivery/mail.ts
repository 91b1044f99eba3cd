/**
 * The one way into mailboxes: letters get their numbers here, and what became of them is noted here.
 *
 *   post ──> letter in flight ──stored──> done
 *                └──full, failed──> a message's copy is kept · a control is kept until its member is heard again
 */
import type { Address, MemberId } from '../../identity/index.ts'
import { letterLost, sealPreKeyed } from '../asleep-sessions.ts'
import type { Control } from '../controls.ts'
import type { Frame } from '../frames.ts'
import { isMember as isLive } from '../members.ts'
import { hasSession } from '../pairs.ts'
import { sealLetter, sendControl } from '../pairs-sealing.ts'
import { sendFrame } from '../room.ts'
import type { PeerEvent } from '../state.ts'
import type { Transaction } from '../transaction.ts'
import { changeCopiesOf, changeCopy, setDelivery } from './copies.ts'
import { addressOf, isMember, waysTo } from './people.ts'
import { type MailState, maxKept, type Posted, type Recipient } from './state.ts'

/** Letters whose outcome is awaited; that of older ones is not. */
const maxInFlight = 1_024
/** A letter that failed is posted again after this time. */
const failedMs = 60_000

const setMail = (tx: Transaction, change: Partial<MailState>): void =>
  setDelivery(tx, { mail: { ...tx.state.delivery.mail, ...change } })

/** Puts a frame into the mailbox of `posted.to`. False: no mailbox, or the relay is out of reach. */
export const postFrame = (tx: Transaction, posted: Posted, frame: Frame, inside?: Control): boolean => {
  const ways = waysTo(tx.state, posted.to)
  if (ways === null || !ways.mailbox) return false
  const { nextLetter, letters } = tx.state.delivery.mail
  const sending = { path: 'mail', letter: nextLetter, ...(inside === undefined ? {} : { inside }) } as const
  if (!sendFrame(tx, ways.address, frame, sending)) return false
  const inFlight = [...letters, [nextLetter, posted] as const].slice(-maxInFlight)
  setMail(tx, { nextLetter: nextLetter + 1, letters: new Map(inFlight) })
  return true
}

/** `no-session`: there is a mailbox, and nothing to seal in. */
export type PostOutcome = 'posted' | 'no-session' | 'no-mailbox'

/** Seals in the pair session, or in that of a pre-key, and posts. */
export const postSealed = async (tx: Transaction, posted: Posted, control: Control): Promise<PostOutcome> => {
  const { to } = posted
  const ways = waysTo(tx.state, to)
  if (ways === null || !ways.mailbox) return 'no-mailbox'
  const isPaired = isMember(to) && hasSession(tx.state, to)
  const body = isPaired ? await sealLetter(tx, to, control) : await sealPreKeyed(tx, ways.address, control)
  if (body === null) return 'no-session'
  return postFrame(tx, posted, { kind: 'pair', body }, control) ? 'posted' : 'no-mailbox'
}

const keep = (tx: Transaction, to: MemberId, control: Control, full = false): void =>
  setMail(tx, { kept: [...tx.state.delivery.mail.kept, { to, control, full }].slice(-maxKept) })

/** A mailbox turned up, or a session: what waited for it is posted. */
export const postKept = async (tx: Transaction): Promise<void> => {
  for (const one of tx.state.delivery.mail.kept) {
    const ways = one.full ? null : waysTo(tx.state, one.to)
    if (ways === null || !ways.absent || !ways.mailbox || !ways.sealable) continue
    setMail(tx, { kept: tx.state.delivery.mail.kept.filter((other) => other !== one) })
    await postControl(tx, one.to, one.control)
  }
}

/**
 * Something of this member's own making for one that is out of reach: an entry, a removal, a password record. Into its
 * mailbox, else kept here until it is heard again.
 */
export const postControl = async (tx: Transaction, to: MemberId, control: Control): Promise<void> => {
  if (!isLive(tx.state, to)) return
  const outcome = await postSealed(tx, { kind: 'control', to, control }, control)
  if (outcome !== 'posted') keep(tx, to, control)
}

/** What became of a letter. */
export const noteMailed = (
  tx: Transaction,
  { letter, outcome }: Extract<PeerEvent, { kind: 'mailed' }>,
): void => {
  const posted = tx.state.delivery.mail.letters.get(letter)
  if (posted === undefined) return
  const letters = new Map(tx.state.delivery.mail.letters)
  letters.delete(letter)
  setMail(tx, { letters })
  const isStored = outcome === 'stored'
  if (posted.kind === 'control' && !isStored && isLive(tx.state, posted.to))
    keep(tx, posted.to, posted.control, true)
  if (posted.kind === 'letter' && !isStored) {
    letterLost(tx, posted.to, posted.hash)
    // Nothing that was posted in its session can be read.
    changeCopiesOf(tx, posted.to, (copy) => ({ ...copy, state: 'kept', nextAt: tx.now + failedMs }))
  }
  if (posted.kind !== 'message') return
  changeCopy(tx, posted.number, posted.to, (copy) => {
    if (isStored) return { ...copy, state: 'mailed', nextAt: null }
    const full = outcome === 'full'
    return { ...copy, state: 'kept', full, nextAt: full ? null : tx.now + failedMs }
  })
}

/** The relay could not hand something to an address: what its members have not confirmed goes to the mailbox. */
export const noteUndeliveredLetters = (tx: Transaction, to: Address): void => {
  const recipients = new Set(tx.state.delivery.outbox.flatMap(({ copies }) => [...copies.keys()]))
  for (const recipient of recipients)
    if (addressOf(tx.state, recipient) === to && waysTo(tx.state, recipient)?.mailbox)
      changeCopiesOf(tx, recipient, (copy) =>
        copy.state === 'open' ? { ...copy, state: 'kept', nextAt: tx.now } : copy,
      )
}

/** A session with a sleeper was begun: what waited for one is posted. */
export const noteLetterSession = async (tx: Transaction, member: MemberId): Promise<void> => {
  changeCopiesOf(tx, member, (copy) =>
    copy.state === 'kept' && !copy.full ? { ...copy, nextAt: tx.now } : copy,
  )
  await postKept(tx)
}

/** A member is heard again: it gets what was kept for it, inside the pair session. */
export const handOver = async (tx: Transaction, member: MemberId): Promise<void> => {
  const mine = tx.state.delivery.mail.kept.filter(({ to }) => to === member)
  if (mine.length === 0) return
  setMail(tx, { kept: tx.state.delivery.mail.kept.filter(({ to }) => to !== member) })
  for (const { control } of mine) if (!(await sendControl(tx, member, control))) keep(tx, member, control)
}

/** Nothing waits for one that is gone. */
export const withoutMail = (mail: MailState, gone: Recipient): MailState => ({
  ...mail,
  letters: new Map([...mail.letters].filter(([, { to }]) => to !== gone)),
  kept: mail.kept.filter(({ to }) => to !== gone),
})
