import { fromHex } from '../../codec/index.ts'
import { mlKem1024 } from '../../crypto/index.ts'
import { type Suite, standardSuite } from '../suite.ts'

/** The product's suites with stretching that costs nothing, for tests and vectors. */
export const quickStandard: Suite = {
  ...standardSuite,
  stretching: { name: 'PBKDF2-HMAC-SHA-256', iterations: 1 },
}

/** Suite 2 up to its stretching: ML-KEM-1024, tag SHA3-256("mlwe-pake suite 2"). */
export const quickStrong: Suite = {
  ...quickStandard,
  id: 2,
  name: 'strong',
  kem: mlKem1024,
  vectorBytes: 1530,
  dst: fromHex('b45bb21322ef312edd92d18c86a8a248d843ebe39bb481a9688ab40cfa446e33'),
}

export const quickSuites = [quickStandard, quickStrong] as const
