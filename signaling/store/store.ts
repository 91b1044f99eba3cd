/**
 * The port of the relay's store: pre-keys and mailboxes, which outlive connections. `store.test.ts` is the contract of
 * every implementation.
 *
 *   pre-key   put ──take, replace──> taken ──30 days──> gone        a taken one is remembered and cannot be put again
 *   letter    mailed ──acknowledge, 30 days──> gone
 */

import type { Bytes } from '../../src/codec/index.ts'
import {
  type Address,
  type Charge,
  LETTERS,
  type Letter,
  type Room,
  type Stock,
} from '../../src/relay-protocol/index.ts'

/** What one owner stores in one room. */
export interface Slot {
  readonly room: Room
  readonly address: Address
}

export interface StoreLimits {
  /** Pre-keys of one owner in one room. */
  readonly preKeys: number
  /** Owners per room. */
  readonly roomOwners: number
  readonly mailboxLetters: number
  /** Bytes of payload in one mailbox. */
  readonly mailboxBytes: number
  /** Retention of pre-keys and letters, and of an owner who does not return. */
  readonly keptMs: number
  /** Size of the whole store in bytes. A full store refuses new data. */
  readonly storeBytes: number
  /** Rate of requests per network. `request.ts` has the cost of each. */
  readonly networkPerSecond: number
  readonly networkBurst: number
  /** Bytes that one network, and one room, may put or mail at once, and in a day after that. */
  readonly quotaBytes: number
  readonly quotaBytesPerDay: number
  /** Bytes that one sender may put or mail at once; a quarter of them in a day after that. */
  readonly senderBytes: number
  /** Mailboxes of a room that strangers on one network may open. */
  readonly networkOwners: number
  /** Pre-keys of a room that one network of strangers may take in an hour. */
  readonly strangerTakes: number
}

export const defaultStoreLimits: StoreLimits = {
  preKeys: 100,
  roomOwners: 256,
  mailboxLetters: 256,
  mailboxBytes: 1024 * 1024,
  keptMs: 30 * 24 * 3_600_000,
  storeBytes: 1024 * 1024 * 1024,
  networkPerSecond: 10,
  networkBurst: 600,
  // One network fills half of the store at most: 64 MiB, and 30 days of 16 MiB.
  quotaBytes: 64 * 1024 * 1024,
  quotaBytesPerDay: 16 * 1024 * 1024,
  senderBytes: 8 * 1024 * 1024,
  networkOwners: 32,
  strangerTakes: 20,
}

/** Taken pre-keys of one owner that are remembered, as a multiple of the stock. Older ones could be put again. */
export const TAKEN_FACTOR = 10
/** The part of a mailbox that strangers may fill, in a room with members. */
export const STRANGER_PART = 8
/** The part of a room's owners that may be strangers, in a room with members. */
export const STRANGER_OWNERS = 4
/** Classes of members in a room, and tokens of a class. Several classes exist only if groups meet under one name. */
export const CLASSES = 4
export const CLASS_TOKENS = 8
/** How long a token counts after another took its place. */
export const FORMER_MS = 31 * 24 * 3_600_000

/** SHA-256 of a member token and of the one before, in hexadecimal. */
export interface ShownToken {
  readonly current: string
  readonly former: string | null
}

/** Bytes of letters in one `letters` frame, with 40 bytes of envelope each. */
const PAGE_BYTES = 60 * 1024

/** How many of the oldest letters fit one frame. */
export function pageOf(sizes: readonly number[]): number {
  let left = PAGE_BYTES
  let count = 0
  for (const size of sizes.slice(0, LETTERS)) {
    left -= size + 40
    if (left < 0) break
    count++
  }
  return count
}

/**
 * A resolved promise means that the change is durable; after a rejection it may or may not have happened. Requests take
 * effect in the order of the calls.
 */
export interface Store {
  readonly limits: StoreLimits
  /**
   * Also opens the owner's mailbox. A pre-key that was put before, taken or not, is not put again, so a put can be
   * repeated. `replace` drops all others. Resolves to the size of the stock.
   *
   * @param stranger - the network of a new owner who is a stranger: the number of its owners in the room is limited, and all
   *   strangers a quarter of them in a room with members. Default: a member, or somebody without such limits
   */
  putPreKeys(
    slot: Slot,
    items: readonly Bytes[],
    replace: boolean,
    stranger?: string,
  ): Promise<number | 'stock-full' | 'room-full'>
  /** The oldest pre-key, returned once only. */
  takePreKey(slot: Slot): Promise<Bytes | null>
  countPreKeys(room: Room): Promise<readonly Stock[]>
  /** Drops the owner's pre-keys, letters and mailbox. */
  forget(slot: Slot): Promise<void>
  /**
   * Stores a letter, unless the same one is waiting already. A stranger's has an eighth of the mailbox in a room with
   * members.
   */
  deposit(
    to: Slot,
    from: Address,
    payload: Bytes,
    stranger?: boolean,
  ): Promise<'mailed' | 'no-mailbox' | 'mailbox-full'>
  /** The oldest letters with ids greater than `after`, as many as fit a frame. */
  fetchMail(
    slot: Slot,
    after: number,
  ): Promise<{ readonly letters: readonly Letter[]; readonly more: boolean }>
  acknowledge(slot: Slot, ids: readonly number[]): Promise<void>
  /**
   * The class of members to which a token belongs, or `null`.
   *
   *   active ──another shown together with it──> former ──31 days──> gone        unused for as long as a mailbox ──> gone
   *
   * A token shown together with an active one joins its class, and the other becomes a former one.
   *
   * @param founder - the network of one who stores something in the room: founds a class if the room has room for one
   *   more and no other was founded from there. `null`: only looks.
   */
  standing(room: Room, token: ShownToken, founder: string | null): Promise<string | null>
  /** 0 if all charges could be paid, otherwise none was, and the milliseconds until they can be. */
  spend(charges: readonly Charge[]): Promise<number>
  /** Deletes some expired data. Resolves to whether there may be more. */
  sweep(): Promise<boolean>
  /** Rejects if the store cannot store anything now. */
  check(): Promise<void>
  close(): Promise<void>
}
