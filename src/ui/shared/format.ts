import { useMemo } from 'react'
import { useUi } from '../app/context.tsx'

export interface Formats {
  count(value: number): string
  /** With one decimal where that is worth it. */
  rate(value: number): string
  ms(value: number | null): string
  /** All with microseconds, so that they line up. */
  exactMs(value: number | null): string
  bytes(value: number): string
  share(value: number): string
  /** With hundredths of a percent, for what is next to nothing. */
  fineShare(value: number): string
  time(at: number): string
}

/** `at` of `time` is milliseconds on the page's clock. */
const createFormats = (language: string, timeOrigin: number): Formats => {
  const count = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
  const rate = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 })
  const ms = new Intl.NumberFormat(language, {
    maximumSignificantDigits: 4,
    maximumFractionDigits: 3,
    roundingPriority: 'lessPrecision',
  })
  const exactMs = new Intl.NumberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 })
  const bytes = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 })
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const fine = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 3 })
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
  const whole = (value: number): string => (value >= 100 ? count.format(value) : rate.format(value))
  return {
    count: (value) => count.format(value),
    rate: whole,
    ms: (value) => (value === null ? '–' : ms.format(value)),
    exactMs: (value) => (value === null ? '–' : exactMs.format(value)),
    bytes: (value) => {
      if (value >= 1e6) return `${bytes.format(value / 1e6)} MB`
      return value >= 1e3 ? `${bytes.format(value / 1e3)} kB` : `${bytes.format(value)} B`
    },
    share: (value) => share.format(value),
    fineShare: (value) => fine.format(value),
    time: (at) => time.format(timeOrigin + at),
  }
}

export const useFormats = (): Formats => {
  const language = useUi((state) => state.language)
  return useMemo(() => createFormats(language, performance.timeOrigin), [language])
}
