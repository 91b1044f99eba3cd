export { type AdmissionKeys, admissionKeys, openAdmission, sealAdmission } from './admission.ts'
export { finishCpace, startCpace } from './cpace.ts'
export { initiate, initiatePlus, respond, respondPlus, step } from './cpace-oquake.ts'
export { type FlowFieldName, fieldsOf } from './flow-fields.ts'
export { flowBytes, isFlow2 } from './flows.ts'
export { groupIdOf, roomOf } from './group-name.ts'
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
export { acceptFlow3, type ResponderInput, respondTo } from './stateless.ts'

export {
  generateVerifier,
  preparePassword,
} from './verifier.ts'
