/**
 * What may happen to a group, as data: a history is a list of these, so that a failing one can be made shorter.
 */
import { type Draw, seededDraw } from './draw.ts'
import { type InsiderProgram, insiderPrograms } from './insider.ts'
import { type RelayProgram, relayPrograms } from './relay-program.ts'
import { type StrangerManner, strangerManners } from './strangers.ts'

export const exMemberWays = ['old-state', 'old-password', 'impersonates'] as const
export type ExMemberWay = (typeof exMemberWays)[number]

/** `who`, `whom`: places in the list of those inside, taken modulo its length. */
export type Action = { readonly wait: number } & (
  | {
      readonly kind: 'join'
      /** Stored members have a lease of a month, pre-keys and a mailbox. */
      readonly stored?: boolean
      readonly keeps?: boolean
      /** Milliseconds that its Worker lags. */
      readonly lagMs?: number
      /** A tab in the background. */
      readonly timerMs?: number
      /** By whom its link was made. */
      readonly invitedBy?: number
    }
  /** `count` members join at once. */
  | { readonly kind: 'crowd'; readonly count: number }
  /** One that founds a room of its own, and meets the others later. */
  | { readonly kind: 'found-apart'; readonly forMs: number }
  | { readonly kind: 'intrude' }
  | { readonly kind: 'say'; readonly who: number; readonly count: number }
  | { readonly kind: 'leave' | 'kill'; readonly who: number }
  | {
      readonly kind: 'evict'
      readonly who: number
      readonly whom: number
      readonly password: boolean
      readonly withInvited: boolean
    }
  | { readonly kind: 'change-password'; readonly who: number }
  /** Closed, and resumed after a while from what it stored: hours, where it sleeps. */
  | { readonly kind: 'crash' | 'sleep'; readonly who: number; readonly forMs: number }
  | { readonly kind: 'partition'; readonly mask: number }
  | { readonly kind: 'heal' }
  | { readonly kind: 'restart-relay'; readonly forMs: number }
  | { readonly kind: 'clock'; readonly who: number; readonly ms: number }
  | { readonly kind: 'full-mailboxes'; readonly full: boolean }
  | { readonly kind: 'relay'; readonly program: RelayProgram; readonly who: number }
  | { readonly kind: 'good-relay' }
  | {
      readonly kind: 'insider'
      readonly program: InsiderProgram
      readonly who: number
      readonly whom: number
    }
  | { readonly kind: 'strangers'; readonly manner: StrangerManner; readonly count: number }
  /** A removed member comes again: with its old state, or with the password that it knows. */
  | { readonly kind: 'ex-member'; readonly how: ExMemberWay }
)

export const adversaries = ['relay', 'insider', 'strangers', 'ex-member'] as const
export type Adversary = (typeof adversaries)[number]

const maxJoins = 6
const minute = 60_000
const hour = 60 * minute

/** Up to two of them: none in every fourth history. */
const adversariesOf = (draw: Draw): ReadonlySet<Adversary> => {
  if (draw(4) === 0) return new Set()
  const pick = (): Adversary => adversaries[draw(adversaries.length)]!
  return new Set([pick(), pick()])
}

/** Two different ones. */
const pairOf = (draw: Draw): ReadonlySet<Adversary> => {
  const first = draw(adversaries.length)
  const second = (first + 1 + draw(adversaries.length - 1)) % adversaries.length
  return new Set([adversaries[first]!, adversaries[second]!])
}

/** A history with a pair begins with this many members, since an insider needs two others. */
const pairMembers = 4
/** Where in it somebody is removed, so that an ex-member is there, and where each of the two acts in any case. */
const pairRemoval = 6
const pairActs: readonly number[] = [8, 12]

interface Course {
  readonly draw: Draw
  readonly against: ReadonlySet<Adversary>
  joins: number
  cut: boolean
  bad: boolean
  full: boolean
}

const joining = ({ draw }: Course, wait: number): Action => ({
  kind: 'join',
  wait,
  ...(draw(3) === 0 ? { stored: true, keeps: true } : { keeps: draw(3) === 0 }),
  ...(draw(8) === 0 ? { lagMs: 200 + draw(3_000) } : {}),
  ...(draw(10) === 0 ? { timerMs: minute } : {}),
  ...(draw(4) === 0 ? { invitedBy: draw(64) } : {}),
})

const hostile = (
  course: Course,
  wait: number,
  chosen = [...course.against][course.draw(Math.max(1, course.against.size))],
): Action | null => {
  const { draw } = course
  const who = draw(64)
  switch (chosen) {
    case 'relay':
      course.bad = true
      return { kind: 'relay', wait, program: relayPrograms[draw(relayPrograms.length)]!, who }
    case 'insider':
      return {
        kind: 'insider',
        wait,
        program: insiderPrograms[draw(insiderPrograms.length)]!,
        who,
        whom: draw(64),
      }
    case 'strangers':
      return {
        kind: 'strangers',
        wait,
        manner: strangerManners[draw(strangerManners.length)]!,
        count: 1 + draw(8),
      }
    case 'ex-member': {
      return { kind: 'ex-member', wait, how: exMemberWays[draw(exMemberWays.length)]! }
    }
    default:
      return null
  }
}

const coming = (course: Course, wait: number, choice: number): Action | null => {
  const { draw } = course
  if (course.joins >= maxJoins) return null
  if (choice < 14) {
    course.joins += 1
    return joining(course, wait)
  }
  if (choice < 16) {
    course.joins += 3
    return { kind: 'crowd', wait, count: 3 }
  }
  if (choice < 18) {
    course.joins += 1
    return { kind: 'found-apart', wait, forMs: 1_000 + draw(20_000) }
  }
  return null
}

const usual = (course: Course, wait: number, choice: number): Action => {
  const { draw } = course
  const who = draw(64)
  if (choice < 46) return { kind: 'say', wait, who, count: draw(6) === 0 ? 20 : 1 }
  if (choice < 51) return { kind: 'leave', wait, who }
  if (choice < 58) return evicting(course, wait, who)
  if (choice < 61) return { kind: 'change-password', wait, who }
  if (choice < 65) return { kind: 'kill', wait, who }
  if (choice < 71) return { kind: 'crash', wait, who, forMs: 100 + draw(2_000) }
  if (choice < 77)
    return { kind: 'sleep', wait, who, forMs: draw(3) === 0 ? draw(9 * hour) : draw(20 * minute) }
  if (choice < 80) return { kind: 'intrude', wait }
  if (choice < 86) {
    course.cut = true
    return { kind: 'partition', wait, mask: 1 + draw(62) }
  }
  if (choice < 90) return { kind: 'restart-relay', wait, forMs: 200 + draw(400) }
  if (choice < 93) return { kind: 'clock', wait, who, ms: draw(2) === 0 ? draw(3 * hour) : -draw(hour) }
  if (choice < 95) {
    course.full = !course.full
    return { kind: 'full-mailboxes', wait, full: course.full }
  }
  return { kind: 'say', wait, who, count: 1 }
}

const evicting = ({ draw }: Course, wait: number, who: number): Action => ({
  kind: 'evict',
  wait,
  who,
  whom: draw(64),
  password: draw(2) === 0,
  withInvited: draw(4) === 0,
})

/** What stands at this place of a history with a pair, whatever else is drawn. */
const forPair = (course: Course, wait: number, at: number): Action | null => {
  const { against } = course
  if (at === pairRemoval && against.has('ex-member')) return evicting(course, wait, course.draw(64))
  const turn = pairActs.indexOf(at)
  return turn < 0 ? null : hostile(course, wait, [...against][turn])
}

export interface ScheduleOptions {
  readonly actions?: number
  /** Two different adversaries in every history; each gets its turn, though it may find nobody to act on. */
  readonly pairs?: boolean
}

/** The schedule of a seed: two join first, and the rest follows by chance. */
export const scheduleOf = (
  seed: number,
  { actions = 16, pairs = false }: ScheduleOptions = {},
): readonly Action[] => {
  const draw = seededDraw(seed)
  const against = pairs ? pairOf(draw) : adversariesOf(draw)
  const joins = pairs ? pairMembers : 2
  const course: Course = { draw, against, joins, cut: false, bad: false, full: false }
  const schedule: Action[] = [joining(course, 1_000), joining(course, draw(1_500))]
  while (schedule.length < joins) schedule.push(joining(course, 2_000 + draw(4_000)))
  const next = (): Action => {
    // Most follow at once; some leave the group in peace for a while.
    const wait = draw(5) === 0 ? draw(90_000) : draw(1_500)
    const choice = draw(100)
    const forced = pairs ? forPair(course, wait, schedule.length) : null
    if (forced !== null) return forced
    if (course.cut && choice < 35) {
      course.cut = false
      return { kind: 'heal', wait }
    }
    if (course.bad && draw(100) < 30) {
      course.bad = false
      return { kind: 'good-relay', wait }
    }
    const attack = draw(100) < 25 ? hostile(course, wait) : null
    return attack ?? coming(course, wait, choice) ?? usual(course, wait, choice)
  }
  while (schedule.length < actions + 2) schedule.push(next())
  return schedule
}

/** The shortest schedule found that still fails: leaves out one action after the other while it does. */
export const shrink = async (
  schedule: readonly Action[],
  fails: (candidate: readonly Action[]) => Promise<boolean>,
): Promise<readonly Action[]> => {
  let shortest = schedule
  for (let size = Math.ceil(schedule.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < shortest.length; ) {
      const candidate = shortest.filter((_, i) => i < at || i >= at + size)
      if (await fails(candidate)) shortest = candidate
      else at += size
    }
  }
  return shortest
}
