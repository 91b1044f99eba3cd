/** Coming back, and those who sleep. */
export { type AsleepState, nobodyAsleep } from './asleep-state.ts'
