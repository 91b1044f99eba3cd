import { useMemo } from 'react'
import { useUi } from '../app/context.tsx'

/** Times of day and waits, in words. `at`: milliseconds since 1970. */
export const useClock = () => {
  const language = useUi((state) => state.language)
  return useMemo(() => {
    const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
    const count = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
    return {
      time: (at: number): string => time.format(at),
      /** Whole seconds. */
      until: (at: number): string => count.format(Math.max(0, Math.ceil((at - Date.now()) / 1000))),
    }
  }, [language])
}
