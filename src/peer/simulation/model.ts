/**
 * I14 and I17 by a plain list: what was said, by whom and to whom, and what each screen showed.
 */
import type { MemberId } from '../../identity/index.ts'
import type { Recipient } from '../delivery/state.ts'
import type { Taken } from '../index.ts'
import { idOf, type Member } from '../testing/world.ts'
import { demand } from './invariants.ts'

interface Said {
  readonly text: string
  readonly by: Member
  /** Under which id. */
  readonly as: MemberId
  readonly number: number
  readonly audience: ReadonlySet<Recipient>
}

export const createModel = () => {
  const said = new Map<string, Said>()
  /** Whose id it is: of any time. */
  const people = new Map<string, Member>()
  const shown = new Set<string>()

  const isTo = ({ audience }: Said, { address }: Member): boolean =>
    [...audience].some((to) => to === address || people.get(to)?.address === address)

  const wasShown = ({ text }: Said, { address }: Member): boolean => shown.has(`${address} ${text}`)

  return {
    said,
    people,
    /** After `by` took the event: nothing where it was refused. */
    noteSaid: (by: Member, text: string): void => {
      const { delivery, self } = by.runner.state()
      const entry = delivery.outbox.at(-1)
      if (entry?.message.text !== text) return
      const { number } = entry.message
      said.set(text, { text, by, as: self.id, number, audience: entry.audience })
    },
    stepped: (member: Member, { state, effects }: Taken): void => {
      people.set(state.self.id, member)
      for (const effect of effects) {
        if (effect.kind !== 'message' || effect.from === state.self.id || member.isInsider) continue
        const from = people.get(effect.from)
        if (from?.isInsider) continue
        const { text } = effect.message
        const entry = said.get(text)
        const isTrue = from !== undefined && entry?.by.address === from.address
        demand(isTrue, 'I14', `${member.name} is shown "${text}" under the name of ${from?.name ?? 'nobody'}`)
        demand(isTo(entry!, member), 'I17', `${member.name} is shown "${text}", which was not said to it`)
        const key = `${member.address} ${text}`
        demand(!shown.has(key), 'I17', `${member.name} is shown "${text}" twice`)
        shown.add(key)
      }
    },
    /**
     * What is wrong with the messages now.
     *
     * @param alive honest members that are here
     * @param gone ids that were removed
     * @param reaches whether two of them have a session, or had time to make one
     */
    missing: (
      alive: readonly Member[],
      gone: ReadonlySet<MemberId>,
      reaches: (one: Member, other: Member) => boolean,
    ): string | null => {
      for (const entry of said.values()) {
        const by = alive.find((member) => member.address === entry.by.address && idOf(member) === entry.as)
        if (by === undefined || gone.has(entry.as)) continue
        const kept = by.runner.state().delivery.outbox.find(({ message }) => message.number === entry.number)
        for (const to of entry.audience) {
          const person = people.get(to) ?? alive.find(({ address }) => address === to)
          if (person === undefined || person.isInsider || gone.has(to as MemberId)) continue
          if (wasShown(entry, person)) continue
          const isNamed =
            kept !== undefined && (!kept.sent || kept.copies.has(to) || kept.copies.has(person.address))
          const there = alive.find(({ address }) => address === person.address)
          const isSame = there !== undefined && (idOf(there) === to || there.address === to)
          if (!isNamed && (there === undefined || isSame))
            return `I17: ${by.name} no longer names ${person.name} as missing "${entry.text}", which it was never shown`
          if (there !== undefined && isSame && reaches(by, there))
            return `I17: ${there.name} was never shown "${entry.text}"`
        }
      }
      return null
    },
  }
}
