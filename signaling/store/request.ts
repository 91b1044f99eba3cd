/** Handles a client's request to the store: charges its network, then reads or changes the store. */

import type { Address, Room, StoreFrame, StoreResponse } from '../../src/relay-protocol/index.ts'
import type { Store } from './store.ts'

/** A request with its sender: socket, network, room and address. */
export interface StoreRequest {
  readonly socket: number
  readonly network: string
  readonly room: Room
  readonly address: Address
  readonly frame: StoreFrame
}

/** Retry delay when only the operator or expiry can help. */
const LATER_MS = 60_000
const UNAVAILABLE_MS = 2000

/** Cost of a request to its network. Taking is expensive, since a stock is refilled only when its owner returns. */
const costs: { readonly [K in StoreFrame['kind']]: number } = {
  'prekeys-put': 5,
  'prekeys-take': 5,
  'prekeys-count': 1,
  forget: 1,
  mail: 1,
  'mail-fetch': 1,
  'mail-ack': 1,
}

async function dispatch(store: Store, { room, address, frame }: StoreRequest): Promise<StoreResponse> {
  const { request } = frame
  const slot = { room, address }
  switch (frame.kind) {
    case 'prekeys-put': {
      const stock = await store.putPreKeys(slot, frame.items, frame.replace)
      return typeof stock === 'number'
        ? { kind: 'prekeys-stored', request, stock }
        : { kind: 'refused', request, code: stock, retryAfterMs: LATER_MS }
    }
    case 'prekeys-take':
      return { kind: 'prekey', request, item: await store.takePreKey({ room, address: frame.of }) }
    case 'prekeys-count':
      return { kind: 'prekeys-counted', request, stocks: await store.countPreKeys(room) }
    case 'forget':
      await store.forget(slot)
      return { kind: 'forgotten', request }
    case 'mail': {
      const outcome = await store.deposit({ room, address: frame.to }, address, frame.payload)
      return outcome === 'mailed'
        ? { kind: 'mailed', request }
        : { kind: 'refused', request, code: outcome, retryAfterMs: LATER_MS }
    }
    case 'mail-fetch':
      return { kind: 'letters', request, ...(await store.fetchMail(slot, frame.after)) }
    case 'mail-ack':
      await store.acknowledge(slot, frame.ids)
      return { kind: 'mail-acked', request }
  }
}

/** Handles `request`. Never rejects: if the store fails, the response is `refused unavailable`. */
export async function handleRequest(store: Store, request: StoreRequest): Promise<StoreResponse> {
  const { kind, request: id } = request.frame
  try {
    const retryAfterMs = await store.spend(request.network, costs[kind])
    if (retryAfterMs > 0) return { kind: 'refused', request: id, code: 'network-rate', retryAfterMs }
    return await dispatch(store, request)
  } catch {
    return { kind: 'refused', request: id, code: 'unavailable', retryAfterMs: UNAVAILABLE_MS }
  }
}
