export { initiate, initiatePlus, respond, respondPlus, step } from './cpace-oquake.ts'
export { type FlowFieldName, fieldsOf, flowFieldNames } from './flow-fields.ts'
export { type RunOutcome, type RunResult, type RunState, secretsOf } from './run-state.ts'
export { type Suite, standardSuite, suiteOf } from './suite.ts'
export {
  generateVerifier,
  groupIdOf,
  preparePassword,
  type VerifierMaterial,
} from './verifier.ts'
