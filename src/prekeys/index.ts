export { acceptAnswer, answerPreKey, type PreKeyed, preKeyIdOf } from './answer.ts'
export type { Owner } from './owner.ts'
export { stockCodec } from './pre-key.ts'
export { extendStock, refillAt, type Stock, stockSecrets, stockSize, takeOnce } from './stock.ts'
