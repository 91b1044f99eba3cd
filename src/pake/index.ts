export { finishCpace, startCpace } from './cpace.ts'
export { initiate, initiatePlus, respond, respondPlus, step } from './cpace-oquake.ts'
export { type FlowFieldName, fieldsOf } from './flow-fields.ts'
export {
  finishOquake,
  initiateOquake,
  type OquakeInitiation,
  type OquakeInput,
  oquakeInitBytes,
  oquakeResponseBytes,
  respondOquake,
} from './oquake.ts'
export { type RunOutcome, type RunResult, type RunState, secretsOf } from './run-state.ts'
export { type Suite, standardSuite, strongSuite, suiteOf } from './suite.ts'
export {
  generateVerifier,
  groupIdOf,
  preparePassword,
} from './verifier.ts'
