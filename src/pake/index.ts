export { initiate, type RunOutcome, type RunResult, type RunState, respond, step } from './cpace-oquake.ts'
export { type Suite, standardSuite, suiteOf } from './suite.ts'
export {
  generateVerifier,
  groupIdOf,
  maxPasswordBytes,
  type PasswordProblem,
  preparePassword,
} from './verifier.ts'
