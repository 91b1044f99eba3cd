export { acceptAnswer, answerPreKey, preKeyIdOf } from './answer.ts'
export type { Owner } from './owner.ts'
export { stockCodec } from './pre-key.ts'
export { extendStock, type Stock, takeOnce } from './stock.ts'
