/** Handles a client's request to the store: charges it, then reads or changes the store. */

import type { Address, Charge, Room, StoreFrame, StoreResponse } from '../../src/relay-protocol/index.ts'
import type { ShownToken, Store, StoreLimits } from './store.ts'

/** The relay's own question whether a client is a member of the room. `owner`: it stores something there. */
export interface StandingFrame {
  readonly kind: 'standing'
  readonly request: number
  readonly token: ShownToken
  readonly owner: boolean
}

/** A request with its sender: socket, network, room and address. */
export interface StoreRequest {
  readonly socket: number
  /** A pseudonym, so that the store does not list visitors. */
  readonly network: string
  /** Whether the network has quotas; this computer has none. */
  readonly limited: boolean
  /** Whether the sender showed the token of a class of members. */
  readonly member: boolean
  readonly room: Room
  readonly address: Address
  readonly frame: StoreFrame | StandingFrame
}

export type RelayResponse =
  | StoreResponse
  /** `memberOf`: the class of members, `null`: a stranger. */
  | { readonly kind: 'standing'; readonly request: number; readonly memberOf: string | null }

/** Retry delay when only the operator or expiry can help. */
const LATER_MS = 60_000
const UNAVAILABLE_MS = 2000
const LONGEST_WAIT_MS = 3_600_000
const HOUR_S = 3600
/** What a stored item costs besides its bytes. */
const ROW_BYTES = 200

/** Cost of a request to its network: what others have put makes counting expensive, and only an owner refills a stock. */
const costs: { readonly [K in StoreRequest['frame']['kind']]: number } = {
  'prekeys-put': 5,
  'prekeys-take': 5,
  'prekeys-count': 5,
  forget: 1,
  mail: 1,
  'mail-fetch': 1,
  'mail-ack': 1,
  standing: 1,
}

/** Each ten pre-keys cost one more. */
const costOf = (frame: StoreRequest['frame']): number =>
  costs[frame.kind] + (frame.kind === 'prekeys-put' ? Math.floor(frame.items.length / 10) : 0)

const storedBytes = ({ frame }: StoreRequest): number => {
  if (frame.kind === 'mail') return frame.payload.length + ROW_BYTES
  if (frame.kind !== 'prekeys-put') return 0
  return frame.items.reduce((sum, item) => sum + item.length + ROW_BYTES, 0)
}

/** Everything that a request has to pay. */
function chargesOf(request: StoreRequest, limits: StoreLimits): readonly Charge[] {
  const { network, room, address, frame, limited } = request
  const { networkPerSecond, networkBurst, quotaBytes, senderBytes, strangerTakes } = limits
  const charges: Charge[] = [
    {
      name: `requests ${network}`,
      cost: Math.min(costOf(frame), networkBurst),
      rate: networkPerSecond,
      burst: networkBurst,
    },
  ]
  if (!limited) return charges
  const cost = storedBytes(request)
  if (cost > 0) {
    const rate = limits.quotaBytesPerDay / (24 * HOUR_S)
    charges.push({ name: `bytes ${network}`, cost, rate, burst: quotaBytes })
    charges.push({ name: `bytes ${room}`, cost, rate, burst: quotaBytes })
    const ownRate = senderBytes / (96 * HOUR_S)
    charges.push({ name: `bytes ${room} ${address}`, cost, rate: ownRate, burst: senderBytes })
  }
  if (frame.kind === 'prekeys-take' && !request.member) {
    const rate = strangerTakes / HOUR_S
    charges.push({ name: `takes ${room} ${network}`, cost: 1, rate, burst: strangerTakes })
  }
  return charges
}

async function dispatch(store: Store, sender: StoreRequest): Promise<RelayResponse> {
  const { room, address, frame, member, limited, network } = sender
  const { request } = frame
  const slot = { room, address }
  switch (frame.kind) {
    case 'standing': {
      const founder = frame.owner ? (limited ? network : '') : null
      return { kind: 'standing', request, memberOf: await store.standing(room, frame.token, founder) }
    }
    case 'prekeys-put': {
      const stranger = limited && !member ? network : ''
      const stock = await store.putPreKeys(slot, frame.items, frame.replace, stranger)
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
      const to = { room, address: frame.to }
      const outcome = await store.deposit(to, address, frame.payload, !member)
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
export async function handleRequest(store: Store, request: StoreRequest): Promise<RelayResponse> {
  const { request: id } = request.frame
  try {
    const waitMs = await store.spend(chargesOf(request, store.limits))
    const retryAfterMs = Math.min(waitMs, LONGEST_WAIT_MS)
    if (retryAfterMs > 0) return { kind: 'refused', request: id, code: 'network-rate', retryAfterMs }
    return await dispatch(store, request)
  } catch {
    return { kind: 'refused', request: id, code: 'unavailable', retryAfterMs: UNAVAILABLE_MS }
  }
}
