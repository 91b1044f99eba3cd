export type { OperationRecord, Recorder } from './record.ts'
export { measure } from './measure.ts'
