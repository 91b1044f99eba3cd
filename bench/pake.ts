export { cases } from './pake-cost.ts'
