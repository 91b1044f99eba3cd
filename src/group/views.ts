/**
 * What others may ask about a group's state.
 */
import type { Bytes } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { Identified, MemberId } from '../identity/index.ts'
import { newCounter } from './counter.ts'
import type { HeldEpoch } from './epoch.ts'
import { sendableOf } from './keeping.ts'
import type { KeptRemoval } from './removal.ts'
import { addEntry, emptyRoster, removalIn, rosterHash, sortedEntries } from './roster.ts'
import type { RosterEntry } from './roster-entry.ts'
import type { GroupState, Standing } from './state.ts'

/** How long another member may show another epoch before it counts as split off. */
export const splitMs = 10_000

/**
 * A group of one, without an epoch.
 *
 * @param groupId 16 bytes
 */
export const createGroup = (crypto: Crypto, groupId: Bytes, self: Identified): GroupState => {
  const { entry, hash, id } = self
  const roster = addEntry(emptyRoster, { entry, hash, id, by: id, teller: id, denied: [] })
  return {
    groupId,
    self: { entry, hash, id },
    founded: false,
    ended: null,
    roster,
    hash: rosterHash(crypto, groupId, roster),
    guests: new Map(),
    expected: new Map(),
    tellers: new Map(),
    askers: new Map(),
    listing: new Map(),
    epochs: [],
    current: null,
    currentSince: 0,
    counter: newCounter,
    heldBack: new Map(),
    arrivals: new Map(),
    contributions: new Map(),
    pending: null,
    needed: null,
    authoredAt: null,
    unservedSince: null,
    returned: false,
    quietUntil: null,
    evicted: false,
    standings: new Map(),
    authors: new Map(),
    showers: new Map(),
    absences: new Map(),
    steppedAt: null,
    wasOnline: false,
  }
}

/** Live members, oneself included, in the order of their ids. */
export const liveMembers = ({ roster }: GroupState): readonly RosterEntry[] => sortedEntries(roster)

/** A live member, or `null`. */
export const memberOf = ({ roster }: GroupState, id: MemberId): RosterEntry | null =>
  roster.entries.get(id) ?? null

/** The entry of a member that was removed, while it is kept. */
export const keptEntry = ({ roster }: GroupState, id: MemberId): Identified | null =>
  roster.kept.get(id) ?? null

/** The entry of a live or removed member, while it is known. */
export const entryOf = (state: GroupState, id: MemberId): Identified | null =>
  memberOf(state, id) ?? keptEntry(state, id)

/** The removal that is known of a member, or `null`. */
export const removalOf = ({ roster }: GroupState, id: MemberId): KeptRemoval | null => removalIn(roster, id)

/** Entries for which there is no place. */
export const waitingEntries = ({ roster }: GroupState): readonly RosterEntry[] => [...roster.waiting.values()]

/** The greatest epoch that can be used now, or `null`. */
export const currentEpoch = ({ epochs, current }: GroupState): HeldEpoch | null =>
  epochs.find(({ id }) => id === current) ?? null

/** The epoch by which messages go, or `null`: then they go through the pair sessions. */
export const sendableEpoch = (state: GroupState): HeldEpoch | null => sendableOf(state)

/** Live members that have shown another epoch for longer than 10 s. */
export const splitFrom = ({ standings }: GroupState, now: number): readonly MemberId[] =>
  [...standings]
    .filter(([, { differsSince }]) => differsSince !== null && now - differsSince > splitMs)
    .map(([id]) => id)

/** The group's part of a heartbeat. */
export const standing = (state: GroupState): Standing => {
  const current = currentEpoch(state)
  return {
    current: current === null ? null : { id: current.id, counter: current.counter },
    rosterHash: state.hash,
  }
}
