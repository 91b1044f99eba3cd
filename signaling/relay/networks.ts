/**
 * What one network may do, over all its sockets: an IPv4 address or an IPv6 /64, and four times as much for the /48 around
 * it. Buckets survive reconnections, so that a new socket is not a new allowance.
 */

import {
  type Allowance,
  type Bucket,
  type Cost,
  fullAllowance,
  pay,
  payFor,
  type RelayLimits,
} from '../../src/relay-protocol/index.ts'

/** Where a socket comes from. A plain name stands for a network without limits, such as this computer. */
export type Network = string | { readonly name: string; readonly wide: string | null }

interface Usage extends Allowance {
  readonly joins: Bucket
  readonly opens: Bucket
  readonly factor: number
  sockets: number
}

export type Overdue = { readonly code: 'message-rate' | 'byte-rate'; readonly retryAfterMs: number }

export interface Networks {
  /** 0 if the network may open another socket now, otherwise the milliseconds until it may. */
  open(network: Network, now: number): number
  /** `false` if the network has too many sockets. */
  enter(network: Network, now: number): boolean
  leave(network: Network): void
  /** `null` if the network could pay. `isJoin`: joins have a bucket of their own, too. */
  charge(network: Network, cost: Cost, isJoin: boolean, now: number): Overdue | null
  /** Drops idle networks among the next thousand. */
  sweep(now: number): void
  clear(): void
}

const WIDE_FACTOR = 4
const SWEPT_AT_ONCE = 1000

export function createNetworks(limits: RelayLimits): Networks {
  const usages = new Map<string, Usage>()
  let swept = usages.entries()
  const refill = (factor: number) => {
    const times = factor * limits.networkFactor
    return {
      messagesPerSecond: limits.messagesPerSecond * times,
      messageBurst: limits.messageBurst * times,
      bytesPerSecond: limits.bytesPerSecond * times,
      byteBurst: limits.byteBurst * times,
    }
  }
  const usageOf = (name: string, factor: number, now: number): Usage => {
    const known = usages.get(name)
    if (known !== undefined) return known
    const full = fullAllowance({ ...limits, ...refill(factor) }, now)
    const joins = { tokens: limits.joinBurst * factor, at: now }
    const usage = { ...full, joins, opens: { ...joins }, factor, sockets: 0 }
    usages.set(name, usage)
    return usage
  }
  const named = (network: Network): readonly [name: string, factor: number][] => {
    if (typeof network === 'string') return []
    const { name, wide } = network
    return wide === null
      ? [[name, 1]]
      : [
          [name, 1],
          [wide, WIDE_FACTOR],
        ]
  }

  return {
    open(network, now) {
      const { joinsPerSecond, joinBurst } = limits
      const waits = named(network).map(([name, factor]) =>
        pay(usageOf(name, factor, now).opens, 1, joinsPerSecond * factor, joinBurst * factor, now),
      )
      return Math.max(0, ...waits)
    },
    enter(network, now) {
      const all = named(network).map(([name, factor]) => usageOf(name, factor, now))
      if (all.some(({ sockets, factor }) => sockets >= limits.socketsPerIp * factor)) return false
      for (const usage of all) usage.sockets++
      return true
    },
    leave(network) {
      for (const [name] of named(network)) {
        const usage = usages.get(name)
        if (usage !== undefined) usage.sockets--
      }
    },
    charge(network, cost, isJoin, now) {
      if (typeof network === 'string') return null
      for (const [name, factor] of named(network)) {
        const usage = usageOf(name, factor, now)
        const { joinsPerSecond, joinBurst } = limits
        const waitMs = isJoin ? pay(usage.joins, 1, joinsPerSecond * factor, joinBurst * factor, now) : 0
        if (waitMs > 0) return { code: 'message-rate', retryAfterMs: waitMs }
        const overdue = payFor(usage, cost, refill(factor), now)
        if (overdue !== null) return overdue
      }
      return null
    },
    sweep(now) {
      for (let seen = 0; seen < SWEPT_AT_ONCE; seen++) {
        const next = swept.next()
        if (next.done) {
          swept = usages.entries()
          return
        }
        const [name, usage] = next.value
        const longest = Math.max(
          limits.joinBurst / limits.joinsPerSecond,
          limits.messageBurst / limits.messagesPerSecond,
          limits.byteBurst / limits.bytesPerSecond,
        )
        const last = Math.max(usage.joins.at, usage.messages.at, usage.bytes.at)
        if (usage.sockets === 0 && now - last > longest * 1000) usages.delete(name)
      }
    },
    clear: () => usages.clear(),
  }
}
