export {
  type Accepted,
  acceptAnswer,
  answerPreKey,
} from './answer.ts'
export {
  letterRunOf,
  openLetter,
  writeLetter,
} from './letter.ts'
export type { Owner } from './owner.ts'
export { openPublished, stockCodec } from './pre-key.ts'
export { preKeyIdOf } from './pre-key-id.ts'
export { extendStock, refillAt, rootOf, type Stock, stockSecrets, stockSize, takeOnce } from './stock.ts'
