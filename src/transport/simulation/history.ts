/**
 * One history of one link under a seed: two pages, the relay between them, WebRTC that works, stalls, dies and lies, and
 * frames that both say all the while. What must hold:
 *
 *   nothing lost       every frame arrives, while its sender and its reader live
 *   nothing doubled    a frame arrives twice only if its end was handed it back, and then twice at most
 *   not late           a frame arrives within 3 s and a hop of the relay, unless a page or the relay stood still
 *   no livelock        attempts are bounded by the back-off
 *   direct in the end  where the network allows it, once the faults are over
 */

import { type Bytes, encode, u32 } from '../../codec/index.ts'
import { stepLink } from '../link.ts'
import { decodeSignal, encodeSignal, type LinkSignal } from '../link-signal.ts'
import { type LinkEvent, type LinkState, unlinked } from '../link-state.ts'
import { type Clock, createClock, type Dice, dice } from './random.ts'
import { createWire, type Fed, otherOf, type Side, type Wire } from './wire.ts'

const troubleMs = 120_000
/** The longest back-off, an attempt that was under way, one that fails, and some. */
const calmMs = 200_000
const relayHopMs = 60
const fallbackMs = 3_000
/** A frame each 200 ms, an attempt each second at most: far fewer than a livelock makes. */
const maxJobs = 40_000

interface End {
  state: LinkState
  page: number
  direct: boolean
  frozenUntil: number
  frozenFrom: number
  bornAt: number
  cancelTimer: () => void
  /** Attempts and followed ones, over all pages of this end. */
  connections: number
}

interface Said {
  readonly side: Side
  readonly page: number
  readonly at: number
  /** By the relay at once, or handed back to it. */
  arrivals: number
  returned: boolean
}

export interface Outcome {
  readonly problems: readonly string[]
  readonly frames: number
  readonly returned: number
  readonly doubled: number
  readonly connections: number
  readonly direct: boolean
}

interface World {
  readonly clock: Clock
  readonly random: Dice
  readonly wire: Wire
  readonly ends: readonly [End, End]
  readonly said: Said[]
  readonly problems: string[]
  /** Whether each end starts, as its core says. */
  readonly roles: readonly [boolean, boolean]
  relayDownUntil: number
  readonly outages: { readonly from: number; readonly until: number }[]
  signalLoss: number
}

const newEnd = (random: Dice, page: number, bornAt: number): End => ({
  state: unlinked(random.int(0, 2 ** 24 - 1) * 2 ** 24 + random.int(0, 2 ** 24 - 1)),
  page,
  direct: false,
  frozenUntil: 0,
  frozenFrom: 0,
  bornAt,
  cancelTimer: () => undefined,
  connections: 0,
})

const numberOf = (frame: Bytes): number => new DataView(frame.buffer, frame.byteOffset, 4).getUint32(0)

/** Plays the history of a seed. */
export const playLink = (seed: number): Outcome => {
  const random = dice(seed)
  const clock = createClock()
  const ends = [newEnd(random, 1, 0), newEnd(random, 1, 0)] as const
  const world: World = {
    clock,
    random,
    ends,
    wire: createWire({ clock, random }, (side, page, event) => feed(side, page, event)),
    said: [],
    problems: [],
    roles: random.pick<World['roles']>([
      [true, false],
      [true, false],
      [true, false],
      [false, true],
      [true, true],
      [false, false],
    ]),
    relayDownUntil: 0,
    outages: [],
    signalLoss: random.pick([0, 0, 0.1, 0.5]),
  }
  const feed = (side: Side, page: number, event: Fed): void => {
    const end = ends[side]
    if (end.page !== page) return
    if (end.frozenUntil > clock.now()) return void clock.at(end.frozenUntil, () => feed(side, page, event))
    take(world, side, event, feed)
  }
  world.wire.allowed = !random.chance(0.1)
  begin(world, feed)
  for (const side of [0, 1] as const) speak(world, side, feed)
  trouble(world, feed)
  try {
    clock.run(troubleMs)
    calm(world)
    clock.run(troubleMs + calmMs)
  } catch (error) {
    world.problems.push(String(error))
  }
  return judge(world)
}

type Feed = (side: Side, page: number, event: Fed) => void

const take = (world: World, side: Side, event: Fed, feed: Feed): void => {
  const { clock, ends } = world
  const end = ends[side]
  const step = stepLink(end.state, { ...event, now: clock.now() } as LinkEvent)
  end.state = step.state
  end.cancelTimer()
  const { page } = end
  if (step.wakeAt !== null)
    end.cancelTimer = clock.at(Math.max(step.wakeAt, clock.now() + 1), () =>
      feed(side, page, { kind: 'wake' }),
    )
  for (const effect of step.effects) {
    if (effect.kind === 'link') end.direct = effect.direct
    else if (effect.kind === 'signal') sendSignal(world, side, effect.signal, feed)
    else if (effect.kind === 'received') arrive(world, otherOf(side), numberOf(effect.frame))
    else if (effect.kind === 'returned') {
      const said = world.said[numberOf(effect.frame)]
      if (said?.returned) world.problems.push('a frame was handed back twice')
      if (said !== undefined) said.returned = true
      byRelay(world, side, effect.frame)
    } else {
      if (effect.kind === 'open') end.connections += 1
      world.wire.carryOut(side, page, effect)
    }
  }
}

const arrive = (world: World, from: Side, number: number): void => {
  const said = world.said[number]
  if (said === undefined || said.side !== from) return void world.problems.push('a frame that nobody said')
  said.arrivals += 1
  if (said.arrivals > (said.returned ? 2 : 1)) world.problems.push(`frame ${number} was doubled`)
  if (said.arrivals === 1) noteLate(world, said, number)
}

const noteLate = ({ clock, ends, outages, problems }: World, { at, side }: Said, number: number): void => {
  const now = clock.now()
  const stood = [ends[side], ends[otherOf(side)]].some(
    ({ frozenFrom, frozenUntil }) => frozenFrom <= now && frozenUntil >= at,
  )
  const wasDown = outages.some(({ from, until }) => from <= now && until >= at)
  if (now - at > fallbackMs + 2 * relayHopMs && !stood && !wasDown)
    problems.push(`frame ${number} took ${now - at} ms`)
}

/** Frames by the relay wait for it; the layers above see to that. */
const byRelay = (world: World, side: Side, frame: Bytes): void => {
  const { clock, random, ends } = world
  const reader = otherOf(side)
  const at = Math.max(clock.now(), world.relayDownUntil) + random.int(5, relayHopMs)
  const { page } = ends[reader]
  clock.at(at, () => {
    if (ends[reader].page === page) arrive(world, side, numberOf(frame))
  })
}

/** Signals are lost with the relay, late, out of order, and here also doubled. */
const sendSignal = (world: World, side: Side, signal: LinkSignal, feed: Feed): void => {
  const { clock, random, ends, relayDownUntil, signalLoss } = world
  const bytes = encodeSignal(signal)
  if (bytes === null) return void world.problems.push('a signal that does not fit')
  const { page } = ends[otherOf(side)]
  const copies = random.chance(0.1) ? 2 : 1
  for (let i = 0; i < copies; i++) {
    if (relayDownUntil > clock.now() || random.chance(signalLoss)) continue
    const ms = random.chance(0.1) ? random.int(5, 4_000) : random.int(5, relayHopMs)
    clock.at(clock.now() + ms, () => {
      const decoded = decodeSignal(bytes)
      if (decoded === null) return void world.problems.push('a signal that does not decode')
      feed(otherOf(side), page, { kind: 'signal', signal: decoded })
    })
  }
}

/** Each core asks for the link in its own time. Roles are opposite; at times, wrongly, they are not. */
const begin = ({ clock, random, ends, roles }: World, feed: Feed): void => {
  for (const side of [0, 1] as const) {
    const { page } = ends[side]
    clock.at(random.int(0, 3_000), () => feed(side, page, { kind: 'connect', initiator: roles[side] }))
  }
}

const speak = (world: World, side: Side, feed: Feed): void => {
  const { clock, random, ends, said } = world
  const say = (): void => {
    const end = ends[side]
    if (end.frozenUntil <= clock.now()) {
      const number = said.length
      said.push({ side, page: end.page, at: clock.now(), arrivals: 0, returned: false })
      const frame = encode(u32, number)
      if (end.direct) feed(side, end.page, { kind: 'send', frame })
      else byRelay(world, side, frame)
    }
    clock.at(clock.now() + random.int(200, 3_000), say)
  }
  clock.at(random.int(0, 1_000), say)
}

const trouble = (world: World, feed: Feed): void => {
  const { clock, random } = world
  const acts = [silence, cut, cutOneWay, kill, move, freeze, reload, outage, nudge, ask] as const
  for (let at = random.int(1_000, 15_000); at < troubleMs - 5_000; at += random.int(500, 25_000))
    clock.at(at, () => random.pick(acts as never as readonly [Act, ...Act[]])(world, feed))
}

type Act = (world: World, feed: Feed) => void

const silence: Act = ({ wire }) => wire.killSilently()
const kill: Act = ({ wire }) => wire.killLoudly()
const move: Act = ({ wire }) => wire.move()

const cutFor = ({ clock, random, wire }: World, sides: readonly Side[]): void => {
  for (const side of sides) wire.passes[side] = false
  clock.at(clock.now() + random.int(200, 40_000), () => {
    for (const side of sides) wire.passes[side] = true
    wire.resume()
  })
}
const cut: Act = (world) => cutFor(world, [0, 1])
const cutOneWay: Act = (world) => cutFor(world, [world.random.pick<Side>([0, 1])])

const freeze: Act = ({ clock, random, ends }) => {
  const end = ends[random.pick<Side>([0, 1])]
  end.frozenFrom = clock.now()
  end.frozenUntil = clock.now() + random.int(500, 60_000)
}

/** Another page at one end: both cores meet again and ask, where they do not believe in the link of before. */
const reload: Act = (world, feed) => {
  const { clock, random, ends, wire } = world
  const side = random.pick<Side>([0, 1])
  const end = ends[side]
  wire.forget(side, end.page)
  end.cancelTimer()
  Object.assign(end, {
    ...newEnd(random, end.page + 1, clock.now()),
    connections: end.connections,
    frozenFrom: end.frozenFrom,
  })
  for (const each of [0, 1] as const) {
    const { page } = ends[each]
    const initiator = world.roles[each]
    clock.at(clock.now() + random.int(50, 2_000), () => {
      if (!ends[each].direct) feed(each, page, { kind: 'connect', initiator })
    })
  }
}

const outage: Act = (world) => {
  const now = world.clock.now()
  world.relayDownUntil = now + world.random.int(200, 20_000)
  world.outages.push({ from: now, until: world.relayDownUntil })
}

const nudge: Act = ({ random, ends }, feed) => {
  const side = random.pick<Side>([0, 1])
  feed(side, ends[side].page, { kind: 'nudge' })
}

const ask: Act = (world, feed) => {
  const { random, ends } = world
  const side = random.pick<Side>([0, 1])
  feed(side, ends[side].page, { kind: 'connect', initiator: world.roles[side] })
}

/** The faults are over: the relay is up, packets pass, nobody is frozen for long. */
const calm = (world: World): void => {
  world.signalLoss = 0
  world.wire.passes = [true, true]
  world.wire.resume()
}

const judge = ({ clock, ends, said, problems, wire }: World): Outcome => {
  const end = clock.now()
  const lost = said.filter(
    ({ arrivals, side, page, at }) =>
      arrivals === 0 &&
      page === ends[side].page &&
      at > ends[otherOf(side)].bornAt &&
      end - at > fallbackMs + 2 * relayHopMs,
  )
  if (lost.length > 0) problems.push(`${lost.length} frames were lost`)
  const connections = ends[0].connections + ends[1].connections
  if (connections > 2 * ((troubleMs + calmMs) / 1_000)) problems.push(`${connections} connections`)
  if (clock.count() > maxJobs) problems.push(`${clock.count()} jobs`)
  const direct = ends.every((each) => each.direct)
  if (wire.allowed && !direct)
    problems.push(`in the end ${ends.map(({ state }) => state.phase).join(' and ')}`)
  if (!wire.allowed && ends.some((each) => each.direct))
    problems.push('direct over a network that forbids it')
  return {
    problems,
    frames: said.length,
    returned: said.filter(({ returned }) => returned).length,
    doubled: said.filter(({ arrivals }) => arrivals > 1).length,
    connections,
    direct,
  }
}
