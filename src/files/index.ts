/** Files between two members: what they say about one, its sealed chunks, and the machine of a transfer. */

export {
  type ChunkFrame,
  chunkBytes,
  decodeChunk,
  encodeChunk,
  maxChunkFrameBytes,
  openChunk,
  rangeOf,
  saltBytes,
  sealChunk,
  streamKey,
} from './chunk.ts'
export {
  type CancelReason,
  type FileControl,
  type FileId,
  type FileOffer,
  fileControl,
  idOf,
  maxFileBytes,
} from './control.ts'
export { answerUnknown, stepFile } from './file.ts'
export { neutralName, neutralType } from './name.ts'
export {
  type FileEffect,
  type FileEvent,
  type FilePath,
  type FileState,
  offered,
  offering,
  type ReceiverState,
} from './state.ts'
export { decodeReceiver, encodeReceiver } from './stored.ts'
export { progressOf } from './timing.ts'
