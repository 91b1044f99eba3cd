import type { Bytes } from '../../codec/index.ts'
import { type GroupControl, type GroupState, groupStep, type MemberId, membersOf } from '../../group/index.ts'
import { sendControl } from '../pairing.ts'
import type { Work } from '../state.ts'
import type { createWorld, Member } from '../testing/network.ts'
import type { RelayWill, seededDraw, Trick } from './schedule.ts'

type World = Awaited<ReturnType<typeof createWorld>>
type Draw = ReturnType<typeof seededDraw>

interface Passing {
  readonly from: MemberId
  readonly to: MemberId
  readonly bytes: Bytes
}

const maxRemembered = 64

/** A relay that does what it likes with the frames it carries, one will at a time. */
export const createBadRelay = (draw: Draw) => {
  let will: RelayWill | null = null
  let victim: MemberId | null = null
  let held: Passing[] = []
  const passed: Passing[] = []

  const treat = (now: Passing): readonly Bytes[] => {
    const { to, bytes } = now
    const earlier = passed[draw(Math.max(1, passed.length))]
    passed.push(now)
    if (passed.length > maxRemembered) passed.shift()
    switch (will) {
      case null:
        return [bytes]
      case 'drop':
        return draw(2) === 0 ? [] : [bytes]
      case 'replay':
        return earlier?.to === to ? [bytes, earlier.bytes] : [bytes]
      case 'forge': {
        const forged = bytes.slice()
        forged[draw(forged.length)]! ^= 1 + draw(255)
        return draw(2) === 0 ? [forged] : [bytes]
      }
      case 'swap':
        return earlier === undefined || draw(2) === 0 ? [bytes] : [earlier.bytes]
      case 'withhold':
        if (now.from !== victim && to !== victim) return [bytes]
        held.push(now)
        return []
    }
  }
  return {
    treat,
    turn: (next: RelayWill | null, who: MemberId | null): readonly Passing[] => {
      const late = held
      held = []
      will = next
      victim = who
      return late
    },
  }
}

/** Epochs that the insider could author from `state`, by the real code. */
const authored = async (
  world: World,
  state: GroupState,
): Promise<readonly { to: MemberId; message: Extract<GroupControl, { kind: 'epoch' }> }[]> => {
  const forced = {
    now: world.network.now() + 2 * 60 * 60_000,
    reachable: new Set<MemberId>(),
    online: true,
  }
  const { effects } = await groupStep(world.crypto, { ...state, authorAt: 0 }, { kind: 'tick' }, forced)
  return effects.flatMap((effect) =>
    effect.kind === 'control' && effect.message.kind === 'epoch'
      ? [{ to: effect.to, message: effect.message }]
      : [],
  )
}

/** A member that holds every key it should, and plays false with them. Its own state keeps to the rules. */
export const playTrick = async (world: World, insider: Member, trick: Trick): Promise<void> => {
  const work: Work = {
    ports: world.ports,
    now: world.network.now(),
    state: insider.state,
    effects: [],
    stale: [],
  }
  const say = (to: MemberId, message: GroupControl) => sendControl(work, to, { kind: 'group', message })
  const { group } = insider.state
  const others = membersOf(group).filter(({ id }) => id !== insider.id)
  switch (trick) {
    case 'equivocate': {
      const [one, two] = [await authored(world, group), await authored(world, group)]
      for (const [i, { to, message }] of one.entries()) await say(to, i % 2 === 0 ? message : two[i]!.message)
      break
    }
    case 'pin': {
      const raised = group.epochs.map((epoch) => ({
        ...epoch,
        counter: 2 ** 46,
        id: [...epoch.id].reverse().join('') as typeof epoch.id,
      }))
      for (const { to, message } of await authored(world, { ...group, epochs: raised }))
        await say(to, message)
      break
    }
    case 'flood':
      for (let i = 0; i < 24; i++) {
        for (const { to, message } of await authored(world, group)) await say(to, message)
      }
      break
    case 'misdeliver': {
      // An epoch without the last of the others, well made, and handed to just that one.
      const last = others.at(-1)
      const adds = new Map([...group.roster.adds].filter(([id]) => id !== last?.id))
      const [made] = await authored(world, { ...group, roster: { ...group.roster, adds } })
      if (last !== undefined && made !== undefined) await say(last.id, made.message)
      break
    }
    case 'two-secrets':
      for (const [i, { to, message }] of (await authored(world, group)).entries()) {
        const joint = message.joint.slice()
        if (i % 2 === 0) joint[0]! ^= 1
        await say(to, { ...message, joint })
      }
  }
  insider.state = work.state
  for (const effect of [{ kind: 'persist' } as const, ...work.effects]) await world.carryOut(insider, effect)
}
