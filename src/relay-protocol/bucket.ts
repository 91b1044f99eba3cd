/** Token buckets: how the relay limits rates, per socket, network, room and sender. */

/** Tokens that refill at a rate. A burst may spend them all at once. */
export interface Bucket {
  tokens: number
  at: number
}

/**
 * Refills the bucket, then takes `cost` if it can.
 *
 * @param bucket - changed in place
 * @param rate - tokens per second
 * @param burst - most tokens the bucket holds
 * @param now - milliseconds on any monotonic clock
 * @returns 0 if the cost was taken, otherwise the milliseconds until it can be
 */
export function pay(bucket: Bucket, cost: number, rate: number, burst: number, now: number): number {
  bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) * rate) / 1000)
  bucket.at = now
  if (bucket.tokens < cost) return Math.ceil(((cost - bucket.tokens) / rate) * 1000)
  bucket.tokens -= cost
  return 0
}

/** A charge to a named bucket. */
export interface Charge {
  readonly name: string
  readonly cost: number
  /** Tokens per second. */
  readonly rate: number
  /** Most tokens the bucket holds. */
  readonly burst: number
}

export interface Buckets {
  /** All charges or none. 0, or the milliseconds until all could be paid. */
  spend(charges: readonly Charge[]): number
  /** Drops the full buckets among the next `most`, so that one sweep stays short. */
  sweep(most: number): void
}

/**
 * Buckets by name, held in this process.
 *
 * @param now - milliseconds on a monotonic clock
 */
export function createBuckets(now: () => number): Buckets {
  const buckets = new Map<string, Bucket & { rate: number; burst: number }>()
  let swept = buckets.entries()
  return {
    spend(charges) {
      let wait = 0
      const due = charges.map(({ name, rate, burst, cost }) => {
        const bucket = buckets.get(name) ?? { tokens: burst, at: now(), rate, burst }
        buckets.set(name, bucket)
        pay(bucket, 0, rate, burst, now())
        if (bucket.tokens < cost) wait = Math.max(wait, Math.ceil(((cost - bucket.tokens) / rate) * 1000))
        return { bucket, cost }
      })
      if (wait === 0) for (const { bucket, cost } of due) bucket.tokens -= cost
      return wait
    },
    sweep(most) {
      for (let seen = 0; seen < most; seen++) {
        const next = swept.next()
        if (next.done) {
          swept = buckets.entries()
          return
        }
        const [name, { tokens, at, rate, burst }] = next.value
        if (tokens + ((now() - at) * rate) / 1000 >= burst) buckets.delete(name)
      }
    },
  }
}
