/** Token buckets: how the relay limits rates, per socket and per network. */

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

export interface NetworkBuckets {
  /** As `pay`: 0, or the milliseconds to wait. */
  spend(network: string, cost: number): number
  /** Drops the buckets that are full again. */
  sweep(): void
}

/**
 * One bucket per network, held in this process.
 *
 * @param rate - tokens per second
 * @param burst - most tokens a bucket holds
 * @param now - milliseconds on a monotonic clock
 */
export function createNetworkBuckets(rate: number, burst: number, now: () => number): NetworkBuckets {
  const buckets = new Map<string, Bucket>()
  return {
    spend(network, cost) {
      const bucket = buckets.get(network) ?? { tokens: burst, at: now() }
      buckets.set(network, bucket)
      return pay(bucket, cost, rate, burst, now())
    },
    sweep() {
      for (const [network, { tokens, at }] of buckets) {
        if (tokens + ((now() - at) * rate) / 1000 >= burst) buckets.delete(network)
      }
    },
  }
}
