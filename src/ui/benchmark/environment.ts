export interface Environment {
  readonly browser: string
  readonly cores: number
  readonly nativeKem: boolean
  readonly isolated: boolean
  /** Milliseconds. */
  readonly clockStep: number
  /** ISO 8601. */
  readonly date: string
}

/** The smallest step that the clock was seen to make. */
const clockStep = (): number => {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 20; i++) {
    const start = performance.now()
    let now = start
    while (now === start) now = performance.now()
    least = Math.min(least, now - start)
  }
  return least
}

export const readEnvironment = (): Environment => ({
  browser: navigator.userAgent,
  cores: navigator.hardwareConcurrency,
  nativeKem: 'encapsulateBits' in crypto.subtle,
  isolated: crossOriginIsolated,
  clockStep: clockStep(),
  date: new Date().toISOString(),
})
