/**
 * A token bucket: a store of tokens that fills slowly, so that a burst is served and a flood is not.
 */

export interface Bucket {
  readonly tokens: number
  /** When `tokens` was right, milliseconds. */
  readonly at: number
}

export interface BucketSize {
  readonly capacity: number
  readonly perMinute: number
}

/**
 * @param bucket `undefined` for one that nobody has drawn from
 * @returns the bucket as it stands at `now`
 */
export const refill = (
  bucket: Bucket | undefined,
  { capacity, perMinute }: BucketSize,
  now: number,
): Bucket => {
  if (bucket === undefined) return { tokens: capacity, at: now }
  const earned = (Math.max(0, now - bucket.at) / 60_000) * perMinute
  return { tokens: Math.min(capacity, bucket.tokens + earned), at: Math.max(now, bucket.at) }
}
