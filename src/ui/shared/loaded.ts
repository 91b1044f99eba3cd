/** Parts of the page that are fetched apart: at once when they are wanted, and early, for the server may be gone later. */

import { useEffect, useState } from 'react'

/** The page is usable by then, and nothing waits for the network. */
const earlyMs = 1_000
/** What is wanted and could not be fetched is tried again. */
const againMs = 3_000

export interface Part<T> {
  /** `null` before it was fetched. */
  readonly value: () => T | null
  readonly fetch: () => Promise<void>
}

export const partOf = <T>(load: () => Promise<T>): Part<T> => {
  let value: T | null = null
  return {
    value: () => value,
    fetch: async () => {
      value ??= await load()
    },
  }
}

/** @returns the part, `failed` while it is wanted and cannot be fetched, or `null` so far */
export function useLoaded<T>(part: Part<T>, wanted: boolean): T | 'failed' | null {
  const [, redraw] = useState(0)
  const [failures, setFailures] = useState(0)
  const value = part.value()
  const missing = value === null
  useEffect(() => {
    if (!missing) return
    let current = true
    const fetchPart = (): void =>
      void part.fetch().then(
        () => current && redraw((count) => count + 1),
        // Where it was fetched early only, to want it is to try again.
        () => current && wanted && setFailures(failures + 1),
      )
    const timer = setTimeout(fetchPart, failures > 0 ? againMs : wanted ? 0 : earlyMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [missing, wanted, part, failures])
  return value ?? (failures > 0 && wanted ? 'failed' : null)
}
