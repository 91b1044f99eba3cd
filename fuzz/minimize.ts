/** The smallest input that still breaks the same promise: messages are left out, then halves, then bytes. */

import { type Bytes, concat } from '../src/codec/index.ts'
import type { Input } from './target.ts'

const mostTries = 400

/**
 * @param input - one that breaks a promise
 * @param breaks - whether another one breaks the same
 * @returns a smaller one that does
 */
export const minimize = async (input: Input, breaks: (input: Input) => Promise<boolean>): Promise<Input> => {
  let [best, tries] = [input, 0]
  const keeps = async (smaller: Input): Promise<boolean> => {
    if (tries++ >= mostTries || !(await breaks(smaller))) return false
    best = smaller
    return true
  }
  for (let i = best.length - 1; i >= 0 && best.length > 1; i--) await keeps(best.filter((_, at) => at !== i))
  for (let i = 0; i < best.length; i++)
    for (let size = Math.ceil(best[i]!.length / 2); size >= 1; size = Math.floor(size / 2))
      for (let at = 0; at < best[i]!.length; )
        if (!(await keeps(best.map((bytes, other) => (other === i ? without(bytes, at, size) : bytes)))))
          at += size
  return best
}

const without = (bytes: Bytes, at: number, size: number): Bytes =>
  concat(bytes.subarray(0, at), bytes.subarray(at + size))
