/**
 * Members around a room in virtual time, by the peer's own modules without its sleepers: frames take 5 ms, a test may
 * hold them back, forge them or answer them itself.
 */
import { webcrypto } from 'node:crypto'
import { type Bytes, decode, toHex, utf8 } from '../../../codec/index.ts'
import { type Crypto, generateXWing, Secret, type WebCrypto } from '../../../crypto/index.ts'
import { seededCrypto } from '../../../crypto/testing/seeded.ts'
import { type Address, createSelf } from '../../../identity/index.ts'
import { type Frame, frame } from '../../frames.ts'
import { tickMeetings, wakeAtMeetings } from '../../meeting.ts'
import { tickGroup, wakeAtGroup } from '../../membership.ts'
import { tickPairs, wakeAtPairs } from '../../pairs.ts'
import { sendControls } from '../../pairs-sealing.ts'
import { tickPassword, wakeAtPassword } from '../../password.ts'
import { dueHeartbeats, wakeAtReach } from '../../reach.ts'
import { receive } from '../../receiving.ts'
import { closeRoom, noteOwners, notePresence, openRoom } from '../../room.ts'
import { createPeer, type Newcomer, type NewPassword, type PeerEffect, type PeerState } from '../../state.ts'
import { fastCrypto } from '../../testing/fast-crypto.ts'
import { begin, earliest, Rejection, type Transaction } from '../../transaction.ts'
import { noteUndelivered, tickAdmission, wakeAtAdmission } from '../admission.ts'
import { foundRoom } from '../found.ts'

export const groupId: Bytes = new Uint8Array(16).fill(7)
const delayMs = 5
const start = 1_700_000_000_000

type Notice = Extract<PeerEffect, { kind: 'notice' }>

export interface Person {
  readonly name: string
  readonly address: Address
  state: PeerState
  readonly notices: Notice[]
  readonly rejects: string[]
  /** All frames that it sent, with their time. */
  readonly sent: { readonly at: number; readonly to: Address; readonly frame: Frame; readonly bytes: Bytes }[]
}

export interface JoinOptions {
  readonly password?: string
  readonly door?: 'strict' | 'open'
  readonly invitation?: Newcomer['invitation']
  /** Sorts addresses: the first two hexadecimal digits. */
  readonly prefix?: string
}

/** What a password stretched to, without stretching. */
export const passwordOf = async (
  crypto: Crypto,
  password: string,
  door: 'strict' | 'open' = 'strict',
): Promise<NewPassword & { seed: Secret }> => {
  const seed = new Secret(crypto.hash(utf8('seed'), utf8(password)))
  const verifier = new Secret(crypto.hash(utf8('verifier'), utf8(password)))
  return { seed, verifier, publicKey: await generateXWing(crypto, seed), door }
}

export type World = Awaited<ReturnType<typeof createWorld>>

/** `fast`: public-key primitives stood in for by keyed hashes, where many come. */
export const createWorld = async (name: string, fast = false) => {
  const { subtle } = webcrypto as unknown as { subtle: WebCrypto }
  const crypto = fast ? fastCrypto(name) : (await seededCrypto(name, subtle)).crypto
  let now = start
  const people: Person[] = []
  /** Everybody in the room, oldest first; also those that a test plays itself. */
  const present: Address[] = []
  const queue: {
    readonly at: number
    readonly to: Address
    readonly from: Address
    readonly bytes: Bytes
  }[] = []
  /** What is done with frames to an address that no person has, and with all others where a test says so. */
  const players = new Map<Address, (from: Address, frame: Frame, bytes: Bytes) => Promise<void> | void>()
  const ports = { crypto, recorder: { now: () => now, record: () => undefined } }
  /** How long a frame takes, milliseconds; `null` loses it. */
  const wire = { delay: (_from: Address, _to: Address, _frame: Frame): number | null => delayMs }

  /** Addresses with a mailbox, and their stocks. */
  const owners = new Map<Address, number>()

  const addressOf = (label: string, prefix = ''): Address =>
    `${prefix}${toHex(crypto.hash(utf8(label)))}`.slice(0, 64) as Address

  const carryOut = (person: Person, effects: readonly PeerEffect[]): void => {
    for (const effect of effects) {
      if (effect.kind === 'notice') person.notices.push(effect)
      if (effect.kind === 'reject') person.rejects.push(effect.code)
      if (effect.kind !== 'send') continue
      const message = decode(frame, effect.bytes)
      person.sent.push({ at: now, to: effect.to, frame: message, bytes: effect.bytes })
      const delay = wire.delay(person.address, effect.to, message)
      if (delay !== null)
        queue.push({ at: now + delay, to: effect.to, from: person.address, bytes: effect.bytes })
    }
  }

  const chores: readonly ((tx: Transaction) => Promise<void> | void)[] = [
    tickAdmission,
    tickPassword,
    tickPairs,
    tickMeetings,
    tickGroup,
    async (tx) => sendControls(tx, dueHeartbeats(tx)),
  ]

  /** One event: what it does, and what is due then. Anything but a refusal is a defect, and fails the test. */
  const act = async (person: Person, part: (tx: Transaction) => Promise<void> | void): Promise<void> => {
    const tx = begin(ports, person.state, now)
    try {
      await part(tx)
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      person.rejects.push(error.code)
      return
    }
    for (const chore of chores) await chore(tx)
    person.state = tx.state
    carryOut(person, tx.effects)
    for (const secret of tx.stale) secret.wipe()
  }

  const wakeAt = ({ state }: Person): number | null =>
    state.phase.kind === 'ended'
      ? null
      : earliest(
          wakeAtAdmission(state, now),
          wakeAtPassword(state, now),
          wakeAtPairs(state),
          wakeAtMeetings(state, now),
          wakeAtGroup(state, now),
          wakeAtReach(state),
        )

  const deliver = async ({ to, from, bytes }: (typeof queue)[number]): Promise<void> => {
    const player = players.get(to)
    if (player !== undefined) return player(from, decode(frame, bytes), bytes)
    const person = people.find(({ address }) => address === to)
    if (person === undefined) return
    await act(person, (tx) => receive(tx, { from, path: 'relay', bytes }))
  }

  /** The next thing that happens until `end`. */
  const next = (end: number): { at: number; run: () => Promise<void> } | null => {
    let best: { at: number; run: () => Promise<void> } | null = null
    const [first] = [...queue].sort((a, b) => a.at - b.at)
    if (first !== undefined && first.at <= end)
      best = {
        at: first.at,
        run: async () => {
          queue.splice(queue.indexOf(first), 1)
          await deliver(first)
        },
      }
    for (const person of people) {
      const at = wakeAt(person)
      if (at === null || at > end || (best !== null && best.at <= at)) continue
      best = { at, run: () => act(person, () => undefined) }
    }
    return best
  }

  const pass = async (ms: number): Promise<void> => {
    const end = now + ms
    let idle = 0
    for (let due = next(end); due !== null; due = next(end)) {
      idle = due.at > now ? 0 : idle + 1
      if (idle > 2_000) throw new Error('a member wants to be woken for ever')
      now = Math.max(now, due.at)
      await due.run()
    }
    now = end
  }

  const enter = async (address: Address): Promise<void> => {
    present.push(address)
    for (const person of people)
      if (person.address !== address && present.includes(person.address))
        await act(person, (tx) => notePresence(tx, address, true))
  }

  /** An address that the test plays: `play` gets each frame for it. */
  const stranger = async (
    label: string,
    play: (from: Address, frame: Frame, bytes: Bytes) => Promise<void> | void,
    prefix?: string,
  ): Promise<Address> => {
    const address = addressOf(label, prefix)
    players.set(address, play)
    await enter(address)
    return address
  }

  const goOnline = async (person: Person): Promise<void> => {
    const others = present.filter((address) => address !== person.address)
    if (!present.includes(person.address)) await enter(person.address)
    await act(person, (tx) => {
      openRoom(tx, others)
      noteOwners(tx, owners)
    })
  }

  /** Somebody with a password, not online yet. */
  const create = async (label: string, options: JoinOptions = {}): Promise<Person> => {
    const { password = 'right', door = 'strict', invitation = null, prefix } = options
    const material = await passwordOf(crypto, password, door)
    const address = addressOf(label, prefix)
    const self = await createSelf(crypto, groupId, { name: label, lease: 3_600_000, address })
    const newcomer: Newcomer = { groupId, self, ...material, invitation, stored: false }
    const state = createPeer(crypto, newcomer)
    const person: Person = { name: label, address, state, notices: [], rejects: [], sent: [] }
    people.push(person)
    return person
  }

  const join = async (label: string, options: JoinOptions = {}): Promise<Person> => {
    const person = await create(label, options)
    await goOnline(person)
    return person
  }

  /** Somebody who founds, even where others are here already. */
  const found = async (label: string, options: JoinOptions = {}): Promise<Person> => {
    const person = await create(label, options)
    await act(person, foundRoom)
    await goOnline(person)
    return person
  }

  const leave = async (address: Address): Promise<void> => {
    present.splice(present.indexOf(address), 1)
    for (const person of people)
      if (person.address === address) await act(person, closeRoom)
      else await act(person, (tx) => notePresence(tx, address, false))
  }

  /** A frame of an address that the test plays, or forges. */
  const send = (from: Address, to: Address, bytes: Bytes, delay = delayMs): void => {
    queue.push({ at: now + delay, to, from, bytes })
  }

  return {
    crypto,
    people,
    present,
    wire,
    owners,
    players,
    now: () => now,
    act,
    pass,
    create,
    join,
    goOnline,
    found,
    leave,
    stranger,
    send,
    undelivered: (person: Person, to: Address) => act(person, (tx) => noteUndelivered(tx, to)),
    addressOf,
  }
}

export const isIn = ({ state }: Person): boolean =>
  state.phase.kind === 'joined' &&
  (state.admission.joining === null || state.admission.joining.inSince !== null)

export const codes = ({ notices }: Person): readonly string[] => notices.map(({ code }) => code)

export const flowsOf = (person: Person, flow: number) =>
  person.sent.filter(({ frame: message }) => message.kind === 'pake' && message.flow === flow)
