/**
 * I13 as a figure: a relay tests as many guesses as it can within a simulated day, by every flow that tests one. It
 * invents addresses that knock, that wait to be merged with, that are older than newcomers, and that sleep; it answers
 * members' pre-keys, breaks their connections and keeps them apart.
 */
import { type Bytes, encode, fromHex, toHex } from '../../codec/index.ts'
import { type Address, createSelf } from '../../identity/index.ts'
import { answerPreKey, extendStock } from '../../prekeys/index.ts'
import { frame } from '../frames.ts'
import { createWorld, type Member } from '../testing/world.ts'
import { createStranger, type Material, type Stranger } from './strangers.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const month = 30 * 24 * hour

export interface GuessOptions {
  readonly hours: number
  /** Whether the relay keeps the members apart. */
  readonly apart: boolean
  /** Whether newcomers with the right password come, and rooms that were founded apart merge. */
  readonly busy: boolean
}

export interface GuessResult {
  /** Tests of a guess that reached the relay, by name. */
  readonly members: ReadonlyMap<string, number>
  readonly newcomers: ReadonlyMap<string, number>
  /** By how they came: knock, merge, newcomer, pre-key of the relay, pre-key of a member. */
  readonly ways: ReadonlyMap<string, number>
  /** The most that the claim allows a member. */
  readonly claim: number
}

const knockEveryMs = 20 * second
const newcomerEveryMs = 2 * hour
/** An invented address is replaced by another after this time. */
const lureMs = 5 * minute

export const playGuesses = async (
  seed: number,
  { hours, apart, busy }: GuessOptions,
): Promise<GuessResult> => {
  const members = new Map<string, number>()
  const newcomers = new Map<string, number>()
  const ways = new Map<string, number>()
  const invented = new Map<Address, { readonly stranger: Stranger; readonly until: number }>()
  const sleepers = new Map<Address, readonly Bytes[]>()
  let guesses = 0

  const founders = new Set<Address>()
  const isApart = (from: Address, to: Address): boolean => apart && founders.has(from) && founders.has(to)
  const count = (at: Address, way: string): void => {
    const person = world.members.findLast(({ address }) => address === at)
    if (person === undefined) return
    const tests = founders.has(at) ? members : newcomers
    tests.set(person.name, (tests.get(person.name) ?? 0) + 1)
    ways.set(way, (ways.get(way) ?? 0) + 1)
  }

  const world = await createWorld({
    seed,
    fast: true,
    relayOnly: true,
    limits: { roomMembers: 4_096 },
    observer: {
      watch: (crypto) => crypto,
      stepped: (member, { effects }) => {
        for (const effect of effects)
          if (effect.kind === 'reject' && effect.code === 'prekey/failed')
            count(member.address, 'pre-key of a member')
      },
      relay: (from, to, bytes) => {
        const played = invented.get(to)
        if (played !== undefined) world.network.setTimer(() => played.stranger.hear(from, bytes), 5)
        if (sleepers.has(to)) count(from, 'pre-key of the relay')
        return isApart(from, to) ? [] : [bytes]
      },
      owners: (_member, owners) =>
        new Map([...owners, ...[...sleepers].map(([address, { length }]) => [address, length] as const)]),
      preKey: (_member, address) => sleepers.get(address)?.[0],
    },
  })
  const { crypto, network } = world
  const nextGuess = (): Promise<Material> => world.proofOf(`guess ${guesses++}`)
  const someAddress = (prefix = ''): Address => `${prefix}${toHex(crypto.random(32))}`.slice(0, 64) as Address

  const invent = async (prefix: string, way: string): Promise<Stranger> => {
    const address = someAddress(prefix)
    const stranger = createStranger({
      crypto,
      address,
      manner: 'answers-guess',
      guess: await nextGuess(),
      send: (to, bytes) => {
        const member = world.living().find((one) => one.address === to)
        if (member !== undefined)
          network.setTimer(
            () => world.feed(member, { kind: 'received', from: address, path: 'relay', bytes }),
            5,
          )
      },
      onTest: (from) => count(from, way),
    })
    invented.set(address, { stranger, until: network.now() + lureMs })
    return stranger
  }

  const show = async (address: Address, present: boolean): Promise<void> => {
    for (const member of world.living()) await world.feed(member, { kind: 'presence', address, present })
  }

  const knockAtAll = async (): Promise<void> => {
    for (const member of world.living()) {
      const stranger = await invent('', 'knock')
      // A door answers whom the relay lists.
      await world.feed(member, { kind: 'presence', address: stranger.address, present: true })
      stranger.knock(member.address)
    }
  }

  /** Smaller than every member's: the members open to it. */
  const lure = async (): Promise<void> => {
    for (const [address, { until }] of invented)
      if (network.now() >= until) {
        invented.delete(address)
        await show(address, false)
      }
    await show((await invent('0000', 'merge')).address, true)
  }

  const makeSleeper = async (): Promise<void> => {
    const address = someAddress()
    const { verifier } = await nextGuess()
    const owner = { groupId: world.groupId, address: fromHex(address.slice(0, 32)), verifier }
    sleepers.set(address, (await extendStock(crypto, owner, [], 1)).published)
  }

  /** Answers a pre-key of a member with a guess: its own opens it. */
  const answerMember = async (member: Member): Promise<void> => {
    const published = world.preKeys.get(member.address)?.shift()
    if (published === undefined) return
    const address = someAddress()
    const { verifier } = await nextGuess()
    const self = await createSelf(crypto, world.groupId, { name: 'guess', lease: 5 * minute, address })
    const owner = { groupId: world.groupId, address: fromHex(member.address.slice(0, 32)), verifier }
    const made = await answerPreKey(crypto, owner, self, published)
    if (made === null) return
    const bytes = encode(frame, { kind: 'answer', answer: made.answer, first: crypto.random(400) })
    await world.feed(member, { kind: 'received', from: address, path: 'mail', bytes })
  }

  const every = (ms: number, run: () => Promise<void>): void => {
    const again = async (): Promise<void> => {
      await run()
      network.setTimer(again, ms)
    }
    network.setTimer(again, ms)
  }

  const enter = async (name: string): Promise<void> => {
    // With pre-keys only where others come while they sleep: else knocking and merging have the ledger for themselves.
    await world.open(name, { lease: busy ? month : hour })
    await world.pass(5 * second)
  }
  for (const name of ['Ann', 'Bob', 'Cleo']) await enter(name)
  for (const { address } of world.members) founders.add(address)
  every(knockEveryMs, knockAtAll)
  every(minute, lure)
  every(minute, async () => {
    for (const member of world.living()) await answerMember(member)
  })
  every(30 * minute, async () => {
    for (const member of world.living()) world.endpoints.get(member.address)?.drop(second)
  })
  if (busy) {
    await makeSleeper()
    let came = 0
    every(newcomerEveryMs, async () => {
      await makeSleeper()
      // Every second one founds a room of its own first.
      const newcomer = await world.open(`newcomer ${++came}`, { keeps: false })
      if (came % 2 === 0) {
        world.cut([newcomer])
        network.setTimer(() => network.heal(), 30 * second)
      }
      network.setTimer(() => world.close(newcomer), hour)
    })
  }
  await world.pass(hours * hour)
  return { members, newcomers, ways, claim: 12 + hours }
}
