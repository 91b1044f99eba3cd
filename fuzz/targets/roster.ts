/**
 * The roster: a newcomer is welcomed and told anything, and what two members are told about who is in and who is out
 * leads them to one roster, whatever the order in which it comes.
 */

import { decode } from '../../src/codec/index.ts'
import { createGroup } from '../../src/group/index.ts'
import { fieldsBy } from '../fields.ts'
import { createStart, tellAll, type Word, word } from '../group-words.ts'
import { createPrimitives } from '../primitives.ts'
import { readOrRefuse } from '../strict.ts'
import { demand, type Input, type Target } from '../target.ts'

const merging: readonly Word['kind'][] = ['welcomed', 'merged', 'control']

/** Entries and removals alone, few enough that no bucket of a teller runs dry, long enough apart that none is shut. */
const isMergeable = (input: Input): boolean => {
  let items = 0
  for (const bytes of input) {
    const read = readOrRefuse(() => decode(word, bytes))
    if ('refusal' in read || read.value.kind !== 'control') return false
    const { message } = read.value
    if (message.kind === 'entries') items += message.entries.length
    else if (message.kind === 'removals') items += message.removals.length
    else return false
  }
  return items <= 12
}

export const createTarget = async (): Promise<Target> => {
  const [start, { crypto, reset }] = [await createStart(), await createPrimitives()]
  const [member, newcomer] = [start.ids[0]!, start.people[4]!]
  const fresh = createGroup(crypto, start.world.groupId, newcomer)
  const seeds = start.words.filter((bytes) => merging.includes(decode(word, bytes).kind))
  return {
    fields: fieldsBy(word),
    seeds,
    longest: 24,
    async run(input) {
      reset()
      const { outcomes } = await tellAll(crypto, start, fresh, input)
      const told = await tellAll(crypto, start, start.world.at(member), input)
      if (input.length < 2 || !isMergeable(input)) return [...outcomes, ...told.outcomes]
      const backwards = await tellAll(crypto, start, start.world.at(member), [...input].reverse())
      const isWhole = [told, backwards].every((each) => each.state.ended === null)
      const isTaken = [...told.outcomes, ...backwards.outcomes].every(
        (outcome) => !outcome.includes('group/'),
      )
      if (isWhole && isTaken)
        demand(
          told.state.hash === backwards.state.hash,
          'a merge does not depend on the order of what is told',
        )
      return [...outcomes, ...told.outcomes, 'merged both ways']
    },
  }
}
