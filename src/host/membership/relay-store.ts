/**
 * One member's traffic with the relay's store: letters, pre-keys, owners of mailboxes. It carries out what the peer asks
 * and feeds the answers back; it decides nothing.
 */
import type { Bytes } from '../../codec/index.ts'
import type { Address } from '../../identity/index.ts'
import type { UntimedEvent } from '../../peer/index.ts'
import type { RelayClient } from '../../transport/index.ts'

/** Pre-keys of one request: together they fit a frame of 64 KiB. */
const maxRequestBytes = 60 * 1024

export interface RelayStore {
  /** Reads the own mailbox, oldest letter first, and says when it is empty. */
  readMail(): Promise<void>
  mail(to: Address, bytes: Bytes, letter: number): Promise<void>
  publish(preKeys: readonly Bytes[], replace: boolean): Promise<void>
  takePreKey(address: Address): Promise<void>
  listOwners(): Promise<void>
  forget(): void
  /** This member's pre-keys at the relay; `null` if unknown, or none are kept. */
  stock(): number | null
}

export interface RelayStorePorts {
  readonly self: Address
  /** Whether this member is stored, and so has pre-keys and a mailbox. */
  readonly isStored: boolean
  readonly relay: () => RelayClient | null
  /** Resolves once the event was taken, and stored. False where the membership is over. */
  readonly feed: (event: UntimedEvent) => Promise<boolean>
}

const inRequests = (preKeys: readonly Bytes[]): readonly (readonly Bytes[])[] => {
  const requests: Bytes[][] = []
  let room = 0
  for (const preKey of preKeys) {
    room -= preKey.length + 2
    if (room < 0) {
      requests.push([])
      room = maxRequestBytes - preKey.length - 2
    }
    requests.at(-1)?.push(preKey)
  }
  return requests
}

export const createRelayStore = ({ self, isStored, relay, feed }: RelayStorePorts): RelayStore => {
  let stock: number | null = null
  /** One reading at a time; a letter that is announced meanwhile asks for another round. */
  let reading: Promise<void> | null = null
  let again = false
  /** Publishing is several requests. What the relay counts meanwhile looks like a stock that is running low. */
  let publishing = false

  const request: RelayClient['request'] = (body) => relay()?.request(body) ?? Promise.resolve(null)

  const setStock = async (count: number): Promise<void> => {
    stock = count
    await feed({ kind: 'published', stock: count })
  }

  const readAll = async (): Promise<void> => {
    for (let after = 0, more = true; more; ) {
      const response = await request({ kind: 'mail-fetch', after })
      if (response?.kind !== 'letters') return
      const read: number[] = []
      for (const { id, from, payload } of response.letters) {
        after = id
        if (await feed({ kind: 'received', from: from as Address, path: 'mail', bytes: payload }))
          read.push(id)
      }
      // A letter goes from the relay once what it said is stored here.
      if (read.length > 0) await request({ kind: 'mail-ack', ids: read })
      more = response.more && read.length > 0
    }
    await feed({ kind: 'mail-read' })
  }

  return {
    stock: () => stock,
    async readMail() {
      if (!isStored) return
      if (reading !== null) {
        again = true
        return reading
      }
      reading = readAll()
      await reading
      reading = null
      if (again) {
        again = false
        await this.readMail()
      }
    },
    async mail(to, payload, letter) {
      const response = await request({ kind: 'mail', to, payload })
      const isFull = response?.kind === 'refused' && response.code === 'mailbox-full'
      const outcome = response?.kind === 'mailed' ? 'stored' : isFull ? 'full' : 'failed'
      await feed({ kind: 'mailed', letter, outcome })
    },
    async publish(preKeys, replace) {
      let stored: number | null = null
      publishing = true
      for (const [i, items] of inRequests(preKeys).entries()) {
        const response = await request({ kind: 'prekeys-put', replace: replace && i === 0, items })
        if (response?.kind !== 'prekeys-stored') break
        stored = response.stock
      }
      publishing = false
      if (stored !== null) await setStock(stored)
    },
    async takePreKey(address) {
      const response = await request({ kind: 'prekeys-take', of: address })
      if (response?.kind === 'prekey') await feed({ kind: 'prekey', address, published: response.item })
    },
    async listOwners() {
      const response = await request({ kind: 'prekeys-count' })
      if (response?.kind !== 'prekeys-counted') return
      const stocks = new Map(response.stocks.map(({ address, count }) => [address as Address, count]))
      const own = stocks.get(self)
      stocks.delete(self)
      await feed({ kind: 'owners', owners: stocks })
      if (isStored && !publishing) await setStock(own ?? 0)
    },
    forget: () => void request({ kind: 'forget' }),
  }
}
