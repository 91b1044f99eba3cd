/**
 * The port of the relay's store: pre-keys and mailboxes, which outlive connections. `store.test.ts` is the contract of
 * every implementation.
 *
 *   pre-key   put ──take, replace──> taken ──30 days──> gone        a taken one is remembered and cannot be put again
 *   letter    mailed ──acknowledge, 30 days──> gone
 */

import type { Bytes } from '../../src/codec/index.ts'
import { type Address, LETTERS, type Letter, type Room, type Stock } from '../../src/relay-protocol/index.ts'

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
  /**
   * Also opens the owner's mailbox. A pre-key that was put before, taken or not, is not put again, so a put can be
   * repeated. `replace` drops all others. Resolves to the size of the stock.
   */
  putPreKeys(
    slot: Slot,
    items: readonly Bytes[],
    replace: boolean,
  ): Promise<number | 'stock-full' | 'room-full'>
  /** The oldest pre-key, returned once only. */
  takePreKey(slot: Slot): Promise<Bytes | null>
  countPreKeys(room: Room): Promise<readonly Stock[]>
  /** Drops the owner's pre-keys, letters and mailbox. */
  forget(slot: Slot): Promise<void>
  /** Stores a letter, unless the same one is waiting already. */
  deposit(to: Slot, from: Address, payload: Bytes): Promise<'mailed' | 'no-mailbox' | 'mailbox-full'>
  /** The oldest letters with ids greater than `after`, as many as fit a frame. */
  fetchMail(
    slot: Slot,
    after: number,
  ): Promise<{ readonly letters: readonly Letter[]; readonly more: boolean }>
  acknowledge(slot: Slot, ids: readonly number[]): Promise<void>
  /** 0 if `network` could pay `cost`, otherwise the milliseconds until it can. */
  spend(network: string, cost: number): Promise<number>
  /** Deletes expired data. */
  sweep(): Promise<void>
  /** Rejects if the store cannot store anything now. */
  check(): Promise<void>
  close(): Promise<void>
}
