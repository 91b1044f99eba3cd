/**
 * One history: tabs join, talk, leave, are evicted, die, sleep and come back from what they stored; frames are lost,
 * doubled and overtaken; the network splits; up to two adversaries play their programs. Some promises are checked after
 * every step, the others at the end, once the network is whole again.
 */
import type { Bytes } from '../../codec/index.ts'
import type { Address, MemberId } from '../../identity/index.ts'
import type { Taken } from '../index.ts'
import { createWorld, idOf, type Member } from '../testing/world.ts'
import { seededDraw } from './draw.ts'
import { impersonate, keepOf, noteLater, type Removed, replayToRemoved } from './ex-member.ts'
import { playInsider } from './insider.ts'
import { createIntruders, verifierOf } from './intruders.ts'
import { createInvariants, Violation } from './invariants.ts'
import { createModel } from './model.ts'
import { createBadRelay } from './relay-program.ts'
import { type Action, type ExMemberWay, scheduleOf } from './schedule.ts'
import { checkAudience, checkLists, wrongLists } from './screens.ts'
import { sendStranger } from './strangers.ts'
import { createThief } from './thief.ts'

export interface HistoryOptions {
  /** See `fast-crypto.ts`. */
  readonly fast?: boolean
  /** The seed's own when left out. */
  readonly schedule?: readonly Action[]
  /** Sees each step, to look into a history that failed. */
  readonly trace?: (member: Member, taken: Taken, now: number) => void
}

export interface HistoryResult {
  /** `null` when every promise held. */
  readonly violation: string | null
  /** How often each kind of action was carried out. */
  readonly tally: ReadonlyMap<string, number>
  /** Who ended how, and heard what: the same for both forms of the primitives. */
  readonly outcome: string
  /** Virtual milliseconds until all agreed. */
  readonly settledMs: number
}

const minute = 60_000
const month = 30 * 24 * 60 * minute
const stepMs = 1_000
/** Agreement has to last this long before a history is over. */
const calmSteps = 4
/** Within this time all has to be well again; while a handshake or a shut door waits, within an hour more. */
const settleMs = 5 * minute
const longSettleMs = 4 * 60 * minute
const longStepMs = minute
/** One history in five has a thief. */
const theftEvery = 5

export const runHistory = async (seed: number, options: HistoryOptions = {}): Promise<HistoryResult> => {
  const { fast = false, schedule = scheduleOf(seed) } = options
  const draw = seededDraw(seed ^ 0x5eed)
  let clock = (): number => 0
  const invariants = createInvariants(() => clock())
  const model = createModel()
  const removed: Removed[] = []
  /** Frames to an address that somebody poses as. */
  let spied: { readonly from: Address; readonly to: Address; readonly seen: Bytes[] } | null = null
  const badRelay = createBadRelay(draw, () => world.proofOf(`guess ${draw(1e9)}`))
  const world = await createWorld({
    seed,
    fast,
    loss: 0.05,
    duplicate: 0.05,
    reorder: 0.1,
    maxDelay: 40,
    relayOnly: seed % 3 === 0,
    observer: {
      watch: invariants.watch,
      relay: (from, to, bytes) => {
        if (spied?.from === from && spied.to === to) spied.seen.push(bytes)
        return badRelay.treat(from, to, bytes)
      },
      owners: badRelay.owners,
      preKey: badRelay.preKey,
      stepped: (member, taken) => {
        options.trace?.(member, taken, clock())
        invariants.stepped(member, taken)
        thief.stepped(member, taken)
        model.stepped(member, taken)
        intruders.stepped(member, taken)
        if (member.isInsider) return
        for (const one of removed) noteLater(one, member, taken.effects)
        checkAudience(world.crypto, member, taken)
      },
    },
  })
  const thief = createThief(() => world)
  const theftDraw = seededDraw(seed ^ 0x7e1f)
  const theftAt = seed % theftEvery === 0 ? theftDraw(schedule.length) : null
  clock = () => world.network.now()
  badRelay.inhabit(world)
  const tally = new Map<string, number>()
  const intruders = createIntruders()
  const asleep = new Map<Member, number>()
  const strangers: { close(): void }[] = []
  const door = seed % 4 === 1 ? 'open' : 'strict'
  let known = 'right'
  let changes = 0
  /** Whether the relay ever altered what it carries. */
  let forged = false
  /** Whether an insider may have vouched for somebody that nobody is. */
  let invented = false

  const alive = (): readonly Member[] =>
    world.living().filter(({ address, isInsider }) => !isInsider && !intruders.has(address))
  const inside = (): readonly Member[] =>
    alive().filter(({ runner }) => runner.state().phase.kind === 'joined')
  const count = (label: string, by = 1): void => void tally.set(label, (tally.get(label) ?? 0) + by)

  const openMember = async (
    name: string,
    { stored = false, keeps = false, ...rest }: Partial<Extract<Action, { kind: 'join' }>>,
  ): Promise<Member> => {
    const inviters = inside()
    const { lagMs, timerMs, invitedBy } = rest
    const inviter = invitedBy === undefined ? undefined : inviters[invitedBy % Math.max(1, inviters.length)]
    return world.open(name, {
      password: known,
      door,
      keeps: keeps || stored,
      lease: stored ? month : 5 * minute,
      ...(lagMs === undefined ? {} : { lagMs }),
      ...(timerMs === undefined ? {} : { timerMs }),
      ...(inviter === undefined ? {} : { invitedBy: inviter }),
    })
  }

  const say = async (one: Member, text: string): Promise<void> => {
    invariants.hide(text)
    await world.say(one, text)
    model.noteSaid(one, text)
  }

  const newPassword = async (at: number) => {
    known = `password ${at}`
    changes += 1
    return world.passwordOf(known, door)
  }

  const wake = async (member: Member): Promise<void> => {
    asleep.delete(member)
    await world.resume(member)
  }

  /** Carries an action out. `null`: there was nobody to do it. */
  const act = async (action: Action, at: number): Promise<string | null> => {
    const members = inside()
    const one = 'who' in action ? members[action.who % Math.max(1, members.length)] : undefined
    switch (action.kind) {
      case 'join':
        await openMember(`member ${at}`, action)
        return action.stored ? 'join, stored' : 'join'
      case 'crowd':
        for (let i = 0; i < action.count; i++) await openMember(`member ${at}.${i}`, {})
        return action.kind
      case 'found-apart': {
        const member = await openMember(`member ${at}`, {})
        world.cut([member])
        await world.pass(16_000 + action.forMs)
        world.network.heal()
        return action.kind
      }
      case 'intrude': {
        if (intruders.count() >= 2) return null
        const intruder = await world.open(`intruder ${at}`, { password: 'wrong password', keeps: false })
        intruders.note(intruder)
        return action.kind
      }
      case 'say':
        if (one === undefined) return null
        for (let i = 0; i < action.count; i++) await say(one, `message ${i} of action ${at}`)
        return action.kind
      case 'leave':
        if (one === undefined || members.length < 3) return null
        removed.push(keepOf(one))
        await world.leave(one)
        return action.kind
      case 'kill':
        if (one === undefined || members.length < 3) return null
        world.close(one)
        return action.kind
      case 'evict': {
        const others = members.filter((member) => member !== one)
        const whom = others[action.whom % Math.max(1, others.length)]
        if (one === undefined || whom === undefined || members.length < 3) return null
        if (!one.runner.state().group.roster.entries.has(idOf(whom))) return null
        removed.push(keepOf(whom))
        const password = action.password ? await newPassword(at) : null
        const { withInvited } = action
        await world.feed(one, { kind: 'remove', member: idOf(whom), withInvited, password })
        return action.password ? 'evict, new password' : 'evict'
      }
      case 'change-password':
        if (one === undefined) return null
        await world.feed(one, { kind: 'change-password', password: await newPassword(at) })
        return action.kind
      case 'crash':
      case 'sleep': {
        const able = members.filter(
          ({ keeps, options: { lease = 0 } }) => keeps && (action.kind === 'crash' || lease === month),
        )
        const who = able[action.who % Math.max(1, able.length)]
        if (who === undefined) return null
        if (action.kind === 'crash') invariants.crashed(world.crypto, who)
        world.close(who)
        if (action.kind === 'sleep') {
          asleep.set(who, world.network.now() + action.forMs)
          return action.kind
        }
        await world.pass(action.forMs)
        await world.resume(who)
        return action.kind
      }
      case 'partition':
        world.cut(members.filter((_, i) => (action.mask >> (i % 6)) & 1))
        return action.kind
      case 'heal':
        world.network.heal()
        return action.kind
      case 'restart-relay':
        world.network.restartRelay(action.forMs)
        return action.kind
      case 'clock':
        if (one === undefined) return null
        one.skewMs += action.ms
        await world.feed(one, { kind: 'wake' })
        return action.ms < 0 ? 'clock set back' : 'clock set forward'
      case 'full-mailboxes':
        for (const address of world.letters.keys())
          if (action.full) world.full.add(address)
          else world.full.delete(address)
        return action.kind
      case 'relay': {
        const others = members.filter((member) => member !== one)
        if (action.program === 'forges') forged = true
        await badRelay.turn(
          action.program,
          one ?? null,
          others[action.who % Math.max(1, others.length)] ?? null,
        )
        return `relay: ${action.program}`
      }
      case 'good-relay':
        await badRelay.turn(null, null, null)
        return null
      case 'insider': {
        const others = members.filter((member) => member !== one)
        const victim = others[action.whom % Math.max(1, others.length)]
        if (one === undefined || victim === undefined || members.length < 3) return null
        invented = true
        await playInsider(world, action.program, { insider: one, victim, draw })
        return `insider: ${action.program}`
      }
      case 'strangers':
        for (let i = 0; i < action.count; i++)
          strangers.push(sendStranger(world, action.manner, await world.proofOf(`guess ${at}.${i}`)))
        return `strangers: ${action.manner}`
      case 'ex-member':
        return comeAgain(action.how, at)
    }
  }

  const comeAgain = async (how: ExMemberWay, at: number): Promise<string | null> => {
    const old = removed.at(-1)
    if (old === undefined) return null
    if (how === 'old-state') {
      const { member } = old
      if (world.living().some(({ address }) => address === member.address)) return null
      member.stored = old.state
      const again = await world.resume(member)
      again.isInsider = true
    } else if (how === 'old-password') {
      const password = changes === 0 ? known : 'right'
      const again = await world.open(`again ${at}`, { password, keeps: false })
      // With the password in force it is somebody new; with another it is an intruder.
      if (password === known) return `ex-member: ${how}, in force`
      intruders.note(again)
    } else {
      const [as, to] = inside()
      if (as === undefined || to === undefined) return null
      spied = { from: to.address, to: as.address, seen: [] }
      const { seen } = spied
      await impersonate(world, { as, to }, () => seen)
      spied = null
    }
    return `ex-member: ${how}`
  }

  const wakeDue = async (all: boolean): Promise<void> => {
    for (const [member, due] of asleep)
      if (all || world.network.now() >= due) {
        await wake(member)
        count('woken')
      }
  }

  const pass = async (ms: number): Promise<void> => {
    await world.pass(ms)
    await wakeDue(false)
  }

  /** Removed as far as any honest member knows. */
  const goneIds = (): ReadonlySet<MemberId> =>
    new Set(
      alive().flatMap(({ runner }) => {
        const { removals, early } = runner.state().group.roster
        return [...removals.keys(), ...early.keys()]
      }),
    )

  const isSamePassword = (one: Member, other: Member): boolean =>
    verifierOf(one.runner.state()) === verifierOf(other.runner.state())

  const share = (one: Member, other: Member): boolean =>
    one.runner.state().group.roster.entries.has(idOf(other)) &&
    other.runner.state().group.roster.entries.has(idOf(one))

  /** What has to hold once the network is whole and time has passed. */
  const unsettled = (): string | null => {
    const gone = goneIds()
    const members = alive().filter((member) => !gone.has(idOf(member)))
    const joined = members.filter(({ runner }) => runner.state().phase.kind === 'joined')
    // A member opened with a password that was changed meanwhile is refused, and says so; with the newest too, where
    // all who knew it left before their part met the others.
    const mayFail = (member: Member): boolean =>
      member.options.password !== known || !joined.some((one) => isSamePassword(one, member))
    const late = members.find((member) => !joined.includes(member) && !mayFail(member))
    if (late !== undefined) return `I4: ${late.name} never got in`
    for (const { address, name, heard } of world.members) {
      if (!intruders.mustStayOut(address)) continue
      const isIn = joined.some(({ runner }) =>
        [...runner.state().group.roster.entries.values()].some(({ entry }) => entry.address === address),
      )
      if (isIn || heard.some(({ text }) => model.said.has(text))) return `I9: ${name} got in`
    }
    // With two passwords in the room two parts cannot meet.
    const standings = new Set(joined.map(world.standingOf))
    const passwords = new Set(joined.map(({ runner }) => runner.state().password.record?.hash))
    if (standings.size > 1 && (changes === 0 || passwords.size === 1))
      return `I4: split: ${[...standings].join(' | ')}`
    if (standings.size <= 1) {
      const wrong = wrongLists(world, joined, gone)
      if (wrong !== null) return wrong
    }
    return model.missing(joined, gone, share)
  }

  /** What has to hold at any moment, between two actions. */
  const wrongNow = (): string | null => {
    checkLists(world, inside(), invented)
    return model.missing(inside(), goneIds(), () => false)
  }

  const settle = async (): Promise<string | null> => {
    let calm = 0
    const start = world.network.now()
    const passed = (): number => world.network.now() - start
    while (passed() < longSettleMs && calm < calmSteps) {
      await pass(passed() < settleMs ? stepMs : longStepMs)
      await askAgain()
      calm = unsettled() === null ? calm + 1 : 0
    }
    settledMs = passed() - calmSteps * stepMs
    return unsettled()
  }

  let askedAt = 0
  /**
   * Refused by members that had yet to hear of a new password, or since the relay altered the proof: the user asks again,
   * once a minute. Nobody else is refused with the right password.
   */
  const askAgain = async (): Promise<void> => {
    if ((changes === 0 && !forged) || clock() < askedAt + minute) return
    askedAt = clock()
    for (const member of alive())
      if (member.runner.state().phase.kind === 'joining') await world.feed(member, { kind: 'retry' })
  }

  let settledMs = 0
  const play = async (): Promise<string | null> => {
    for (const [at, action] of schedule.entries()) {
      const label = await act(action, at)
      if (label !== null) count(label)
      await pass(action.wait)
      if (at === theftAt) steal()
      const wrong = wrongNow()
      if (wrong !== null) return wrong
    }
    world.network.heal()
    world.full.clear()
    await badRelay.turn(null, null, null)
    for (const stranger of strangers) stranger.close()
    await evictInsiders()
    await wakeDue(true)
    const left = await settle()
    if (left !== null) return left
    for (const one of removed) {
      await replayToRemoved(world, one)
      count('frames replayed to the removed', one.later.length)
    }
    return thief.listenToTheEnd({ inside, say, pass, count })
  }

  const steal = (): void => {
    const members = inside()
    const victim = members[theftDraw(Math.max(1, members.length))]
    if (victim === undefined) return
    thief.steal(victim)
    count('thief: copies a state')
  }

  /** Every second history ends without its insiders. */
  const evictInsiders = async (): Promise<void> => {
    const insiders = world.living().filter(({ isInsider }) => isInsider)
    const [by] = inside()
    if (by === undefined || seed % 2 === 0) return
    for (const insider of insiders) {
      if (by.runner.state().group.roster.entries.has(idOf(insider))) {
        await world.remove(by, idOf(insider))
        count('insider evicted')
      }
      world.close(insider)
    }
  }

  let violation: string | null
  try {
    violation = await play()
  } catch (error) {
    if (error instanceof Violation) violation = error.message
    else violation = `I15: ${error instanceof Error ? error.stack?.split('\n').slice(0, 4).join(' ') : error}`
  }
  const outcome = world.members.map(({ name, runner, heard }) => {
    const { phase, group } = runner.state()
    return `${name} ${phase.kind} ${group.hash.slice(0, 8)} ${heard.map(({ text }) => text).join()}`
  })
  return { violation, tally, outcome: outcome.join('\n'), settledMs }
}
