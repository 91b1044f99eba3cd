const moments = (values: readonly number[]): { mean: number; error: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, error: variance / values.length }
}

/** Welch's t of two samples of unequal variance, and the difference of their means. */
export const welch = (a: readonly number[], b: readonly number[]): { t: number; difference: number } => {
  const [first, second] = [moments(a), moments(b)]
  const difference = first.mean - second.mean
  return { t: difference / Math.sqrt(first.error + second.error), difference }
}
