export { initiate, initiatePlus, respond, respondPlus, step } from './cpace-oquake.ts'
export type { RunOutcome, RunResult, RunState } from './run-state.ts'
export { type Suite, standardSuite, suiteOf } from './suite.ts'
export {
  generateVerifier,
  groupIdOf,
  maxPasswordBytes,
  type PasswordProblem,
  preparePassword,
} from './verifier.ts'
