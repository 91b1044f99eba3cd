/**
 * What a fuzz target is: a start that is the same each time, inputs that the real encoders made, and a run that says
 * what came of an input, or throws where a promise is broken.
 */

import type { Bytes } from '../src/codec/index.ts'
import type { Field } from './fields.ts'

/** One or more messages, handed over one after another to the same start. */
export type Input = readonly Bytes[]

export interface Target {
  /** Where a message has which fields, as far as it can be read. */
  fields(bytes: Bytes): readonly Field[]
  /** Valid messages of every kind. */
  readonly seeds: readonly Bytes[]
  /** Most messages of one input. */
  readonly longest: number
  /**
   * @param input - any bytes
   * @returns what came of each message: few different texts, since a new one keeps the input for more mutation
   * @throws `Broken`, or whatever the code under test should not have thrown
   */
  run(input: Input): Promise<readonly string[]>
}

/** A promise that an input broke. */
class Broken extends Error {
  override readonly name = 'Broken'
}

export const demand = (holds: boolean, promise: string): void => {
  if (!holds) throw new Broken(promise)
}
