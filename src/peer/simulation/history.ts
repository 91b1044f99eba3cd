import { type Bytes, decode } from '../../codec/index.ts'
import { evictedOf, type MemberId, openMessage } from '../../group/index.ts'
import { decodePeer, encodePeer, type PeerState, step } from '../index.ts'
import { createWorld, type Member } from '../testing/network.ts'
import { frame } from '../wire.ts'
import { createBadRelay, playTrick } from './hostility.ts'
import { createInvariants, Violation } from './invariants.ts'
import { type Action, scheduleOf, seededDraw } from './schedule.ts'

export interface HistoryOptions {
  /** See `fast-crypto.ts`. */
  readonly fast?: boolean
  /** The seed's own when left out. */
  readonly schedule?: readonly Action[]
}

export interface HistoryResult {
  /** `null` when every promise held. */
  readonly violation: string | null
  /** How often each kind of action was carried out. */
  readonly tally: ReadonlyMap<string, number>
  /** Who ended how, and heard what: the same for both forms of the primitives. */
  readonly outcome: string
}

const settleMs = 150_000
/** While the door is closed by guesses, for longer: at most an hour at a time. */
const maxSettleMs = 2 * 60 * 60_000
const stepMs = 500
/** Agreement has to last this long before a history is over. */
const calmSteps = 4
const maxReplayed = 80
const newPassword = 'evict, new password'

interface Said {
  readonly text: string
  readonly by: MemberId
  readonly to: readonly MemberId[]
}

/** Whether each has a session with the other, and the same one. */
const share = (one: Member, other: Member): boolean => {
  const [here, there] = [one.state.pairs.get(other.id), other.state.pairs.get(one.id)]
  return here !== undefined && here.safety.digits === there?.safety.digits
}

/** Those who can reach each other by pair sessions, perhaps through others. */
const connected = (members: readonly Member[]): readonly (readonly Member[])[] => {
  const parts: Member[][] = []
  const left = new Set(members)
  for (const member of members) {
    if (!left.delete(member)) continue
    const part = [member]
    for (const one of part) {
      for (const other of left) {
        if (!share(one, other)) continue
        left.delete(other)
        part.push(other)
      }
    }
    parts.push(part)
  }
  return parts
}

/** One who left or was evicted, with all it had, and frames of those who knew that it was gone. */
interface Removed {
  readonly id: MemberId
  readonly state: Uint8Array
  readonly later: { readonly from: MemberId; readonly bytes: Bytes }[]
}

/**
 * One history: tabs join, talk, leave, are evicted, die, crash and come back from what they stored, fail the
 * password; frames are lost, doubled and overtaken; the network splits, the relay restarts or turns bad, members
 * play false. Some promises are checked after every step, the others at the end, once the network is whole again.
 */
export const runHistory = async (seed: number, options: HistoryOptions = {}): Promise<HistoryResult> => {
  const { fast = false, schedule = scheduleOf(seed) } = options
  const draw = seededDraw(seed ^ 0x5eed)
  const badRelay = createBadRelay(draw)
  let clock = (): number => 0
  const invariants = createInvariants(() => clock())
  const removed: Removed[] = []
  const world = await createWorld({
    seed,
    fast,
    loss: 0.05,
    duplicate: 0.05,
    reorder: 0.1,
    maxDelay: 40,
    tickMs: 250,
    relayOnly: seed % 3 === 0,
    observer: {
      watch: invariants.watch,
      relay: (from, to, bytes) => badRelay.treat({ from: from.id, to, bytes }),
      stepped: (member, before, effects) => {
        invariants.stepped(member, before, effects)
        for (const { id, later } of removed) {
          if (later.length >= maxReplayed || !member.state.group.roster.removes.has(id)) continue
          for (const effect of effects) {
            if (effect.kind === 'send') later.push({ from: member.id, bytes: effect.bytes })
          }
        }
      },
    },
  })
  clock = () => world.network.now()
  const tally = new Map<string, number>()
  const said: Said[] = []
  let known = 'right'
  const intruders = new Set<MemberId>()
  const alive = (): Member[] => world.members.filter(({ gone, state }) => !gone && state.ended === 'no')
  const inside = (): Member[] => alive().filter(({ state }) => state.joined)
  const heardBy = (id: MemberId): string[] =>
    world.members.filter((member) => member.id === id).flatMap(({ heard }) => heard)

  const keep = (member: Member): void => {
    removed.push({ id: member.id, state: encodePeer(member.state), later: [] })
  }

  const evict = async (by: Member, whom: Member, at: number): Promise<void> => {
    keep(whom)
    // Every second eviction changes the password, too.
    if (at % 2 === 0) known = `password ${at}`
    const password = at % 2 === 0 ? await world.passwordOf(known) : null
    await world.dispatch(by, { kind: 'remove', member: whom.id, password })
  }

  const act = async (action: Action, at: number): Promise<void> => {
    const members = inside()
    const choice = action.kind === 'crash' ? members.filter(({ keeps }) => keeps) : members
    const one = 'who' in action ? choice[action.who % Math.max(1, choice.length)] : undefined
    if ('who' in action && one === undefined) return
    const label =
      'will' in action
        ? `relay: ${action.will}`
        : 'trick' in action
          ? `insider: ${action.trick}`
          : action.kind
    const done = (as = label): void => void tally.set(as, (tally.get(as) ?? 0) + 1)
    switch (action.kind) {
      case 'join': {
        world.open(`member ${at}`, { password: known, keeps: draw(3) === 0 })
        return done()
      }
      case 'intrude':
        if (intruders.size >= 2) return
        intruders.add(world.open(`intruder ${at}`, { password: 'wrong password' }).id)
        return done()
      case 'say': {
        const text = `a message of action ${at}`
        invariants.hide(text)
        const listed = new Set(world.view(one!).members.map(({ id }) => id))
        const to = members.filter((member) => member !== one && listed.has(member.id)).map(({ id }) => id)
        said.push({ text, by: one!.id, to })
        await world.say(one!, text)
        return done()
      }
      case 'leave':
        if (members.length < 3) return
        keep(one!)
        await world.leave(one!)
        return done()
      case 'evict': {
        const whom = members.find((member) => member !== one)
        if (members.length < 3 || whom === undefined) return
        await evict(one!, whom, at)
        return done(at % 2 === 0 ? newPassword : label)
      }
      case 'kill':
        if (members.length < 3) return
        world.close(one!)
        return done()
      case 'crash':
        await invariants.crashed(world.crypto, one!)
        world.close(one!)
        await world.pass(200)
        await world.resume(one!)
        return done()
      case 'partition': {
        const cut = members.filter((_, i) => (action.mask >> (i % 6)) & 1)
        world.cut(cut.map(({ id }) => id))
        return done()
      }
      case 'heal':
        world.network.heal()
        return done()
      case 'restart-relay':
        world.network.restartRelay(action.forMs)
        return done()
      case 'bad-relay':
      case 'good-relay':
        turnRelay(action.kind === 'bad-relay' ? action.will : null, one?.id ?? null)
        return done()
      case 'insider':
        await playTrick(world, one!, action.trick)
        return done()
    }
  }

  const turnRelay = (...turned: Parameters<typeof badRelay.turn>): void => {
    for (const { from, to, bytes } of badRelay.turn(...turned)) world.speakAs(from, to, bytes)
  }

  const paired = (one: MemberId, other: MemberId): boolean =>
    alive().some((a) => a.id === one && alive().some((b) => b.id === other && share(a, b)))

  /** What has to hold once the network is whole and time has passed: I4, and every message shown once. */
  const unsettled = (): string | null => {
    for (const { id, state } of world.members) {
      if (!intruders.has(id)) continue
      const met = [...state.pairs.keys()].filter((other) => !intruders.has(other))
      if (
        met.length > 0 ||
        heardBy(id).some((text) => said.some((one) => one.text === text && !intruders.has(one.by)))
      ) {
        return 'I9: an intruder got in'
      }
    }
    // Those who were evicted may not know it yet, and are none of the others' business.
    const gone = new Set(world.members.flatMap(({ state }) => evictedOf(state.group)))
    const members = alive().filter((member) => !intruders.has(member.id) && !gone.has(member.id))
    for (const member of members) if (!member.state.joined) return `I4: ${member.name} never got in`
    const parts = connected(members)
    // What keeps two honest members from a session for longer: a relay that spoils the proof itself, and a
    // password that changes while somebody is proving the one before.
    const spoiled = [...tally.keys()].some((label) => label.startsWith('relay') || label === newPassword)
    if (parts.length > 1 && !spoiled)
      return `I4: ${parts.length} groups that have nothing to do with each other`
    for (const part of parts) {
      const standings = new Set(part.map((member) => world.standingOf(member)))
      if (standings.size > 1) return `I4: split: ${[...standings].join(' | ')}`
    }
    for (const { text, by, to } of said) {
      // What a member said and did not live to see confirmed may be lost.
      if (!members.some(({ id }) => id === by)) continue
      for (const { id, name } of members) {
        if (!to.includes(id)) continue
        if (!paired(by, id)) continue
        const times = heardBy(id).filter((heard) => heard === text).length
        if (times !== 1) return `I4: ${name} heard "${text}" ${times} times`
      }
    }
    return null
  }

  /** I9: with its last state and all later traffic, who was removed learns nothing. */
  const replayToRemoved = async (): Promise<void> => {
    for (const { id: self, state: bytes, later } of removed) {
      let state: PeerState = await decodePeer(world.crypto, bytes)
      const held = new Set(state.group.epochs.map(({ id }) => id))
      tally.set('replayed to the removed', (tally.get('replayed to the removed') ?? 0) + later.length)
      for (const { from, bytes: sent } of later) {
        const message = decode(frame, sent)
        if (message.kind === 'group') {
          const opened = await openMessage(world.crypto, state.group, from, message.body)
          if (opened.kind === 'opened') throw new Violation('I9: a removed member reads a later message')
        }
        const event = {
          kind: 'received',
          from,
          via: 'direct',
          bytes: sent,
          now: world.network.now(),
        } as const
        const stepped = await step(world.ports, state, event)
        if (stepped.effects.some(({ kind }) => kind === 'message')) {
          throw new Violation('I9: a removed member is shown a later message')
        }
        if (stepped.state.group.epochs.some(({ id, author }) => !held.has(id) && author !== self)) {
          throw new Violation('I9: a removed member derives a later epoch')
        }
        // It does not end because it is told so.
        if (stepped.state.ended === 'no') state = stepped.state
      }
    }
  }

  const play = async (): Promise<string | null> => {
    for (const [at, action] of schedule.entries()) {
      await act(action, at)
      await world.pass(action.wait)
    }
    world.network.heal()
    turnRelay(null, null)
    let calm = 0
    for (let passed = 0, until = settleMs; passed < until && calm < calmSteps; passed += stepMs) {
      await world.pass(stepMs)
      calm = unsettled() === null ? calm + 1 : 0
      // What guessers closed opens again, and what waited for it goes on.
      const closed = alive().some(({ state }) => state.guesses.blockedUntil > world.network.now())
      if (closed) until = Math.min(passed + settleMs, maxSettleMs)
    }
    const left = unsettled()
    if (left === null) await replayToRemoved()
    return left
  }

  let violation: string | null
  try {
    violation = await play()
  } catch (error) {
    // A step that throws is a defect, whatever it is called.
    violation =
      error instanceof Violation
        ? error.message
        : `a step broke: ${error instanceof Error ? error.stack?.split('\n').slice(0, 4).join(' ') : error}`
  }
  const outcome = world.members.map(
    ({ id, name, state }) =>
      `${name} ${state.ended} ${world.view({ state } as Member).epoch} ${state.group.hash.slice(0, 8)} ${heardBy(id).join()}`,
  )
  return { violation, tally, outcome: outcome.join('\n') }
}
