/**
 * What may be shown of a member: names, numbers and states; no secret in it.
 */
import { toHex } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { currentEpoch, liveMembers, type RosterEntry, splitFrom, waitingEntries } from '../group/index.ts'
import { displayName, type MemberId, nameKey, type SafetyNumber } from '../identity/index.ts'
import { type AdmissionView, admissionView } from './admission/admission.ts'
import { sleepers } from './asleep.ts'
import { type DeliveryView, deliveryView } from './delivery/view.ts'
import { nameOf } from './members.ts'
import { knowingRemoved } from './password.ts'
import { pathTo } from './room.ts'
import type { PeerState } from './state.ts'
import { pairNumberOf, roomNumberOf } from './verification.ts'

export type Link = 'self' | 'connecting' | 'direct' | 'relayed' | 'offline'

/** `let-in`: by a member that proved nothing of it to this one. `pre-keyed`: asleep, and not heard yet. */
export type Trust = 'self' | 'let-in-by-you' | 'let-in' | 'pre-keyed'

export interface MemberView {
  readonly id: string
  /** Of its links: 64 hexadecimal digits. */
  readonly address: string
  readonly name: string
  /** Four digits of the id, where another name reads like this one. */
  readonly digits: string | null
  readonly link: Link
  readonly trust: Trust
  /** Who let it in, by name; `null` for a founder, and where that member is gone. */
  readonly letInBy: string | null
  /** This user compared numbers, and they were the same. */
  readonly verified: boolean
  /** It has a mailbox, and no way leads to it now. */
  readonly asleep: boolean
  /** It has shown another epoch than ours for more than 10 s. */
  readonly split: boolean
  /** Of this pair alone; `null` for oneself and for one that has no entry yet. */
  readonly number: SafetyNumber | null
}

export interface PeerView {
  readonly phase: 'joining' | 'agreeing' | 'joined' | 'refused' | 'left' | 'removed'
  /** Of a removal: who decided it, and why. */
  readonly removal: {
    readonly by: string | null
    readonly reason: 'left' | 'evicted' | 'expired' | null
  } | null
  readonly admission: AdmissionView
  readonly members: readonly MemberView[]
  /** Entries for which the roster has no place. */
  readonly waiting: number
  readonly epoch: number | null
  /** 16 bytes as eight groups of four hexadecimal digits. */
  readonly fingerprint: string | null
  /** The same on all screens while nobody comes or goes; `null` while alone. */
  readonly roomNumber: SafetyNumber | null
  readonly delivery: DeliveryView
  readonly password: {
    /** Who chose the one in force; `null`: it is the one that the room was founded with, or its chooser is gone. */
    readonly by: string | null
    readonly isMine: boolean
    /** Removed members that know it. */
    readonly knownToRemoved: number
  }
}

const linkOf = (state: PeerState, { id, entry }: RosterEntry): Link => {
  if (id === state.self.id) return 'self'
  const path = pathTo(state, entry.address)
  if (path === null) return 'offline'
  const pair = state.pairs.pairs.get(id)
  if (pair === undefined || pair.session === null) return 'connecting'
  return path === 'direct' ? 'direct' : 'relayed'
}

const trustOf = (state: PeerState, { id, by }: RosterEntry): Trust => {
  if (id === state.self.id) return 'self'
  const hasMet = state.pairs.pairs.get(id)?.session != null
  if (!hasMet && state.asleep.unproved.has(id)) return 'pre-keyed'
  return by === state.self.id ? 'let-in-by-you' : 'let-in'
}

/** Ids whose names read like another's. */
const ambiguous = (members: readonly RosterEntry[]): ReadonlySet<MemberId> => {
  const byKey = new Map<string, readonly MemberId[]>()
  for (const { id, entry } of members) {
    const key = nameKey(entry.name)
    byKey.set(key, [...(byKey.get(key) ?? []), id])
  }
  return new Set([...byKey.values()].filter((ids) => ids.length > 1).flat())
}

const membersOf = (crypto: Crypto, state: PeerState, now: number): readonly MemberView[] => {
  const live = liveMembers(state.group)
  const names = new Map(live.map(({ id, entry }) => [id, displayName(entry.name)]))
  const twins = ambiguous(live)
  const split = new Set(splitFrom(state.group, now))
  const listed = live.map((member): MemberView => {
    const { id, by } = member
    const link = linkOf(state, member)
    return {
      id,
      address: member.entry.address,
      name: names.get(id) ?? '',
      digits: twins.has(id) ? id.slice(0, 4) : null,
      link,
      trust: trustOf(state, member),
      letInBy: by === id ? null : (names.get(by) ?? null),
      verified: state.verified.has(id),
      asleep: link === 'offline' && (state.room.owners?.has(member.entry.address) ?? false),
      split: split.has(id),
      number: id === state.self.id ? null : pairNumberOf(crypto, state, id),
    }
  })
  return [...listed, ...sleepers(state).addresses.map(unknownSleeper)]
}

/** Met by a pre-key alone: its name comes with its return. */
const unknownSleeper = (address: string): MemberView => ({
  id: address.slice(0, 32),
  address,
  name: '',
  digits: address.slice(0, 4),
  link: 'offline',
  trust: 'pre-keyed',
  letInBy: null,
  verified: false,
  asleep: true,
  split: false,
  number: null,
})

const phaseOf = ({ phase, group }: PeerState): PeerView['phase'] => {
  if (phase.kind === 'ended') return phase.ending
  if (phase.kind === 'joining') return 'joining'
  return group.epochs.length > 0 ? 'joined' : 'agreeing'
}

const passwordOf = (state: PeerState): PeerView['password'] => {
  const { record } = state.password
  const by = record === null ? null : nameOf(state, record.by)
  return {
    by: by === null ? null : displayName(by),
    isMine: record?.by === state.self.id,
    knownToRemoved: knowingRemoved(state).length,
  }
}

/** @param now milliseconds, for what depends on time: who is split off, until when a door is shut */
export const peerView = (crypto: Crypto, state: PeerState, now: number): PeerView => {
  const { group, phase } = state
  const epoch = currentEpoch(group) ?? group.epochs.at(-1) ?? null
  return {
    phase: phaseOf(state),
    removal:
      phase.kind === 'ended' && phase.ending === 'removed' ? { by: phase.by, reason: phase.reason } : null,
    admission: admissionView(state, now),
    members: phase.kind === 'joining' ? [] : membersOf(crypto, state, now),
    waiting: waitingEntries(group).length,
    epoch: epoch?.counter ?? null,
    fingerprint: epoch === null ? null : (toHex(epoch.fingerprint).match(/.{4}/g)?.join(' ') ?? null),
    roomNumber: liveMembers(group).length > 1 ? roomNumberOf(crypto, state) : null,
    delivery: deliveryView(state),
    password: passwordOf(state),
  }
}
