/** How one case ended. A skip names what the product's interface cannot express. */
export type CaseResult = 'passed' | 'failed' | { readonly skipped: string }

/** What became of one file, or of several. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  /** Reason: number of cases. */
  readonly skipped: ReadonlyMap<string, number>
  /** Names of the cases that failed. */
  readonly failures: readonly string[]
}

export const emptyTally: Tally = { passed: 0, failed: 0, skipped: new Map(), failures: [] }

export const addResult = (tally: Tally, name: string, result: CaseResult): Tally => {
  if (result === 'passed') return { ...tally, passed: tally.passed + 1 }
  if (result === 'failed') {
    return { ...tally, failed: tally.failed + 1, failures: [...tally.failures, name] }
  }
  const skipped = new Map(tally.skipped)
  skipped.set(result.skipped, (skipped.get(result.skipped) ?? 0) + 1)
  return { ...tally, skipped }
}

export const joinTallies = (a: Tally, b: Tally): Tally => {
  const skipped = new Map(a.skipped)
  for (const [reason, count] of b.skipped) skipped.set(reason, (skipped.get(reason) ?? 0) + count)
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped,
    failures: [...a.failures, ...b.failures],
  }
}

/** `N passed, N failed`, and `, N skipped` when there are any. */
export const printTally = ({ passed, failed, skipped }: Tally): string => {
  const total = [...skipped.values()].reduce((sum, count) => sum + count, 0)
  return `${passed} passed, ${failed} failed${total === 0 ? '' : `, ${total} skipped`}`
}

/** One line for each reason to skip and each case that failed. */
export const explainTally = ({ skipped, failures }: Tally): readonly string[] => [
  ...[...skipped].map(([reason, count]) => `skipped ${count}: ${reason}`),
  ...failures.map((name) => `failed: ${name}`),
]
