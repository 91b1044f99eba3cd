import { useMemo } from 'react'
import { useUi } from '../context.tsx'

export interface Formats {
  count(value: number): string
  ms(value: number | null): string
  /** All with microseconds, so that they line up. */
  exactMs(value: number | null): string
  share(value: number): string
  time(at: number): string
}

/** `at` of `time` is milliseconds on the page's clock. */
const createFormats = (language: string, timeOrigin: number): Formats => {
  const count = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
  const ms = new Intl.NumberFormat(language, { maximumFractionDigits: 3 })
  const exactMs = new Intl.NumberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 })
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
  return {
    count: (value) => count.format(value),
    ms: (value) => (value === null ? '–' : ms.format(value)),
    exactMs: (value) => (value === null ? '–' : exactMs.format(value)),
    share: (value) => share.format(value),
    time: (at) => time.format(timeOrigin + at),
  }
}

export const useFormats = (): Formats => {
  const language = useUi((state) => state.language)
  return useMemo(() => createFormats(language, performance.timeOrigin), [language])
}
