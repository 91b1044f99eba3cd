import { useUi } from '../app/context.tsx'

export const suiteText = (suites: Readonly<Record<number, string>>, suite: number | null): string =>
  suite === null ? '' : (suites[suite] ?? `${suite}`)

/** Milliseconds as text, with a place behind the point. */
export const useMs = (): ((ms: number) => string) => {
  const language = useUi((state) => state.language)
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  return (ms) => format.format(ms)
}
