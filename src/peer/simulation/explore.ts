/**
 * Every order in which a few frames can arrive, get lost, be overtaken by time or by a crash: the real step of three or
 * four members, from a room at rest and one thing that its users do. Orders that lead to the same state are one.
 *
 *   rest ──what users do──> root ──deliver · lose · crash · wait, up to `depth`──> leaves ──an honest network──> agreed
 *
 * A member's randomness follows from its own past alone. So two deliveries to different members commute, and lead to the
 * same bytes, whichever comes first.
 */
import { createHash } from 'node:crypto'
import { type Bytes, toHex, utf8 } from '../../codec/index.ts'
import { type Crypto, expose, generateXWing, Secret } from '../../crypto/index.ts'
import { type Address, createSelf, type MemberId } from '../../identity/index.ts'
import {
  createPeer,
  decodePeer,
  encodePeer,
  type PeerState,
  peerView,
  step,
  type UntimedEvent,
  wakeAt,
} from '../index.ts'
import type { PeerEvent } from '../state.ts'
import { fastCrypto } from '../testing/fast-crypto.ts'
import { createWorld, idOf } from '../testing/world.ts'

interface Player {
  readonly name: string
  readonly address: Address
  readonly state: PeerState
  readonly wakeAt: number | null
  /** Names all that this member went through: its randomness, and what makes two states the same. */
  readonly past: string
  /** Texts in the order in which they were shown. */
  readonly shown: readonly string[]
}

interface Flying {
  readonly from: Address
  readonly to: Address
  readonly bytes: Bytes
}

interface Node {
  readonly now: number
  readonly players: readonly Player[]
  readonly flying: readonly Flying[]
  /** How many more frames may be lost, and members crash. */
  readonly losses: number
  readonly crashes: number
  /** How it came about, for people. */
  readonly trail: readonly string[]
}

/** What users do in a room of Alice, Bob and Carol at rest. */
export interface Scenario {
  readonly name: string
  readonly begin: (room: Room) => Promise<void>
}

export interface Room {
  readonly id: (name: string) => MemberId
  /** The user of `name` does something, or the relay tells it something. */
  readonly tell: (name: string, event: UntimedEvent) => Promise<void>
  /** Closed, and opened again from what it stored. */
  readonly crash: (name: string) => Promise<void>
  /** Somebody new with the right password knocks. */
  readonly come: (name: string) => Promise<void>
  readonly password: (text: string) => Promise<Extract<PeerEvent, { kind: 'change-password' }>['password']>
}

export interface Explored {
  readonly scenario: string
  /** Different states visited, the root and the leaves included. */
  readonly states: number
  readonly leaves: number
  /** Steps on the way to known states: what merging saved. */
  readonly merged: number
  readonly longestSettledMs: number
  /** The first of each kind, with the events that led to it. */
  readonly violations: readonly string[]
}

const digest = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('|')
  return hash.digest('hex')
}

const lease = 5 * 60_000
const settleMs = 3 * 60_000
const calmMs = 5_000
const hopMs = 10

const isLive = ({ state }: Player): boolean => state.phase.kind !== 'ended'
const replace = (players: readonly Player[], one: Player): readonly Player[] =>
  players.map((player) => (player.address === one.address ? one : player))

const describe = (event: UntimedEvent): string | Uint8Array => {
  if (event.kind === 'received') return Buffer.concat([utf8(`received ${event.from}`), event.bytes])
  return JSON.stringify(event, (_, value) =>
    value instanceof Secret ? toHex(expose(value)) : value instanceof Map ? [...value] : value,
  )
}

/** One event at one member, and what the relay answers at once. */
const feed = async (node: Node, address: Address, untimed: UntimedEvent): Promise<Node> => {
  const before = node.players.find((player) => player.address === address)
  if (before === undefined || !isLive(before)) return node
  const past = digest(before.past, `${node.now}`, describe(untimed))
  const ports = { crypto: fastCrypto(past), recorder: { now: () => node.now, record: () => undefined } }
  const {
    state,
    effects,
    wakeAt: due,
  } = await step(ports, before.state, {
    ...untimed,
    now: node.now,
  } as PeerEvent)
  const flying = [...node.flying]
  const shown = [...before.shown]
  let asksOwners = false
  for (const effect of effects) {
    if (effect.kind === 'send') flying.push({ from: address, to: effect.to, bytes: effect.bytes })
    else if (effect.kind === 'message') shown.push(effect.message.text)
    else if (effect.kind === 'list-owners') asksOwners = true
    else if (effect.kind === 'reject' && effect.code === 'peer/defect')
      throw new Error(`${before.name}: a step threw`)
  }
  const after: Node = {
    ...node,
    flying,
    players: replace(node.players, { ...before, state, wakeAt: due, past, shown }),
  }
  if (asksOwners) return feed(after, address, { kind: 'owners', owners: new Map() })
  return state.phase.kind === 'ended' ? leave(after, address) : after
}

const tellAll = async (
  node: Node,
  except: Address,
  event: (player: Player) => UntimedEvent,
): Promise<Node> => {
  let after = node
  for (const player of node.players)
    if (player.address !== except) after = await feed(after, player.address, event(player))
  return after
}

/** Who ended is not in the room any more. */
const leave = (node: Node, address: Address): Promise<Node> =>
  tellAll(node, address, () => ({ kind: 'presence', address, present: false }))

const enter = async (node: Node, address: Address): Promise<Node> => {
  const present = node.players.flatMap((player) =>
    isLive(player) && player.address !== address ? [player.address] : [],
  )
  const told = await tellAll(node, address, () => ({ kind: 'presence', address, present: true }))
  return feed(told, address, { kind: 'relay-open', present })
}

const crash = async (node: Node, address: Address): Promise<Node> => {
  const before = node.players.find((player) => player.address === address)!
  const state = decodePeer(fastCrypto(before.past), encodePeer(before.state))
  const again = {
    ...before,
    state,
    wakeAt: wakeAt(state, node.now),
    past: digest(before.past, `crash ${node.now}`),
  }
  const gone = await leave(node, address)
  return enter({ ...gone, players: replace(gone.players, again) }, address)
}

const deliver = (node: Node, at: number): Promise<Node> => {
  const { from, to, bytes } = node.flying[at]!
  const flying = node.flying.filter((_, i) => i !== at)
  return feed({ ...node, flying }, to, { kind: 'received', from, path: 'relay', bytes })
}

const nextWake = ({ players, now }: Node): number | null => {
  const due = players.flatMap((player) => (isLive(player) && player.wakeAt !== null ? [player.wakeAt] : []))
  return due.length === 0 ? null : Math.max(now + 1, Math.min(...due))
}

/** Time passes until somebody wants to be woken. */
const wait = async (node: Node, until: number): Promise<Node> => {
  let after: Node = { ...node, now: until }
  for (const { address, wakeAt: due } of node.players)
    if (due !== null && due <= until) after = await feed(after, address, { kind: 'wake' })
  return after
}

const keyOf = ({ now, players, flying, losses, crashes }: Node): string =>
  digest(
    `${now} ${losses} ${crashes}`,
    ...players.map(({ past }) => past),
    ...flying.map(({ from, to, bytes }) => digest(from, to, bytes)).sort(),
  )

/** All that can happen next. */
const branches = async (node: Node): Promise<readonly Node[]> => {
  const name = (address: Address): string =>
    node.players.find((player) => player.address === address)?.name ?? address.slice(0, 4)
  const made: Node[] = []
  const add = (label: string, after: Node): void =>
    void made.push({ ...after, trail: [...node.trail, label] })
  for (const [at, { from, to, bytes }] of node.flying.entries()) {
    const what = `frame ${bytes[0]} of ${name(from)} to ${name(to)}`
    add(what, await deliver(node, at))
    if (node.losses > 0)
      add(`${what} lost`, {
        ...node,
        losses: node.losses - 1,
        flying: node.flying.filter((_, i) => i !== at),
      })
  }
  if (node.crashes > 0)
    for (const { address } of node.players.filter(isLive))
      add(`${name(address)} crashes`, { ...(await crash(node, address)), crashes: node.crashes - 1 })
  const due = nextWake(node)
  if (due !== null && due - node.now < 30_000) add(`${due - node.now} ms pass`, await wait(node, due))
  return made
}

const standing = (crypto: Crypto, player: Player, now: number): string => {
  const { epoch, fingerprint, roomNumber } = peerView(crypto, player.state, now)
  const { group, password, phase } = player.state
  return `${phase.kind} ${epoch} ${fingerprint} ${roomNumber?.digits} ${group.hash} ${password.record?.hash}`
}

/** What is wrong once the network is honest again; `null` when all is well. */
const wrongWith = (crypto: Crypto, node: Node): string | null => {
  const gone = new Set(
    node.players.filter(isLive).flatMap(({ state }) => [...state.group.roster.removals.keys()]),
  )
  const live = node.players.filter((player) => isLive(player) && !gone.has(player.state.self.id))
  for (const { name, shown } of node.players)
    if (new Set(shown).size !== shown.length) return `${name} is shown a text twice`
  const standings = new Set(live.map((player) => standing(crypto, player, node.now)))
  if (standings.size !== 1) return `no agreement: ${[...standings].join(' | ')}`
  const said = new Set(live.flatMap(({ shown }) => shown))
  for (const { name, shown } of live)
    for (const text of said) if (!shown.includes(text)) return `${name} misses "${text}"`
  for (const { state } of live)
    for (const { id } of state.group.roster.entries.values())
      if (gone.has(id) && !state.group.roster.removals.has(id)) return 'a removed member is listed'
  return null
}

/** An honest network from here on: what is wrong after three minutes, and how long it took until nothing was. */
const settle = async (crypto: Crypto, leaf: Node): Promise<{ wrong: string | null; ms: number }> => {
  let node = leaf
  let calmSince: number | null = null
  while (node.now - leaf.now < settleMs) {
    if (node.flying.length > 0) node = await deliver({ ...node, now: node.now + hopMs }, 0)
    else {
      const well = wrongWith(crypto, node) === null
      calmSince = well ? (calmSince ?? node.now) : null
      if (calmSince !== null && node.now - calmSince >= calmMs)
        return { wrong: null, ms: calmSince - leaf.now }
      const due = nextWake(node) ?? node.now + calmMs
      node = await wait(node, Math.min(due, node.now + calmMs))
    }
  }
  return { wrong: wrongWith(crypto, node), ms: settleMs }
}

const proofFrom = async (crypto: Crypto, text: string) => {
  const seed = new Secret(crypto.hash(utf8('seed'), utf8(text)))
  return {
    verifier: new Secret(crypto.hash(utf8(text))),
    seed,
    publicKey: await generateXWing(crypto, seed),
  }
}

/** Alice, Bob and Carol at rest, and then what the scenario does. */
const rootOf = async ({ name: scenario, begin }: Scenario, budget: { losses: number; crashes: number }) => {
  const world = await createWorld({ seed: 1, fast: true, relayOnly: true })
  for (const name of ['Alice', 'Bob', 'Carol']) {
    await world.open(name, { keeps: false, lease })
    await world.pass(9_000)
  }
  await world.pass(40_000)
  if (world.standing().length !== 1) throw new Error('no room to begin with')
  const now = world.network.now()
  let node: Node = {
    now,
    flying: [],
    trail: [],
    ...budget,
    players: world.members.map((member) => {
      const state = member.runner.state()
      const past = digest(scenario, member.name)
      return {
        name: member.name,
        address: member.address,
        state,
        wakeAt: wakeAt(state, now),
        past,
        shown: [],
      }
    }),
  }
  const ids = new Map(world.members.map((member) => [member.name, idOf(member)]))
  const addressOf = (name: string): Address => node.players.find((player) => player.name === name)!.address
  await begin({
    id: (name) => ids.get(name)!,
    tell: async (name, event) => {
      node = await feed(node, addressOf(name), event)
    },
    crash: async (name) => {
      node = await crash(node, addressOf(name))
    },
    come: async (name) => {
      const crypto = fastCrypto(digest(scenario, name))
      const address = toHex(crypto.random(32)) as Address
      const self = await createSelf(crypto, world.groupId, { name, lease, address })
      const { groupId } = world
      const proof = await proofFrom(crypto, 'right')
      const state = createPeer(crypto, {
        groupId,
        self,
        ...proof,
        door: 'strict',
        invitation: null,
        stored: false,
      })
      const player: Player = { name, address, state, wakeAt: null, past: digest(scenario, name), shown: [] }
      node = await enter({ ...node, players: [...node.players, player] }, address)
    },
    password: async (text) => {
      const { verifier, publicKey } = await proofFrom(fastCrypto(text), text)
      return { verifier, publicKey, door: 'strict' }
    },
  })
  return { root: node, crypto: world.crypto }
}

export interface ExploreOptions {
  readonly depth: number
  readonly losses?: number
  readonly crashes?: number
  /** Ends at the first violation. */
  readonly first?: boolean
}

/** Visits all that can happen within `depth` events, breadth first; each leaf then gets an honest network. */
export const explore = async (
  scenario: Scenario,
  { depth, losses = 1, crashes = 1, first = false }: ExploreOptions,
): Promise<Explored> => {
  const { root, crypto } = await rootOf(scenario, { losses, crashes })
  const seen = new Set([keyOf(root)])
  const violations = new Map<string, string>()
  const note = (what: string, trail: readonly string[]): void => {
    const kind = what.replaceAll(/[0-9a-f]{4,}/g, '…').slice(0, 40)
    if (!violations.has(kind)) violations.set(kind, `${what}, after: ${trail.join('; ')}`)
  }
  let merged = 0
  let level: Node[] = [root]
  for (let at = 0; at < depth; at++) {
    const next: Node[] = []
    for (const node of level) {
      let reached: readonly Node[] = []
      try {
        reached = await branches(node)
      } catch (error) {
        note(`${error}`, node.trail)
      }
      for (const branch of reached) {
        const key = keyOf(branch)
        if (seen.has(key)) merged += 1
        else {
          seen.add(key)
          next.push(branch)
        }
      }
    }
    if (next.length === 0) break
    level = next
  }
  let longestSettledMs = 0
  for (const leaf of level) {
    if (first && violations.size > 0) break
    try {
      const { wrong, ms } = await settle(crypto, leaf)
      longestSettledMs = Math.max(longestSettledMs, ms)
      if (wrong !== null) note(wrong, leaf.trail)
    } catch (error) {
      note(`${error}`, leaf.trail)
    }
  }
  return {
    scenario: scenario.name,
    states: seen.size,
    leaves: level.length,
    merged,
    longestSettledMs,
    violations: [...violations.values()],
  }
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'two that crashed meet again',
    begin: async ({ crash }) => {
      await crash('Bob')
      await crash('Carol')
    },
  },
  {
    name: 'one is removed while another speaks',
    begin: async ({ id, tell }) => {
      await tell('Alice', { kind: 'remove', member: id('Carol'), withInvited: false, password: null })
      await tell('Bob', { kind: 'say', text: 'hello' })
    },
  },
  {
    name: 'two change the password at once',
    begin: async ({ tell, password }) => {
      await tell('Alice', { kind: 'change-password', password: await password('one') })
      await tell('Bob', { kind: 'change-password', password: await password('other') })
    },
  },
  {
    name: 'two remove each other',
    begin: async ({ id, tell }) => {
      await tell('Alice', { kind: 'remove', member: id('Bob'), withInvited: false, password: null })
      await tell('Bob', { kind: 'remove', member: id('Alice'), withInvited: false, password: null })
    },
  },
  {
    name: 'one comes while another is removed',
    begin: async ({ come, id, tell }) => {
      await come('Dave')
      await tell('Alice', { kind: 'remove', member: id('Carol'), withInvited: false, password: null })
    },
  },
  {
    name: 'two come at once',
    begin: async ({ come }) => {
      await come('Dave')
      await come('Erin')
    },
  },
]
