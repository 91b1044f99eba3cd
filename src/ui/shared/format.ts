/** Numbers and times in the reader's language, each kind once for all screens. */

import { useUi } from '../app/context.tsx'

export interface Formats {
  count(value: number): string
  /** At most one decimal. */
  decimal(value: number): string
  /** Three significant digits. */
  significant(value: number): string
  /** With one decimal where that is worth it. */
  rate(value: number): string
  ms(value: number | null): string
  /** All with microseconds, so that they line up. */
  exactMs(value: number | null): string
  bytes(value: number): string
  share(value: number): string
  /** With hundredths of a percent, for what is next to nothing. */
  fineShare(value: number): string
  /** The time of day, to the second. `at`: milliseconds on the page's clock. */
  time(at: number): string
  /** The same. `at`: milliseconds since 1970, here and below. */
  clock(at: number): string
  /** To the millisecond. */
  preciseTime(at: number): string
  /** Hours and minutes. */
  minute(at: number): string
  day(at: number): string
  /** With the day of the week, or “today”. */
  dayName(at: number): string
  dateTime(at: number): string
  /** Whole seconds from now, none where it is past. */
  secondsUntil(at: number): string
}

const numeric = 'numeric'
const twoDigits = '2-digit'

const timesOf = (language: string, timeOrigin: number) => {
  const clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
  const precise = new Intl.DateTimeFormat(language, {
    hour: twoDigits,
    minute: twoDigits,
    second: twoDigits,
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  })
  const minute = new Intl.DateTimeFormat(language, { timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(language)
  const longDay = new Intl.DateTimeFormat(language, { weekday: 'long', day: numeric, month: 'long' })
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const dateTime = new Intl.DateTimeFormat(language, {
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: twoDigits,
    second: twoDigits,
  })
  /** Each minute is put into words once: a conversation asks for all of its lines with every view. */
  const minutes = new Map<number, string>()
  return {
    time: (at: number) => clock.format(timeOrigin + at),
    clock: (at: number) => clock.format(at),
    preciseTime: (at: number) => precise.format(at),
    minute: (at: number) => {
      const index = Math.floor(at / 60_000)
      const text = minutes.get(index) ?? minute.format(at)
      minutes.set(index, text)
      return text
    },
    day: (at: number) => day.format(at),
    dayName: (at: number) => {
      const today = new Date().setHours(0, 0, 0, 0)
      const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - today) / 86_400_000)
      return days === 0 || days === -1 ? relative.format(days, 'day') : longDay.format(at)
    },
    dateTime: (at: number) => dateTime.format(at),
  }
}

const createFormats = (language: string, timeOrigin: number): Formats => {
  const count = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
  const decimal = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  const significant = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 })
  const ms = new Intl.NumberFormat(language, {
    maximumSignificantDigits: 4,
    maximumFractionDigits: 3,
    roundingPriority: 'lessPrecision',
  })
  const exactMs = new Intl.NumberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 })
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const fine = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 3 })
  return {
    ...timesOf(language, timeOrigin),
    count: (value) => count.format(value),
    decimal: (value) => decimal.format(value),
    significant: (value) => significant.format(value),
    rate: (value) => (value >= 100 ? count.format(value) : significant.format(value)),
    ms: (value) => (value === null ? '–' : ms.format(value)),
    exactMs: (value) => (value === null ? '–' : exactMs.format(value)),
    bytes: (value) => {
      if (value >= 1e6) return `${significant.format(value / 1e6)} MB`
      return value >= 1e3 ? `${significant.format(value / 1e3)} kB` : `${significant.format(value)} B`
    },
    share: (value) => share.format(value),
    fineShare: (value) => fine.format(value),
    secondsUntil: (at) => count.format(Math.max(0, Math.ceil((at - Date.now()) / 1000))),
  }
}

/** To make a format takes a hundred times as long as to use it. */
const made = new Map<string, Formats>()

/** The same object as long as the language stays. */
export const useFormats = (): Formats => {
  const language = useUi((state) => state.language)
  const formats = made.get(language) ?? createFormats(language, performance.timeOrigin)
  made.set(language, formats)
  return formats
}
