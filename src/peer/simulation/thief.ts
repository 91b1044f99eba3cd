/**
 * One who copies a member's running state and from then on only listens, to all that reaches that member.
 */
import { decodePeer, encodePeer, type PeerState, step, type Taken } from '../index.ts'
import type { Member, World } from '../testing/world.ts'

type Received = Extract<Taken['event'], { kind: 'received' }>

export const createThief = (world: () => World) => {
  let stolen: { readonly member: Member; readonly copy: PeerState } | null = null
  const heard: Received[] = []

  return {
    victim: (): Member | null => stolen?.member ?? null,
    steal: (member: Member): void => {
      stolen = { member, copy: decodePeer(world().crypto, encodePeer(member.runner.state())) }
    },
    stepped: ({ address }: Member, { event }: Taken): void => {
      if (address === stolen?.member.address && event.kind === 'received') heard.push(event)
    },
    /** What the copy makes of all that was heard: texts that it reads. It seals in the same chains as its victim: last of all. */
    read: async (): Promise<ReadonlySet<string>> => {
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
    },
  }
}
