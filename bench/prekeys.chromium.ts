export { cases } from './prekeys-cost.ts'
