/**
 * One membership's pre-keys and mailbox at the relay: fetches letters, refills the stock, and finds the members who are
 * asleep. The peer decides what to do with them.
 */

import type { Bytes } from '../../codec/index.ts'
import type { MemberId } from '../../group/index.ts'
import { refillAt, stockSize } from '../../prekeys/index.ts'
import type { RelayClient } from '../../transport/index.ts'

/** Pre-keys per step, so that no letter or frame waits longer than that. */
const batch = 10
/** This many of 2,892 bytes fit a 64 KiB frame. */
const preKeysPerFrame = 20

/** The member id behind an address: its first half. */
export const memberOf = (address: string): MemberId => address.slice(0, 32) as MemberId

export interface Mailbox {
  /** Learns who has a mailbox, then reads this member's own, oldest letter first. */
  collect(): Promise<void>
  /** Refills the stock of pre-keys and reports the members who are asleep. */
  tend(): Promise<void>
  publish(preKeys: readonly Bytes[]): Promise<void>
  take(member: MemberId): Promise<void>
  /** This member's pre-keys at the relay; `null` if unknown. */
  stock(): number | null
}

export interface MailboxOwner {
  readonly self: MemberId
  readonly relay: () => RelayClient | null
  readonly addresses: Map<MemberId, string>
  /** Whether this member is stored, and so has pre-keys and a mailbox. */
  readonly stored: boolean
  readonly isPresent: (member: MemberId) => boolean
  /** Resolves to `false` if the letter must be read again later, so it stays in the mailbox. */
  readonly read: (from: MemberId, bytes: Bytes) => Promise<boolean>
  readonly restock: (count: number) => Promise<void>
  readonly asleep: (members: readonly MemberId[]) => Promise<void>
  readonly preKey: (member: MemberId, published: Bytes | null) => Promise<void>
}

export const createMailbox = (owner: MailboxOwner): Mailbox => {
  const { self, addresses } = owner
  let stock: number | null = null
  let tending = false

  const request: RelayClient['request'] = (body) => owner.relay()?.request(body) ?? Promise.resolve(null)

  /** Every member with a mailbox in this room. */
  const count = async (): Promise<readonly MemberId[]> => {
    const response = await request({ kind: 'prekeys-count' })
    if (response?.kind !== 'prekeys-counted') return []
    for (const { address } of response.stocks) addresses.set(memberOf(address), address)
    if (owner.stored) stock = response.stocks.find(({ address }) => memberOf(address) === self)?.count ?? 0
    return response.stocks.map(({ address }) => memberOf(address))
  }

  const refill = async (): Promise<void> => {
    if (stock === null || stock > refillAt) return
    for (let missing = stockSize - stock; missing > 0; missing -= batch) {
      await owner.restock(Math.min(batch, missing))
    }
  }

  return {
    stock: () => stock,
    async collect() {
      await count()
      if (!owner.stored) return
      for (let after = 0, more = true; more; ) {
        const response = await request({ kind: 'mail-fetch', after })
        if (response?.kind !== 'letters' || response.letters.length === 0) return
        const read: number[] = []
        for (const { id, from, payload } of response.letters) {
          addresses.set(memberOf(from), from)
          if (await owner.read(memberOf(from), payload)) read.push(id)
          after = id
        }
        if (read.length > 0) await request({ kind: 'mail-ack', ids: read })
        more = response.more
      }
    },
    async tend() {
      if (tending) return
      tending = true
      try {
        const owners = await count()
        await owner.asleep(owners.filter((id) => id !== self && !owner.isPresent(id)))
        await refill()
      } finally {
        tending = false
      }
    },
    async publish(preKeys) {
      for (let at = 0; at < preKeys.length; at += preKeysPerFrame) {
        const items = preKeys.slice(at, at + preKeysPerFrame)
        const response = await request({ kind: 'prekeys-put', replace: false, items })
        if (response?.kind === 'prekeys-stored') stock = response.stock
      }
    },
    async take(member) {
      const of = addresses.get(member)
      const response = of === undefined ? null : await request({ kind: 'prekeys-take', of })
      if (response?.kind === 'prekey') await owner.preKey(member, response.item)
    },
  }
}
