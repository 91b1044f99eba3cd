export { cases } from './prekeys.ts'
