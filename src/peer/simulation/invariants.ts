/**
 * Promises of SPEC.md that are checked after every step of an honest member, and while it seals.
 */
import { type Bytes, concat, decode, toHex, utf8 } from '../../codec/index.ts'
import { type Crypto, expose } from '../../crypto/index.ts'
import { liveMembers, removalOf } from '../../group/index.ts'
import type { Address, MemberId } from '../../identity/index.ts'
import { sleepers } from '../asleep.ts'
import { type Frame, frame } from '../frames.ts'
import { decodePeer, type PeerEffect, type PeerState, type Taken, wakeAt } from '../index.ts'
import type { Member } from '../testing/world.ts'

export class Violation extends Error {
  override readonly name = 'Violation'
}

export type Promised = `I${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}` | `I1${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`

export const demand = (holds: boolean, promise: Promised, what: string): void => {
  if (!holds) throw new Violation(`${promise}: ${what}`)
}

type Send = Extract<PeerEffect, { kind: 'send' }>

const contains = (bytes: Uint8Array, part: Uint8Array): boolean =>
  Buffer.from(bytes).includes(Buffer.from(part))

interface KnownEpoch {
  readonly exporter: string
  readonly bornAt: number
}

/** Everything that a member holds that it confirmed to others: it must outlive a crash. */
const promised = ({ self, group, delivery }: PeerState): readonly string[] => [
  // An own one that nobody was there to get was promised to nobody.
  ...group.epochs.flatMap(({ id, author }) => (author === self.id ? [] : [id])),
  `${delivery.lastNumber}`,
  ...[...delivery.incoming].map(([id, { numbers }]) => `${id} ${JSON.stringify(numbers)}`),
]

/** Addresses on the list that the user sees. */
const listed = (state: PeerState): ReadonlySet<Address> =>
  new Set([...liveMembers(state.group).map(({ entry }) => entry.address), ...sleepers(state).addresses])

const isPlaintext = ({ facts }: Send): boolean =>
  facts.kind === 'group' || facts.inside?.kind === 'said' || facts.inside?.kind === 'message'

/** What one that is removed may be sent: its removal, and what a newcomer gets that it may be again. */
const maySend = ({ facts }: Send): boolean => {
  if (facts.kind === 'pair') return facts.inside?.kind === 'removed' || facts.inside?.kind === 'removals'
  return facts.kind !== 'group' && facts.kind !== 'letter'
}

const slices = Object.keys({
  phase: 0,
  admission: 0,
  password: 0,
  group: 0,
  farewells: 0,
  reach: 0,
  verified: 0,
  delivery: 0,
  asleep: 0,
}) as readonly (keyof PeerState)[]

/** Who is near is a matter of time, and noted when something happens. */
const timeless = (state: PeerState, slice: keyof PeerState): unknown =>
  slice === 'delivery' ? { ...state.delivery, near: null } : state[slice]

/** The same objects at the same places: a list or a map may have been written again. */
const isSame = (one: unknown, other: unknown, depth = 2): boolean => {
  if (one === other) return true
  if (depth === 0 || typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false
  const [a, b] = [one, other].map((value) =>
    value instanceof Map || value instanceof Set ? [...value].flat() : Object.values(value),
  )
  return a!.length === b!.length && a!.every((value, i) => isSame(value, b![i], depth - 1))
}

/** Checks after every step what can be checked then; `now` is the world's clock. */
export const createInvariants = (now: () => number) => {
  const epochs = new Map<string, KnownEpoch>()
  /** When the first other member had it in its roster. */
  const addedAt = new Map<MemberId, number>()
  const entries = new Map<MemberId, string>()
  const sealed = new Map<string, string>()
  /** What is found inside a step would be taken for a defect of that step: it is said after it. */
  let broken: Violation | null = null
  const canaries: Bytes[] = []
  /** Frames that a removed member was rightly sent: they may be sent again. */
  const allowed = new Set<string>()
  /** Pre-keys that opened something, by their owner. */
  const used = new Map<Address, Set<string>>()
  /** Tests of a guess that left each member, by the run that they belong to. */
  const tests = new Map<Address, Map<string, number>>()

  /** I5: one (key, nonce), one message; every sealing of every member passes here. */
  const watch = (crypto: Crypto): Crypto => ({
    ...crypto,
    seal: (key, nonce, aad, plaintext) => {
      const id = toHex(expose(key)) + toHex(expose(nonce))
      const message = toHex(crypto.sha256(concat(aad, plaintext)))
      // An entry that admission seals again gives the same bytes again.
      const isAgain = (sealed.get(id) ?? message) === message
      if (!isAgain) broken = new Violation('I5: a key and nonce were used for two messages')
      sealed.set(id, message)
      return crypto.seal(key, nonce, aad, plaintext)
    },
  })

  const checkEpochs = ({ name }: Member, { self, group }: PeerState): void => {
    for (const { id, author, members, exporter } of group.epochs) {
      const secret = toHex(exporter.expose())
      const known = epochs.get(id) ?? { exporter: secret, bornAt: now() }
      epochs.set(id, known)
      const since = addedAt.get(self.id) ?? 0
      demand(
        known.bornAt >= since || author === self.id,
        'I3',
        `${name} holds an epoch older than its place in the roster`,
      )
      demand(members.includes(self.id), 'I1', `${name} holds an epoch that does not name it`)
      demand(known.exporter === secret, 'I8', 'one header opened to two secrets')
      if (id !== group.current) continue
      const isListed = members.every((member) => group.roster.entries.has(member))
      demand(isListed, 'I1', `${name} goes by an epoch that names somebody who is not on its roster`)
    }
  }

  const checkEntries = ({ roster }: PeerState['group']): void => {
    for (const { id, hash } of roster.entries.values()) {
      demand(id === hash.slice(0, 32), 'I14', 'an id that is not the first half of its entry’s hash')
      demand((entries.get(id) ?? hash) === hash, 'I14', 'an entry changed under its id')
      entries.set(id, hash)
    }
  }

  const isGone = (state: PeerState, to: Address): boolean =>
    ![...state.group.roster.entries.values()].some(({ entry }) => entry.address === to) &&
    [...state.group.roster.kept.values()].some(({ entry }) => entry.address === to)

  const checkSent = ({ name }: Member, { state, before }: Taken, effect: Send): void => {
    const { to, bytes } = effect
    for (const canary of canaries) demand(!contains(bytes, canary), 'I11', 'a frame shows what it must hide')
    if (isPlaintext(effect)) {
      const isSeen = listed(state).has(to) || listed(before).has(to)
      demand(isSeen, 'I12', `${name} sends plaintext to one that its user does not see`)
    }
    const key = toHex(bytes.subarray(0, 48))
    // Learnt before this step: what a step does before it removes somebody is another's business.
    if (isGone(before, to) && isGone(state, to)) {
      const kind = effect.facts.inside?.kind ?? effect.facts.kind
      const isAllowed = maySend(effect) || allowed.has(key)
      demand(isAllowed, 'I2', `${name} sends "${kind}" to one that it knows to be removed`)
      allowed.add(key)
    }
    const message = decode(frame, bytes)
    noteTest(state, to, message)
    if (message.kind !== 'group') return
    const prefix = toHex(message.body.subarray(1, 9))
    const epoch = state.group.epochs.find(({ id }) => id.startsWith(prefix))
    const gone = epoch?.members.find((id) => removalOf(state.group, id) !== null)
    demand(gone === undefined, 'I2', 'sent on an epoch of a member known to be removed')
  }

  /** What lets its reader test a guess: flow 4 of a door, flow 5 of one that merges. */
  const noteTest = ({ self }: PeerState, to: Address, message: Frame): void => {
    if (message.kind !== 'pake') return
    const isTest = message.flow === 4 || (message.flow === 5 && message.proof === 'verifier')
    if (!isTest) return
    const runs = tests.get(self.entry.address) ?? new Map<string, number>()
    tests.set(self.entry.address, runs)
    const run = `${to}${toHex(message.run)}`
    if (!runs.has(run)) runs.set(run, now())
  }

  /** I10: what a pre-key opens costs that pre-key, in the same step, and it never comes back. */
  const checkPreKeys = ({ name, address }: Member, { before, state }: Taken): void => {
    const [old, next] = [before.asleep, state.asleep]
    const kept = new Set(next.stock.map(({ id }) => toHex(id)))
    const gone = used.get(address) ?? new Set<string>()
    used.set(address, gone)
    const taken = old.stock.filter(({ id }) => !kept.has(toHex(id)))
    const opened =
      next.openedRuns.length -
      old.openedRuns.length +
      [...next.preKeyed].filter(([from, { role }]) => role === 'sleeper' && !old.preKeyed.has(from)).length
    demand(opened <= taken.length, 'I10', `${name} opened something by a pre-key that is still there`)
    for (const id of kept) demand(!gone.has(id), 'I10', `a used pre-key of ${name} is back`)
    for (const { id } of taken) gone.add(toHex(id))
  }

  /** I6: what is refused changes nothing but the count of frames that did not open. */
  const checkRefused = ({ name }: Member, { before, state, event, effects }: Taken): void => {
    const isRefused = effects.some(({ kind }) => kind === 'reject')
    const isAlone = effects.every(({ kind }) => kind === 'reject')
    if (!isRefused || event.kind !== 'received') return
    // A step may open frames that were held; each shows no more than what it holds.
    const countOf = (wanted: PeerEffect['kind']): number =>
      effects.filter(({ kind }) => kind === wanted).length
    demand(countOf('message') <= countOf('opened'), 'I6', `${name} shows something of a refused frame`)
    const due = wakeAt(before, event.now)
    if (!isAlone || (due !== null && due <= event.now)) return
    for (const slice of slices)
      demand(
        isSame(timeless(state, slice), timeless(before, slice)),
        'I6',
        `a refused event changed ${slice} of ${name}`,
      )
    for (const [id, pair] of state.pairs.pairs) {
      const { session, next, former } = before.pairs.pairs.get(id) ?? pair
      const isKept = pair.session === session && pair.next === next && pair.former === former
      demand(isKept, 'I6', `a refused event changed a session of ${name}`)
    }
  }

  const checkOrder = ({ effects }: Taken): void => {
    const kinds = effects.map(({ kind }) => kind)
    const first = kinds.findIndex((kind) => kind === 'send' || kind === 'message' || kind === 'wipe')
    const durable = kinds.indexOf('persist')
    demand(first < 0 || (durable >= 0 && durable < first), 'I7', 'sent before it was durable')
  }

  return {
    watch,
    tests: (address: Address): readonly number[] => [...(tests.get(address)?.values() ?? [])],
    /** Nothing of this may be seen in a frame. */
    hide: (text: string): void => void canaries.push(utf8(text)),
    stepped: (member: Member, taken: Taken): void => {
      const { state, before, effects } = taken
      if (broken !== null) throw broken
      for (const effect of effects)
        if (effect.kind === 'reject')
          demand(effect.code !== 'peer/defect', 'I15', `a step of ${member.name} threw: ${taken.event.kind}`)
      if (state.group.roster !== before.group.roster)
        for (const id of state.group.roster.entries.keys())
          if (id !== state.self.id && !addedAt.has(id)) addedAt.set(id, now())
      if (member.isInsider) return
      checkRefused(member, taken)
      if (state.group.roster !== before.group.roster) checkEntries(state.group)
      if (state.phase.kind === 'ended') return
      if (state.group !== before.group) checkEpochs(member, state)
      if (state.asleep !== before.asleep) checkPreKeys(member, taken)
      checkOrder(taken)
      for (const effect of effects) if (effect.kind === 'send') checkSent(member, taken, effect)
    },
    /** I7: what it confirmed to others outlives a crash: the epochs it holds, the messages it was shown and said. */
    crashed: (crypto: Crypto, { runner, stored, name }: Member): void => {
      const back = stored === null ? null : decodePeer(crypto, stored)
      const kept = back === null ? [] : promised(back)
      const lost = promised(runner.state()).find((one) => !kept.includes(one))
      demand(lost === undefined, 'I7', `${name} stored less than it confirmed: ${lost}`)
    },
  }
}
