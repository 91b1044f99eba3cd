/** Where a received file is collected: a blob, which the browser keeps outside of the program's memory. */

import type { Bytes } from '../../codec/index.ts'
import type { FileSink } from './file-ports.ts'

/** Largest file that is taken: 1 GiB. */
const maxCollectedBytes = 2 ** 30
/** Bytes that wait in memory until they become part of the blob. */
const pieceBytes = 4 * 1024 * 1024

/**
 * @param size - bytes of the whole file
 * @param ready - called with the whole file once its hash was right
 * @throws RangeError for a file beyond `maxCollectedBytes`
 */
export const createBlobSink = (size: number, ready: (file: Blob) => void): FileSink => {
  if (size > maxCollectedBytes) throw new RangeError('a file beyond what is collected here')
  let file = new Blob([])
  let piece: Bytes[] = []
  let waiting = 0
  const join = (): void => {
    file = new Blob([file, ...piece])
    piece = []
    waiting = 0
  }
  return {
    async write(bytes) {
      piece.push(bytes)
      waiting += bytes.length
      if (waiting >= pieceBytes) join()
    },
    async finish() {
      join()
      ready(file)
    },
    async discard() {
      file = new Blob([])
      piece = []
    },
  }
}
