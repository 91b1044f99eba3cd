/** Middle and slowest of some durations; `null` where there are none. */
export const summarise = (
  durations: readonly number[],
): { readonly median: number; readonly slowest: number; readonly last: number } | null => {
  const sorted = durations.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  const slowest = sorted.at(-1)
  const last = durations.at(-1)
  if (upper === undefined || lower === undefined || slowest === undefined || last === undefined) return null
  return { median: (lower + upper) / 2, slowest, last }
}
