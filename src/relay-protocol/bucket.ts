/** Tokens that refill at a rate: a burst may spend them all at once. */
export interface Bucket {
  tokens: number
  at: number
}

/** Milliseconds until `cost` can be paid; 0 once it was paid. */
export function pay(bucket: Bucket, cost: number, rate: number, burst: number, now: number): number {
  bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) * rate) / 1000)
  bucket.at = now
  if (bucket.tokens < cost) return Math.ceil(((cost - bucket.tokens) / rate) * 1000)
  bucket.tokens -= cost
  return 0
}

export interface NetworkBuckets {
  spend(network: string, cost: number): number
  /** Forgets the networks whose buckets are full again. */
  sweep(): void
}

/** One bucket per network, in this process. */
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
