/** The group's step: a member tells another anything that a control can say, in any order and at any time. */

import { fieldsBy } from '../fields.ts'
import { createStart, tellAll, word } from '../group-words.ts'
import { createPrimitives } from '../primitives.ts'
import type { Target } from '../target.ts'

export const createTarget = async (): Promise<Target> => {
  const [start, { crypto, reset }] = [await createStart(), await createPrimitives()]
  const state = start.world.at(start.ids[0]!)
  return {
    fields: fieldsBy(word),
    seeds: start.words,
    longest: 40,
    async run(input) {
      reset()
      return (await tellAll(crypto, start, state, input)).outcomes
    },
  }
}
