export { initiate, respond, step } from './cpace-oquake.ts'
export type { RunOutcome, RunResult, RunState } from './run-state.ts'
export { type Suite, standardSuite } from './suite.ts'
export {
  generateVerifier,
  groupIdOf,
  preparePassword,
} from './verifier.ts'
