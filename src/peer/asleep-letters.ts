/**
 * Letters of a member to another that sleeps and has no session with it.
 *
 *   wanted ──take-prekey──> an announced pre-key ──> letter: head, first frame ──> messages in the session it begins
 *                └──none left, or not announced──> flow 1 in the mailbox, for 30 days; what was said waits here
 *
 *   read ──> session ──named by its writer within reach──> stands
 *                 └──30 s within reach, not named──> withdrawn, visibly
 *
 * A letter never takes the place of a session that is there, and opens once.
 */
import { type Bytes, equal, toHex, utf8 } from '../codec/index.ts'
import type { Address, Identified, MemberId } from '../identity/index.ts'
import {
  letterRunOf,
  openLetter,
  openPublished,
  preKeyIdOf,
  takeOnce,
  writeLetter,
} from '../prekeys/index.ts'
import { open } from '../ratchet/index.ts'
import { holdFrame } from './asleep-held.ts'
import { beginLongRun } from './asleep-runs.ts'
import { decodeControl, memberSession, sealFirst } from './asleep-sessions.ts'
import { noteUnproved, type ReadLetter, setAsleep } from './asleep-state.ts'
import { isAnnounced, noteUsed, rootsToTell } from './asleep-stock.ts'
import type { Control } from './controls.ts'
import { reopen } from './delivery/gaps.ts'
import { noteLetterSession, postFrame } from './delivery/mail.ts'
import { isNear } from './delivery/people.ts'
import type { Frame } from './frames.ts'
import { entryOf, isRemoved, nameOf } from './members.ts'
import { adoptLetter, hasSession } from './pairs.ts'
import { sendControl } from './pairs-sealing.ts'
import type { PeerState } from './state.ts'
import { notice, Rejection, type Transaction } from './transaction.ts'

/** An answer to `take-prekey` is waited for, and one sleeper is asked for at most this often. */
const askEveryMs = 60_000
/** So long letters are named to their readers. */
const writtenMs = 30 * 86_400_000
/** Within reach in a session of the handshake for this long without naming a letter: it is withdrawn. */
const nameWithinMs = 30_000
/** A writer names its letters when it meets their reader, and again after these times. */
const namesMs = [0, 2_000, 5_000, 10_000, 15_000, 20_000, 25_000] as const
const maxWritten = 8
const maxRead = 8
const maxRuns = 1_024

type LetterFrame = Extract<Frame, { kind: 'letter' }>

/** Wants a session with a sleeper: a pre-key of it, once a minute. */
export const wantLetter = (tx: Transaction, member: MemberId): void => {
  const peer = entryOf(tx.state, member)
  const { asleep } = tx.state
  if (peer === null || hasSession(tx.state, member) || asleep.longRuns.has(member)) return
  const { address } = peer.entry
  const askedAt = asleep.asked.get(address)
  if (askedAt !== undefined && tx.now - askedAt < askEveryMs) return
  setAsleep(tx, { asked: new Map(asleep.asked).set(address, tx.now) })
  tx.effects.push({ kind: 'take-prekey', address })
}

/** Names a letter: over its run, the salt of its key and its first frame. */
const nameOfLetter = (tx: Transaction, run: Bytes, salt: Bytes, first: Bytes): Bytes =>
  tx.ports.crypto.hash(utf8('mlwe-pake v2 letter name'), run, salt, first)

/** A pre-key of a sleeping member came, or there is none. */
export const writeTo = async (tx: Transaction, peer: Identified, published: Bytes | null): Promise<void> => {
  const { id: member } = peer
  if (hasSession(tx.state, member)) return
  const root = published === null ? null : (openPublished(tx.ports.crypto, published)?.root ?? null)
  if (published === null || root === null || !isAnnounced(tx.state, member, root)) {
    if (published === null) notice(tx, 'prekeys-exhausted', { member, name: peer.entry.name })
    else tx.effects.push({ kind: 'reject', code: 'prekey/unknown' })
    return beginLongRun(tx, peer)
  }
  const { groupId, self } = tx.state
  const letter = await writeLetter(tx.ports.crypto, { groupId, self, peer, published })
  if (letter === null) throw new Rejection('prekey/malformed')
  const { start, letterHead: head, run } = letter
  const first: Control = { kind: 'roots', roots: rootsToTell(tx.state) }
  const made = await sealFirst(tx, await memberSession(tx, member, start), first)
  tx.stale.push(start.key) // FS
  const hash = nameOfLetter(tx, run, start.transcript, made.bytes)
  const frame: LetterFrame = { kind: 'letter', from: self.id, to: member, head, first: made.bytes }
  if (!postFrame(tx, { kind: 'letter', to: member, hash }, frame, first)) return
  adoptLetter(tx, member, peer.entry.address, made.session)
  const written = [...(tx.state.asleep.written.get(member) ?? []), { hash, at: tx.now }].slice(-maxWritten)
  setAsleep(tx, { written: new Map(tx.state.asleep.written).set(member, written) })
  noteUnproved(tx, member, true)
  await noteLetterSession(tx, member)
}

const rememberRun = (tx: Transaction, run: Bytes): void =>
  setAsleep(tx, { openedRuns: [...tx.state.asleep.openedRuns, toHex(run)].slice(-maxRuns) })

/**
 * Reads a letter. One that does not open costs nothing: it tests no guess, so its pre-key stays.
 *
 * @returns who wrote it and what its first frame says; `null` where it waits for the entry of its writer
 */
export const readLetter = async (
  tx: Transaction,
  from: Address,
  letter: LetterFrame,
): Promise<{ readonly member: MemberId; readonly control: Control } | null> => {
  const { groupId, self, asleep } = tx.state
  const { from: member, to, head, first } = letter
  const peer = entryOf(tx.state, member)
  if (to !== self.id || isRemoved(tx.state, member)) throw new Rejection('prekey/unexpected')
  if (peer === null) {
    holdFrame(tx, from, letter)
    return null
  }
  if (peer.entry.address !== from) throw new Rejection('prekey/unexpected')
  const run = letterRunOf(head)
  const id = preKeyIdOf(head)
  if (run === null || id === null) throw new Rejection('prekey/malformed')
  if (asleep.openedRuns.includes(toHex(run))) throw new Rejection('prekey/unexpected')
  const taken = takeOnce(asleep.stock, id)
  if (taken === null) throw new Rejection('prekey/unknown')
  const key = await openLetter(tx.ports.crypto, { groupId, self, peer, preKey: taken.preKey }, head)
  if (key.kind === 'rejected') throw new Rejection('prekey/failed')
  const { start } = key
  const session = await memberSession(tx, member, start)
  const opened = await open(tx.ports.crypto, session, first, tx.now)
  if (opened.kind === 'rejected') throw new Rejection('prekey/failed')
  const message = decodeControl(opened.plaintext)
  tx.stale.push(start.key, ...taken.stale, ...opened.stale) // FS
  noteUsed(tx, taken.stock)
  rememberRun(tx, run)
  if (!hasSession(tx.state, member)) noteUnproved(tx, member, true)
  adoptLetter(tx, member, from, opened.session)
  const hash = nameOfLetter(tx, run, start.transcript, first)
  putRead(tx, member, [
    ...(tx.state.asleep.read.get(member) ?? []),
    { hash, at: tx.now, liveAt: null, numbers: [] },
  ])
  return { member, control: message }
}

const putRead = (tx: Transaction, member: MemberId, letters: readonly ReadLetter[]): void => {
  const read = new Map(tx.state.asleep.read)
  if (letters.length === 0) read.delete(member)
  else read.set(member, letters.slice(-maxRead))
  setAsleep(tx, { read })
}

/** A message was shown while it rests on a letter that nobody stands by yet. */
export const noteUnnamed = (tx: Transaction, member: MemberId, number: number): void => {
  const letters = tx.state.asleep.read.get(member)
  if (letters === undefined || !tx.state.asleep.unproved.has(member)) return
  const last = letters.at(-1)
  if (last === undefined) return
  putRead(tx, member, [...letters.slice(0, -1), { ...last, numbers: [...last.numbers, number] }])
}

/** "The letter of this run is mine", said inside a session of the handshake. */
export const hearLetterNamed = (tx: Transaction, from: MemberId, hash: Bytes): void => {
  const letters = tx.state.asleep.read.get(from)
  if (letters === undefined || tx.state.asleep.unproved.has(from)) return
  putRead(
    tx,
    from,
    letters.filter((one) => !equal(one.hash, hash)),
  )
}

/** Names what was written, and withdraws what its live writer does not name. */
export const tickLetters = async (tx: Transaction): Promise<void> => {
  for (const [member, letters] of tx.state.asleep.written) await nameLetters(tx, member, letters.length)
  for (const [member, letters] of tx.state.asleep.read) withdraw(tx, member, letters)
}

const isProved = ({ state, now }: Pick<Transaction, 'state' | 'now'>, member: MemberId): boolean =>
  isNear(state, member, now) && !state.asleep.unproved.has(member)

const nameLetters = async (tx: Transaction, member: MemberId, count: number): Promise<void> => {
  const naming = tx.state.asleep.naming.get(member)
  const set = (next: typeof naming | null): void => {
    const all = new Map(tx.state.asleep.naming)
    if (next == null) all.delete(member)
    else all.set(member, next)
    setAsleep(tx, { naming: all })
  }
  if (count === 0 || !isProved(tx, member)) {
    if (naming !== undefined) set(null)
    return
  }
  const { since, times } = naming ?? { since: tx.now, times: 0 }
  const offset = namesMs[times]
  if (offset === undefined || tx.now < since + offset) return
  const kept = (tx.state.asleep.written.get(member) ?? []).filter(({ at }) => tx.now - at < writtenMs)
  for (const { hash } of kept) await sendControl(tx, member, { kind: 'letter-named', hash })
  set({ since, times: times + 1 })
}

const withdraw = (tx: Transaction, member: MemberId, letters: readonly ReadLetter[]): void => {
  if (!isProved(tx, member)) return
  const overdue = letters.filter(({ liveAt }) => liveAt !== null && tx.now - liveAt >= nameWithinMs)
  if (overdue.length > 0) {
    reopen(
      tx,
      member,
      overdue.flatMap(({ numbers }) => numbers),
    )
    notice(tx, 'letter-withdrawn', { member, name: nameOf(tx.state, member), count: overdue.length })
  }
  const kept = letters.filter((one) => !overdue.includes(one))
  if (overdue.length > 0 || kept.some(({ liveAt }) => liveAt === null))
    putRead(
      tx,
      member,
      kept.map((one) => ({ ...one, liveAt: one.liveAt ?? tx.now })),
    )
}

/** When the next of these is due. */
export const wakeAtLetters = (state: PeerState, now: number): readonly number[] => [
  ...[...state.asleep.read].flatMap(([member, letters]) =>
    letters.flatMap(({ liveAt }) => {
      if (liveAt !== null) return [liveAt + nameWithinMs]
      // Read in the step that let its writer near: what it names is awaited from now on.
      return isProved({ state, now }, member) ? [now] : []
    }),
  ),
  ...[...state.asleep.naming.values()].flatMap(({ since, times }) => {
    const offset = namesMs[times]
    return offset === undefined ? [] : [since + offset]
  }),
]
