/** Rooms at rest, and what their users do: where the explorer begins. */
import { toHex, utf8 } from '../../../codec/index.ts'
import { type Crypto, generateXWing, Secret } from '../../../crypto/index.ts'
import { type Address, createSelf, type MemberId } from '../../../identity/index.ts'
import { createPeer, type UntimedEvent, wakeAt } from '../../index.ts'
import type { PeerEvent } from '../../state.ts'
import { fastCrypto } from '../../testing/fast-crypto.ts'
import { createWorld, idOf } from '../../testing/world.ts'
import { crash, digest, enter, feed, type Node, type Player } from './node.ts'

const lease = 5 * 60_000

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

const proofFrom = async (crypto: Crypto, text: string) => {
  const seed = new Secret(crypto.hash(utf8('seed'), utf8(text)))
  return {
    verifier: new Secret(crypto.hash(utf8(text))),
    seed,
    publicKey: await generateXWing(crypto, seed),
  }
}

/** Alice, Bob and Carol at rest, and then what the scenario does. */
export const rootOf = async (
  { name: scenario, begin }: Scenario,
  budget: { losses: number; crashes: number },
) => {
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
