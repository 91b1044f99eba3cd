/**
 * Coming back from an expiry. A member that was away for longer than its lease has been removed; it returns under a new entry
 * with the same keys, and any member lets it in without a password.
 *
 *   guest   told "expired" ──flow 1 under the old entry──> flow 2 ──> "returned", new entry ──> waits
 *   host    "returned" ──flow 1 to the new entry──> flow 2 ──> on the roster, which is its first frame ──> in
 *
 * The guest drops its roster and takes its host's. Where no host is here for a minute, it founds the group again.
 */
import { type Bytes, encode, equal, fromHex } from '../codec/index.ts'
import { createGroup, liveMembers, removalOf } from '../group/index.ts'
import {
  type Address,
  finishHandshake,
  type Identified,
  initiateHandshake,
  type MemberId,
  renewEntry,
  respondHandshake,
  runOf,
  type Self,
  secretsOfInitiator,
} from '../identity/index.ts'
import { createSession, seal, secretsOf } from '../ratchet/index.ts'
import { type Control, control } from './controls.ts'
import { type Heard, noFarewells } from './farewell.ts'
import { encodeFrame, type Frame } from './frames.ts'
import { entryOf, otherMembers } from './members.ts'
import { admit, found } from './membership.ts'
import { adoptCandidate, endPair, pairOf } from './pairs.ts'
import { nobodyInReach } from './reach.ts'
import type { Returning, ReturningState, Run } from './returning-state.ts'
import { isPresent, sendBytes, sendFrame } from './room.ts'
import type { PeerState } from './state.ts'
import { earliest, Rejection, type Transaction, write } from './transaction.ts'

/** A run ends after this, and the next host is asked. */
const runMs = 5_000
const aloneMs = 60_000
const maxHosts = 16
const maxGuests = 16

type HandshakeFrame = Extract<Frame, { kind: 'handshake' }>

const set = (tx: Transaction, change: Partial<ReturningState>): void =>
  write(tx, 'returning', { ...tx.state.returning, ...change })

const putGuest = (tx: Transaction, id: MemberId, guest: (Run & { who: Identified }) | null): void => {
  const guests = new Map(tx.state.returning.guests)
  const before = guests.get(id)
  if (before !== undefined) tx.stale.push(...secretsOfInitiator(before.state)) // FS
  if (guest === null) guests.delete(id)
  else guests.set(id, guest)
  set(tx, { guests })
}

const ask = (tx: Transaction, asked: Returning['asked']): void => {
  const { self } = tx.state.returning
  if (self === null) return
  if (self.asked?.run) tx.stale.push(...secretsOfInitiator(self.asked.run.state)) // FS
  set(tx, { self: { ...self, asked } })
}

/** This member expired, says `teller`: from now on it has a new entry, and waits to be let in under it. */
export const comeBack = (tx: Transaction, teller: Identified): void => {
  const { state } = tx
  const { crypto } = tx.ports
  const others = otherMembers(state).filter(({ id }) => id !== teller.id)
  const renewed = renewEntry(crypto, state.groupId, state.self)
  const hosts = [teller, ...others].slice(0, maxHosts)
  for (const id of state.pairs.pairs.keys()) endPair(tx, id)
  for (const { state: opened } of state.pairs.meetings.values()) tx.stale.push(...secretsOfInitiator(opened)) // FS
  write(tx, 'pairs', { ...tx.state.pairs, meetings: new Map(), backoff: new Map(), answeredAt: new Map() })
  write(tx, 'self', renewed)
  write(tx, 'group', createGroup(crypto, state.groupId, renewed))
  write(tx, 'reach', nobodyInReach)
  write(tx, 'farewells', noFarewells)
  write(tx, 'verified', new Set())
  set(tx, { self: { old: state.self, hosts, asked: null, since: tx.now } })
}

/** Asks one host after the other, in turn, as long as this member is out. */
const askNext = async (tx: Transaction, { old, hosts, asked }: Returning): Promise<void> => {
  const at = hosts.findIndex(({ id }) => id === asked?.host)
  const order = [...hosts.slice(at + 1), ...hosts.slice(0, at + 1)]
  const host = order.find(({ entry }) => isPresent(tx.state, entry.address))
  if (host === undefined) return ask(tx, null)
  const { groupId } = tx.state
  const { state, flow1 } = await initiateHandshake(tx.ports.crypto, {
    groupId,
    self: old,
    peer: host,
    psk: null,
  })
  const until = tx.now + runMs
  ask(tx, { host: host.id, run: { run: runOf(flow1)!, state, until }, until })
  sendFrame(tx, host.entry.address, { kind: 'handshake', from: old.id, to: host.id, flow: 1, body: flow1 })
}

/** The session of a handshake that is over with one frame. */
const sayOnce = async (
  tx: Transaction,
  { old, host, message }: { old: Self; host: Identified; message: Control },
  start: Parameters<typeof createSession>[1]['start'],
): Promise<void> => {
  const { crypto } = tx.ports
  const ids = { groupId: tx.state.groupId, self: fromHex(old.id), peer: fromHex(host.id) }
  const session = await createSession(crypto, { start, ...ids })
  const made = await seal(crypto, session, encode(control, message), {
    padding: 'control',
    turn: 'due',
    now: tx.now,
  })
  tx.stale.push(start.key, ...made.stale, ...secretsOf(made.session)) // FS
  sendFrame(tx, host.entry.address, { kind: 'pair', body: made.bytes }, { inside: message })
}

const takeFlow2 = async (
  tx: Transaction,
  from: Address,
  { old, hosts, asked }: Returning,
  body: Bytes,
): Promise<void> => {
  const host = hosts.find(({ id }) => id === asked?.host)
  const run = runOf(body)
  if (host === undefined || host.entry.address !== from || !asked?.run || run === null) return
  if (!equal(run, asked.run.run)) return
  const finish = await finishHandshake(tx.ports.crypto, asked.run.state, body)
  if (finish.kind === 'rejected') throw new Rejection(finish.code)
  tx.stale.push(...finish.stale) // FS
  await sayOnce(tx, { old, host, message: { kind: 'returned', entry: tx.state.self.entry } }, finish.start)
  ask(tx, { host: host.id, run: null, until: tx.now + runMs })
}

/** A host opens the handshake with the new entry. */
const takeFlow1 = async (tx: Transaction, from: Address, host: Identified, body: Bytes): Promise<void> => {
  const { groupId, self } = tx.state
  const run = runOf(body)
  if (run === null || host.entry.address !== from) throw new Rejection('frame/unexpected')
  const next = pairOf(tx.state, host.id)?.next
  if (next?.role === 'responder' && equal(next.run, run)) {
    sendBytes(tx, from, next.frame)
    return
  }
  const answer = await respondHandshake(tx.ports.crypto, { groupId, self, peer: host, psk: null }, body)
  if (answer.kind === 'rejected') throw new Rejection(answer.code)
  tx.stale.push(...answer.stale) // FS
  const reply: Frame = { kind: 'handshake', from: self.id, to: host.id, flow: 2, body: answer.flow2 }
  const finished = { member: host.id, address: from, run, start: answer.start }
  await adoptCandidate(tx, finished, encodeFrame(reply))
  sendFrame(tx, from, reply)
}

/**
 * A flow of a handshake that belongs to a return.
 *
 * @returns false where it does not
 */
export const receiveReturn = async (
  tx: Transaction,
  from: Address,
  frame: HandshakeFrame,
): Promise<boolean> => {
  const { self, guests } = tx.state.returning
  if (self !== null && frame.to === self.old.id && frame.flow === 2) {
    await takeFlow2(tx, from, self, frame.body)
    return true
  }
  if (frame.to !== tx.state.self.id) return false
  const host = frame.flow === 1 ? self?.hosts.find(({ id }) => id === frame.from) : undefined
  if (host !== undefined) {
    await takeFlow1(tx, from, host, frame.body)
    return true
  }
  const guest = guests.get(frame.from)
  if (guest === undefined || frame.flow !== 2 || guest.who.entry.address !== from) return false
  const run = runOf(frame.body)
  if (run === null || !equal(run, guest.run)) return false
  const finish = await finishHandshake(tx.ports.crypto, guest.state, frame.body)
  if (finish.kind === 'rejected') throw new Rejection(finish.code)
  tx.stale.push(...finish.stale) // FS
  putGuest(tx, frame.from, null)
  await admit(tx, guest.who, { member: frame.from, address: from, run, start: finish.start })
  return true
}

/** One that had expired names its new entry: this member opens the handshake with it. */
export const readmit = async (
  tx: Transaction,
  { entry: who, before }: Extract<Heard, { kind: 'returned' }>,
): Promise<void> => {
  const { groupId, self, group, returning } = tx.state
  if (removalOf(group, before)?.reason !== 'expired' || removalOf(group, who.id) !== null)
    throw new Rejection('group/not-a-member')
  if (returning.guests.has(who.id) || returning.guests.size >= maxGuests) return
  const { crypto } = tx.ports
  const { state, flow1 } = await initiateHandshake(crypto, { groupId, self, peer: who, psk: null })
  putGuest(tx, who.id, { who, run: runOf(flow1)!, state, until: tx.now + runMs })
  sendFrame(tx, who.entry.address, { kind: 'handshake', from: self.id, to: who.id, flow: 1, body: flow1 })
}

/** The host whose roster this member waits for. */
export const hostOf = ({ returning }: PeerState, member: MemberId): Identified | null =>
  returning.self?.hosts.find(({ id }) => id === member) ?? null

/** The roster was taken: this member is in again. */
export const noteReturned = (tx: Transaction): void => {
  const { self } = tx.state.returning
  if (self === null) return
  ask(tx, null)
  set(tx, { self: null })
}

/** It returned, and its hosts were forgotten with the tab: it founds the group again here, and merges. */
const foundIfLost = async (tx: Transaction): Promise<void> => {
  const { group, phase } = tx.state
  if (phase.kind === 'joined' && !group.founded && liveMembers(group).length === 1) await found(tx)
}

export const tickReturning = async (tx: Transaction): Promise<void> => {
  for (const [id, guest] of tx.state.returning.guests) if (tx.now >= guest.until) putGuest(tx, id, null)
  const { ended } = tx.state.group
  if (ended?.reason === 'expired') {
    const teller = entryOf(tx.state, ended.teller)
    if (teller !== null) comeBack(tx, teller)
  }
  const { self } = tx.state.returning
  if (self === null) return foundIfLost(tx)
  const isHere = self.hosts.some(({ entry }) => isPresent(tx.state, entry.address))
  if (!isHere && tx.state.room.online && tx.now >= self.since + aloneMs) {
    noteReturned(tx)
    return found(tx)
  }
  if (isHere && (self.asked === null || tx.now >= self.asked.until)) await askNext(tx, self)
}

export const wakeAtReturning = ({ returning, room }: PeerState): number | null => {
  const { self, guests } = returning
  const ends = [...guests.values()].map(({ until }) => until)
  if (self === null || !room.online) return earliest(...ends)
  return earliest(...ends, self.asked?.until ?? self.since + aloneMs)
}
