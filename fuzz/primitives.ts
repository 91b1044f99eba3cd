/** The real primitives, whose randomness begins again with each input: an input breaks a promise always, or never. */

import { type Crypto, createCrypto } from '../src/crypto/index.ts'
import { nodeEngines } from '../src/crypto/testing/node-engines.ts'
import { seededRng } from '../src/crypto/testing/seeded.ts'

export const createPrimitives = async (): Promise<{
  readonly crypto: Crypto
  readonly reset: () => void
}> => {
  let random = seededRng('start')
  const crypto = await createCrypto({
    subtle: globalThis.crypto.subtle as never,
    random: (count) => random(count),
    recorder: { now: () => 0, record: () => undefined },
    engines: nodeEngines,
  })
  const reset = (): void => {
    random = seededRng('input')
  }
  return { crypto, reset }
}
