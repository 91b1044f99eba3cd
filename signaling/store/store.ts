import type { Bytes } from '../../src/codec/index.ts'
import { type Address, LETTERS, type Letter, type Room, type Stock } from '../../src/relay-protocol/index.ts'

/** An owner's place in one room: what is kept there is theirs and nobody else's. */
export interface Slot {
  readonly room: Room
  readonly address: Address
}

export interface StoreLimits {
  /** Pre-keys of one owner in one room. */
  readonly preKeys: number
  /** Owners that one room may have. */
  readonly roomOwners: number
  readonly mailboxLetters: number
  /** Bytes of payload in one mailbox. */
  readonly mailboxBytes: number
  /** Pre-keys, letters, and the place of an owner that did not come back are dropped after this. */
  readonly keptMs: number
  /** Bytes of the whole store; beyond it nothing more is kept. */
  readonly storeBytes: number
  /** What one visitor's network may ask of the store: the cost of each request is in `costs`. */
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

/** Payload bytes, with 40 bytes of envelope each, that one `letters` frame may hold. */
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
 * What outlives a connection. A returned promise means that the change is durable; a rejected one that
 * nothing is known to have changed. Requests that were made in an order are done in that order.
 */
export interface Store {
  /**
   * Also opens the owner's mailbox. A pre-key that was ever put, taken or not, is not put again, so a put can
   * be repeated. `replace` drops all others. Returns the stock after it.
   */
  putPreKeys(
    slot: Slot,
    items: readonly Bytes[],
    replace: boolean,
  ): Promise<number | 'stock-full' | 'room-full'>
  /** The oldest one, to this caller only and never again. */
  takePreKey(slot: Slot): Promise<Bytes | null>
  countPreKeys(room: Room): Promise<readonly Stock[]>
  /** Drops the owner's pre-keys, letters and mailbox. */
  forget(slot: Slot): Promise<void>
  /** A letter that is waiting already is not kept twice. */
  deposit(to: Slot, from: Address, payload: Bytes): Promise<'mailed' | 'no-mailbox' | 'mailbox-full'>
  /** The oldest letters with ids greater than `after`, as many as fit a frame. */
  fetchMail(
    slot: Slot,
    after: number,
  ): Promise<{ readonly letters: readonly Letter[]; readonly more: boolean }>
  acknowledge(slot: Slot, ids: readonly number[]): Promise<void>
  /** Milliseconds until `network` may spend `cost`; 0 once it did. */
  spend(network: string, cost: number): Promise<number>
  /** Drops what has expired. */
  sweep(): Promise<void>
  /** Rejects where the store cannot keep anything now. */
  check(): Promise<void>
  close(): Promise<void>
}
