/** The reader's name for a suite; nothing outside of a group. */
export const suiteText = (suites: Readonly<Record<number, string>>, suite: number | null): string =>
  suite === null ? '' : (suites[suite] ?? `${suite}`)
