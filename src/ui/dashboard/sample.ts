import { useEffect, useState } from 'react'
import { useServices } from '../context.tsx'
import { useVisible } from '../page-state.ts'

export interface Sample {
  /** Records so far: changes when there is anything new. */
  readonly total: number
  /** On the records' clock: milliseconds of this page. */
  readonly now: number
}

/** Two looks a second at the most; the passing of time alone is worth one a second. */
const lookMs = 500
const idleMs = 1_000

/** Looks at the records while anybody can see the page, and not otherwise. */
export const useSample = (): Sample => {
  const { records } = useServices()
  const visible = useVisible()
  const [sample, setSample] = useState<Sample>(() => ({ total: records.total, now: performance.now() }))
  useEffect(() => {
    if (!visible) return
    const look = (): void => {
      const now = performance.now()
      setSample((last) =>
        // A timer may ring a little early.
        records.total === last.total && now - last.now < idleMs - 50 ? last : { total: records.total, now },
      )
    }
    look()
    const timer = setInterval(look, lookMs)
    return () => clearInterval(timer)
  }, [records, visible])
  return sample
}
