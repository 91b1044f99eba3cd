import { type Suite, standardSuite, strongSuite } from '../suite.ts'

const stretching = { name: 'PBKDF2-HMAC-SHA-256', iterations: 1 } as const

/** The product's suites with stretching that costs nothing, for tests. */
export const quickStandard: Suite = { ...standardSuite, stretching }
export const quickStrong: Suite = { ...strongSuite, stretching }

export const quickSuites = [quickStandard, quickStrong] as const
