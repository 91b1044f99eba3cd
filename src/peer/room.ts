/**
 * Who is at the relay, who is linked directly, and the one place that decides which way a frame goes.
 *
 *   direct link  >  relay, where the address is present  >  none (its mailbox is `delivery/mail.ts`'s business)
 */
import type { Bytes } from '../codec/index.ts'
import type { Roster } from '../group/index.ts'
import type { Address } from '../identity/index.ts'
import type { Control } from './controls.ts'
import { factsOf } from './frame-facts.ts'
import { encodeFrame, type Frame } from './frames.ts'
import type { Path, PeerState } from './state.ts'
import { type Transaction, write } from './transaction.ts'

/** Mailbox owners are listed when the relay lets this address in, and then this often. */
const listOwnersMs = 60_000
/** After somebody went, sooner. */
const listAgainMs = 1_000
/** More addresses than any room has are not remembered. */
const maxPresent = 1_024

export interface RoomState {
  readonly online: boolean
  /** When the relay last let this address in. */
  readonly openedAt: number | null
  /** Whether it was in before: a reconnection. */
  readonly returned: boolean
  /** Oldest first, with the time since when this member sees them. */
  readonly present: ReadonlyMap<Address, number>
  /** Those of them that were here before this member. */
  readonly older: ReadonlySet<Address>
  readonly direct: ReadonlySet<Address>
  /** Addresses with a mailbox, and their stocks of pre-keys; `null` until the relay listed them. */
  readonly owners: ReadonlyMap<Address, number> | null
  readonly listOwnersAt: number | null
  /** The page is closing, and its direct links with it. */
  readonly closing: boolean
  /** The roster that the direct links were last chosen for, and how many members it had. Not stored. */
  readonly linkedFor: Roster | null
  readonly linked: number
}

export const outsideRoom: RoomState = {
  online: false,
  openedAt: null,
  returned: false,
  present: new Map(),
  older: new Set(),
  direct: new Set(),
  owners: null,
  listOwnersAt: null,
  closing: false,
  linkedFor: null,
  linked: 0,
}

const set = (tx: Transaction, change: Partial<RoomState>): void =>
  write(tx, 'room', { ...tx.state.room, ...change })

export const openRoom = (tx: Transaction, listed: readonly Address[]): void => {
  const { room, self } = tx.state
  const present = new Map<Address, number>()
  for (const address of listed.slice(0, maxPresent))
    if (address !== self.entry.address) present.set(address, room.present.get(address) ?? tx.now)
  const returned = room.returned || room.openedAt !== null
  const older = new Set(present.keys())
  set(tx, { online: true, openedAt: tx.now, returned, present, older, listOwnersAt: tx.now + listOwnersMs })
  tx.effects.push({ kind: 'list-owners' })
}

export const closeRoom = (tx: Transaction): void =>
  set(tx, { online: false, present: new Map(), older: new Set(), listOwnersAt: null })

export const notePresence = (tx: Transaction, address: Address, isHere: boolean): void => {
  const { room, self } = tx.state
  if (address === self.entry.address || room.present.has(address) === isHere) return
  if (isHere && room.present.size >= maxPresent) return
  const present = new Map(room.present)
  if (isHere) present.set(address, tx.now)
  else present.delete(address)
  // One that comes back is younger than this member.
  const older = new Set([...room.older].filter((one) => one !== address))
  // It may have a mailbox since the owners were listed.
  const soon = isHere ? null : Math.min(room.listOwnersAt ?? Number.POSITIVE_INFINITY, tx.now + listAgainMs)
  set(tx, {
    present,
    older: older.size === room.older.size ? room.older : older,
    listOwnersAt: soon ?? room.listOwnersAt,
  })
}

export const noteLink = (tx: Transaction, address: Address, isDirect: boolean): void => {
  const direct = new Set(tx.state.room.direct)
  if (isDirect) direct.add(address)
  else direct.delete(address)
  set(tx, { direct })
}

export const noteOwners = (tx: Transaction, owners: ReadonlyMap<Address, number>): void =>
  set(tx, { owners: new Map([...owners].slice(0, maxPresent)) })

export const noteLinked = (tx: Transaction, linked: number): void =>
  set(tx, { linkedFor: tx.state.group.roster, linked })

/** From now on the relay carries what a direct link would: the page that holds the links is going. */
export const noteClosing = (tx: Transaction): void => set(tx, { closing: true })

export const isPresent = ({ room }: PeerState, address: Address): boolean =>
  room.direct.has(address) || (room.online && room.present.has(address))

export const hasMailbox = ({ room }: PeerState, address: Address): boolean =>
  room.owners?.has(address) ?? false

/** How a frame reaches `address` now; `null` where it does not. */
export const pathTo = ({ room }: PeerState, address: Address): Exclude<Path, 'mail'> | null => {
  const byRelay = room.online && room.present.has(address)
  if (room.direct.has(address) && !(room.closing && byRelay)) return 'direct'
  return byRelay ? 'relay' : null
}

export interface Sending {
  /** `relay`: by nothing else. `mail`: into the mailbox. Left out: as `pathTo` says. */
  readonly path?: 'relay' | 'mail'
  readonly letter?: number
  /** What was sealed in the frame. */
  readonly inside?: Control | 'message'
}

/** Sends a frame. False where there is no way to `to` now. */
export const sendFrame = (tx: Transaction, to: Address, message: Frame, sending: Sending = {}): boolean =>
  sendBytes(tx, to, encodeFrame(message), sending)

/** Sends a frame that is kept as bytes: the same ones again. */
export const sendBytes = (tx: Transaction, to: Address, bytes: Bytes, sending: Sending = {}): boolean => {
  const { path: wanted, letter, inside = null } = sending
  const open = pathTo(tx.state, to)
  const path = wanted === 'relay' ? (open === null ? null : 'relay') : (wanted ?? open)
  if (path === null || (path !== 'direct' && !tx.state.room.online)) return false
  const facts = factsOf(bytes, inside)
  tx.effects.push({ kind: 'send', to, path, bytes, facts, ...(letter === undefined ? {} : { letter }) })
  return true
}

export const tickRoom = (tx: Transaction): void => {
  const { online, listOwnersAt } = tx.state.room
  if (!online || listOwnersAt === null || tx.now < listOwnersAt) return
  set(tx, { listOwnersAt: tx.now + listOwnersMs })
  tx.effects.push({ kind: 'list-owners' })
}

export const wakeAtRoom = ({ room }: PeerState): number | null => (room.online ? room.listOwnersAt : null)
