export {
  type Accepted,
  type Answered,
  acceptAnswer,
  answerBytes,
  answeredId,
  answerPreKey,
} from './answer.ts'
export {
  type LetterParties,
  letterBytes,
  letterRunOf,
  type OpenedLetter,
  openLetter,
  writeLetter,
} from './letter.ts'
export type { Owner } from './owner.ts'
export { type OpenedPreKey, openPublished, type StoredPreKey, stockCodec } from './pre-key.ts'
export { preKeyIdOf } from './pre-key-id.ts'
export { extendStock, refillAt, rootOf, type Stock, stockSecrets, stockSize, takeOnce } from './stock.ts'
