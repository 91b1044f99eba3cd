/**
 * What a removed member hears when it speaks again: by whom and why, and nothing else. Its sessions are gone, so it takes
 * a handshake with its kept entry, whose first frame says so.
 *
 *   it sends flow 1 ──> flow 2 ──its first frame──> "removed"          it sends anything else ──> flow 1 ──flow 2──> "removed"
 *
 * One that expired may answer with the entry under which it returns: that frame is waited for.
 */
import { type Bytes, DecodeError, decode, encode, equal, fromHex } from '../codec/index.ts'
import { keptEntry, liveMembers, removalOf } from '../group/index.ts'
import {
  type Address,
  finishHandshake,
  type Identified,
  type InitiatorState,
  identify,
  initiateHandshake,
  type MemberId,
  respondHandshake,
  runOf,
  type SessionStart,
  secretsOfInitiator,
} from '../identity/index.ts'
import { createSession, open, retired, type Session, seal, secretsOf } from '../ratchet/index.ts'
import { type Control, control } from './controls.ts'
import { encodeFrame, type Frame } from './frames.ts'
import { membersAt } from './members.ts'
import { isPresent, sendBytes, sendFrame } from './room.ts'
import type { PeerState } from './state.ts'
import { Rejection, type Transaction, write } from './transaction.ts'

const maxKept = 64
const sayEveryMs = 60_000
const runMs = 30_000
const answerEveryMs = 1_000

export interface Farewell {
  readonly who: Identified
  readonly by: MemberId | null
  readonly reason: 'left' | 'evicted' | 'expired'
  readonly saidAt: number | null
  /** When a flow 1 of it was last answered. */
  readonly answeredAt: number | null
  /** A handshake that this member opened to say it. */
  readonly opened: { readonly run: Bytes; readonly state: InitiatorState; readonly until: number } | null
  /** A session in which the removed one has to speak first, or (expired) may answer. */
  readonly session: {
    readonly session: Session
    readonly run: Bytes
    readonly frame: Bytes
    readonly isSaid: boolean
    readonly until: number
  } | null
}

/** By id, the latest removal last. */
export type FarewellState = ReadonlyMap<MemberId, Farewell>

export const noFarewells: FarewellState = new Map()

const put = (tx: Transaction, id: MemberId, farewell: Farewell | null): void => {
  const next = new Map(tx.state.farewells)
  const before = next.get(id)
  if (farewell === null) next.delete(id)
  else next.set(id, farewell)
  if (before?.opened && before.opened !== farewell?.opened)
    tx.stale.push(...secretsOfInitiator(before.opened.state)) // FS
  const after = farewell?.session?.session
  if (before?.session)
    tx.stale.push(...(after ? retired(before.session.session, after) : secretsOf(before.session.session))) // FS
  write(tx, 'farewells', next)
}

/** A member was removed: its entry is kept to tell it so. */
export const keepFarewell = (
  tx: Transaction,
  who: Identified,
  { by, reason }: Pick<Farewell, 'by' | 'reason'>,
): void => {
  // One that was evicted was told at once; one that expired hears it when it is here again.
  const saidAt = reason === 'expired' ? null : tx.now
  put(tx, who.id, { who, by, reason, saidAt, answeredAt: null, opened: null, session: null })
  for (const oldest of tx.state.farewells.keys()) {
    if (tx.state.farewells.size <= maxKept) break
    put(tx, oldest, null)
  }
}

const parties = (tx: Transaction, peer: Identified) => ({
  groupId: tx.state.groupId,
  self: tx.state.self,
  peer,
  psk: null,
})

const sessionOf = (tx: Transaction, id: MemberId, start: SessionStart): Promise<Session> => {
  tx.stale.push(start.key) // FS
  const { groupId, self } = tx.state
  return createSession(tx.ports.crypto, { start, groupId, self: fromHex(self.id), peer: fromHex(id) })
}

/** Says it, and keeps the session only for the answer of one that expired. */
const say = async (tx: Transaction, farewell: Farewell, session: Session, run: Bytes): Promise<void> => {
  const { who, by, reason } = farewell
  const message: Control = { kind: 'removed', by, reason, live: liveMembers(tx.state.group).length }
  const made = await seal(tx.ports.crypto, session, encode(control, message), {
    padding: 'control',
    turn: 'due',
    now: tx.now,
  })
  tx.stale.push(...made.stale) // FS
  const frame: Frame = { kind: 'pair', body: made.bytes }
  sendFrame(tx, who.entry.address, frame, { inside: message })
  const kept = { session: made.session, run, frame: encodeFrame(frame), isSaid: true, until: tx.now + runMs }
  if (reason !== 'expired') tx.stale.push(...secretsOf(made.session)) // FS
  put(tx, who.id, { ...farewell, opened: null, session: reason === 'expired' ? kept : null, saidAt: tx.now })
}

const mayStart = ({ saidAt, opened, session }: Farewell, now: number): boolean =>
  opened === null && session === null && (saidAt === null || now - saidAt >= sayEveryMs)

/** One that expired comes back this way: it is not made to wait. */
const mayAnswer = ({ answeredAt, reason }: Farewell, now: number): boolean =>
  answeredAt === null || now - answeredAt >= (reason === 'expired' ? answerEveryMs : sayEveryMs)

/** A flow of a handshake from one that is removed. */
export const meetRemoved = async (
  tx: Transaction,
  from: Address,
  { from: id, flow, body }: Extract<Frame, { kind: 'handshake' }>,
): Promise<void> => {
  const farewell = farewellOf(tx, id)
  const run = runOf(body)
  if (farewell === null || run === null || farewell.who.entry.address !== from)
    throw new Rejection('group/not-a-member')
  if (flow === 2) {
    const { opened } = farewell
    if (opened === null || !equal(opened.run, run)) throw new Rejection('frame/unexpected')
    const finish = await finishHandshake(tx.ports.crypto, opened.state, body)
    if (finish.kind === 'rejected') throw new Rejection(finish.code)
    tx.stale.push(...finish.stale) // FS
    return say(tx, farewell, await sessionOf(tx, id, finish.start), run)
  }
  if (farewell.session !== null && equal(farewell.session.run, run)) {
    sendBytes(tx, from, farewell.session.frame)
    return
  }
  // Where both opened one, as two do that count each other as expired, the run of the greater id goes on.
  if (farewell.opened !== null && tx.state.self.id > id) return
  if (!mayAnswer(farewell, tx.now)) throw new Rejection('group/not-a-member')
  const answer = await respondHandshake(tx.ports.crypto, parties(tx, farewell.who), body)
  if (answer.kind === 'rejected') throw new Rejection(answer.code)
  tx.stale.push(...answer.stale) // FS
  const frame = encodeFrame({
    kind: 'handshake',
    from: tx.state.self.id,
    to: id,
    flow: 2,
    body: answer.flow2,
  })
  const session = await sessionOf(tx, id, answer.start)
  const waiting = { session, run, frame, isSaid: false, until: tx.now + runMs }
  put(tx, id, { ...farewell, answeredAt: tx.now, opened: null, session: waiting })
  sendBytes(tx, from, frame)
}

/** Who was removed under this id, from the roster's own record where this member woke since. */
const farewellOf = ({ state }: Transaction, id: MemberId): Farewell | null => {
  const known = state.farewells.get(id)
  if (known !== undefined) return known
  const who = keptEntry(state.group, id)
  const removal = removalOf(state.group, id)
  if (who === null || removal === null || removal.reason === 'left') return null
  return {
    who,
    by: removal.by,
    reason: removal.reason,
    saidAt: null,
    answeredAt: null,
    opened: null,
    session: null,
  }
}

const keptAt = (tx: Transaction, from: Address): Farewell | null => {
  const known = [...tx.state.farewells.values()].findLast(({ who }) => who.entry.address === from)
  if (known !== undefined) return known
  const kept = [...tx.state.group.roster.kept.values()].findLast(({ entry }) => entry.address === from)
  return kept === undefined ? null : farewellOf(tx, kept.id)
}

export type Heard =
  /** Nobody that was removed speaks from this address, or what it says opens nowhere. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'said' }
  /** One that expired returns, under this entry. */
  | { readonly kind: 'returned'; readonly entry: Identified; readonly before: MemberId }
  /** Each counts the other as expired, and this one is to return: its side has fewer, or the greater id. */
  | { readonly kind: 'expired-here'; readonly teller: Identified }

/** A sealed frame that opened in no session of a live member: perhaps of one that was removed. */
export const hearRemoved = async (tx: Transaction, from: Address, body: Bytes): Promise<Heard> => {
  const farewell = keptAt(tx, from)
  if (farewell === null || membersAt(tx.state, from).length > 0) return { kind: 'nothing' }
  const { session } = farewell
  if (session === null) {
    await openFarewell(tx, farewell)
    return { kind: 'said' }
  }
  const opened = await open(tx.ports.crypto, session.session, body, tx.now)
  if (opened.kind === 'rejected') return { kind: 'nothing' }
  tx.stale.push(...opened.stale) // FS
  put(tx, farewell.who.id, { ...farewell, session: { ...session, session: opened.session } })
  const heard = farewell.reason === 'expired' ? understood(tx, farewell, opened.plaintext) : null
  if (heard !== null) {
    put(tx, farewell.who.id, { ...farewell, session: null })
    return heard
  }
  if (!session.isSaid) await say(tx, farewell, opened.session, session.run)
  return { kind: 'said' }
}

/**
 * Something else of an address whose member was removed.
 *
 * @returns false where there is no such member
 */
export const answerRemoved = async (tx: Transaction, from: Address): Promise<boolean> => {
  const farewell = keptAt(tx, from)
  if (farewell === null || membersAt(tx.state, from).length > 0) return false
  await openFarewell(tx, farewell)
  return true
}

/** What one that expired answers: the entry under which it returns, or that it is I who expired. */
const understood = (tx: Transaction, { who }: Farewell, plaintext: Bytes): Heard | null => {
  const message = decodeControl(plaintext)
  if (message?.kind === 'returned') {
    const entry = identify(tx.ports.crypto, tx.state.groupId, message.entry)
    const isSame =
      equal(entry.entry.dh, who.entry.dh) &&
      equal(entry.entry.kem, who.entry.kem) &&
      entry.entry.address === who.entry.address
    return isSame ? { kind: 'returned', entry, before: who.id } : null
  }
  if (message?.kind !== 'removed' || message.reason !== 'expired') return null
  const live = liveMembers(tx.state.group).length
  const isMine = live < message.live || (live === message.live && tx.state.self.id > who.id)
  return isMine ? { kind: 'expired-here', teller: who } : null
}

const decodeControl = (plaintext: Bytes): Control | null => {
  try {
    return decode(control, plaintext)
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

const openFarewell = async (tx: Transaction, farewell: Farewell): Promise<void> => {
  if (!mayStart(farewell, tx.now)) return
  const { who } = farewell
  const { state, flow1 } = await initiateHandshake(tx.ports.crypto, parties(tx, who))
  put(tx, who.id, {
    ...farewell,
    saidAt: tx.now,
    opened: { run: runOf(flow1)!, state, until: tx.now + runMs },
  })
  sendFrame(tx, who.entry.address, {
    kind: 'handshake',
    from: tx.state.self.id,
    to: who.id,
    flow: 1,
    body: flow1,
  })
}

/** Expired members that are present again, and on the roster under no other entry. */
const present = (state: PeerState): readonly MemberId[] =>
  [...state.group.roster.kept.values()]
    .filter(
      ({ id, entry }) =>
        removalOf(state.group, id)?.reason === 'expired' &&
        isPresent(state, entry.address) &&
        membersAt(state, entry.address).length === 0,
    )
    .map(({ id }) => id)

export const tickFarewells = async (tx: Transaction): Promise<void> => {
  for (const [id, farewell] of tx.state.farewells) {
    const opened = farewell.opened !== null && tx.now >= farewell.opened.until ? null : farewell.opened
    const session = farewell.session !== null && tx.now >= farewell.session.until ? null : farewell.session
    if (opened !== farewell.opened || session !== farewell.session)
      put(tx, id, { ...farewell, opened, session })
  }
  if (tx.state.phase.kind !== 'joined') return
  for (const id of present(tx.state)) {
    const farewell = farewellOf(tx, id)
    if (farewell !== null) await openFarewell(tx, farewell)
  }
}

export const wakeAtFarewells = (state: PeerState, now: number): readonly number[] => [
  ...[...state.farewells.values()].flatMap(({ opened, session }) =>
    [opened?.until, session?.until].filter((until) => until !== undefined),
  ),
  ...(state.phase.kind === 'joined' ? present(state) : []).map((id) => {
    const saidAt = state.farewells.get(id)?.saidAt ?? null
    return saidAt === null ? now : saidAt + sayEveryMs
  }),
]
