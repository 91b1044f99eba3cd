import { cases as cost } from './prekeys-cost.ts'
import { pageCases } from './prekeys-page.ts'
import type { BenchCase } from './runner.ts'

export const cases: readonly BenchCase[] = [...cost, ...pageCases]
