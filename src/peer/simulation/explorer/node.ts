/** A state of the explorer: members, what is on its way between them, and what one event makes of it. */
import { createHash } from 'node:crypto'
import { type Bytes, toHex, utf8 } from '../../../codec/index.ts'
import { expose, Secret } from '../../../crypto/index.ts'
import type { Address } from '../../../identity/index.ts'
import { decodePeer, encodePeer, type PeerState, step, type UntimedEvent, wakeAt } from '../../index.ts'
import type { PeerEvent } from '../../state.ts'
import { fastCrypto } from '../../testing/fast-crypto.ts'

export interface Player {
  readonly name: string
  readonly address: Address
  readonly state: PeerState
  readonly wakeAt: number | null
  /** Names all that this member went through: its randomness, and what makes two states the same. */
  readonly past: string
  /** Texts in the order in which they were shown. */
  readonly shown: readonly string[]
}

export interface Flying {
  readonly from: Address
  readonly to: Address
  readonly bytes: Bytes
}

export interface Node {
  readonly now: number
  readonly players: readonly Player[]
  readonly flying: readonly Flying[]
  /** How many more frames may be lost, and members crash. */
  readonly losses: number
  readonly crashes: number
  /** How it came about, for people. */
  readonly trail: readonly string[]
}

export const digest = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('|')
  return hash.digest('hex')
}

export const isLive = ({ state }: Player): boolean => state.phase.kind !== 'ended'
const replace = (players: readonly Player[], one: Player): readonly Player[] =>
  players.map((player) => (player.address === one.address ? one : player))

const describe = (event: UntimedEvent): string | Uint8Array => {
  if (event.kind === 'received') return Buffer.concat([utf8(`received ${event.from}`), event.bytes])
  return JSON.stringify(event, (_, value) =>
    value instanceof Secret ? toHex(expose(value)) : value instanceof Map ? [...value] : value,
  )
}

/** One event at one member, and what the relay answers at once. */
export const feed = async (node: Node, address: Address, untimed: UntimedEvent): Promise<Node> => {
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

export const enter = async (node: Node, address: Address): Promise<Node> => {
  const present = node.players.flatMap((player) =>
    isLive(player) && player.address !== address ? [player.address] : [],
  )
  const told = await tellAll(node, address, () => ({ kind: 'presence', address, present: true }))
  return feed(told, address, { kind: 'relay-open', present })
}

export const crash = async (node: Node, address: Address): Promise<Node> => {
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

export const deliver = (node: Node, at: number): Promise<Node> => {
  const { from, to, bytes } = node.flying[at]!
  const flying = node.flying.filter((_, i) => i !== at)
  return feed({ ...node, flying }, to, { kind: 'received', from, path: 'relay', bytes })
}

export const nextWake = ({ players, now }: Node): number | null => {
  const due = players.flatMap((player) => (isLive(player) && player.wakeAt !== null ? [player.wakeAt] : []))
  return due.length === 0 ? null : Math.max(now + 1, Math.min(...due))
}

/** Time passes until somebody wants to be woken. */
export const wait = async (node: Node, until: number): Promise<Node> => {
  let after: Node = { ...node, now: until }
  for (const { address, wakeAt: due } of node.players)
    if (due !== null && due <= until) after = await feed(after, address, { kind: 'wake' })
  return after
}

export const keyOf = ({ now, players, flying, losses, crashes }: Node): string =>
  digest(
    `${now} ${losses} ${crashes}`,
    ...players.map(({ past }) => past),
    ...flying.map(({ from, to, bytes }) => digest(from, to, bytes)).sort(),
  )
