/**
 * One who copies a member's running state and from then on only listens, to all that reaches that member.
 */
import { decodePeer, encodePeer, type PeerState, step, type Taken } from '../index.ts'
import type { Member, World } from '../testing/world.ts'

/** After this much talk a copied state has to be healed: SECURITY.md has the figures. */
const healingRounds = 10
const healingRoundMs = 2 * 60_000

/** What the history lets its members do. */
interface Room {
  readonly inside: () => readonly Member[]
  readonly say: (one: Member, text: string) => Promise<void>
  readonly pass: (ms: number) => Promise<void>
  readonly count: (label: string, by: number) => void
}

type Received = Extract<Taken['event'], { kind: 'received' }>

export const createThief = (world: () => World) => {
  let stolen: { readonly member: Member; readonly copy: PeerState } | null = null
  const heard: Received[] = []

  /** The texts that the copy reads. It seals in the same chains as its victim: last of all. */
  const read = async (): Promise<ReadonlySet<string>> => {
    const texts = new Set<string>()
    if (stolen === null) return texts
    let { copy } = stolen
    for (const event of heard) {
      const { state, effects } = await step(world().ports, copy, event)
      for (const effect of effects) if (effect.kind === 'message') texts.add(effect.message.text)
      // It does not end because it is told so.
      if (state.phase.kind !== 'ended') copy = state
    }
    return texts
  }

  return {
    steal: (member: Member): void => {
      stolen = { member, copy: decodePeer(world().crypto, encodePeer(member.runner.state())) }
    },
    stepped: ({ address }: Member, { event }: Taken): void => {
      if (address === stolen?.member.address && event.kind === 'received') heard.push(event)
    },
    /** A copied state heals: after some talk, its thief reads nothing more. Returns what is wrong. */
    listenToTheEnd: async ({ inside, say, pass, count }: Room): Promise<string | null> => {
      const isVictim = ({ address }: Member): boolean => address === stolen?.member.address
      const others = (): readonly Member[] => inside().filter((one) => !isVictim(one))
      if (!inside().some(isVictim) || others().length === 0) return null
      for (let i = 0; i < healingRounds; i++) {
        for (const one of inside()) await say(one, `round ${i} of ${one.name}`)
        await pass(healingRoundMs)
      }
      for (const one of others()) await say(one, `healed, says ${one.name}`)
      await pass(60_000)
      const texts = await read()
      count('messages that a thief reads', texts.size)
      const late = [...texts].find((text) => text.startsWith('healed'))
      return late === undefined ? null : `a copied state of ${stolen?.member.name} still reads "${late}"`
    },
  }
}
