/**
 * A relay that does what it likes: with the frames that it carries, and with what it says of the room.
 */
import { type Bytes, encode, toHex } from '../../codec/index.ts'
import type { Address } from '../../identity/index.ts'
import { extendStock } from '../../prekeys/index.ts'
import { frame } from '../frames.ts'
import type { Member, World } from '../testing/world.ts'
import type { Draw } from './draw.ts'
import { createStranger, type Material, type Stranger } from './strangers.ts'

export const relayPrograms = [
  'drops',
  'replays',
  /** Frames of the whole history. */
  'replays-old',
  'forges',
  'swaps',
  /** Holds back what one member says and hears, and delivers it late. */
  'withholds',
  /** One member speaks and hears nothing, or hears and does not speak. */
  'deafens',
  /** Two members never reach each other. */
  'keeps-apart',
  /** Says that members are here or gone, and lists addresses that nobody has. */
  'false-presence',
  'false-hints',
  'reconnects',
  /** Older addresses that answer newcomers, and newer ones that wait to be merged with, with a guess. */
  'false-doors',
  /** Mailbox owners that nobody is, with pre-keys made under a guess. */
  'false-sleepers',
] as const
export type RelayProgram = (typeof relayPrograms)[number]

interface Passing {
  readonly from: Address
  readonly to: Address
  readonly bytes: Bytes
}

const maxRecent = 64
const maxOld = 2_000
const inventedCount = 3

/** @param guess what it tries as the password */
export const createBadRelay = (draw: Draw, guess: () => Promise<Material>) => {
  let world: World | null = null
  let program: RelayProgram | null = null
  let victim: Member | null = null
  let other: Member | null = null
  let held: Passing[] = []
  const recent: Passing[] = []
  const old: Passing[] = []
  /** Addresses that nobody has, and who plays them. */
  const invented = new Map<Address, Stranger>()
  /** Tests of a guess that reached it, by member. */
  const tests = new Map<Address, number>()
  const preKeys = new Map<Address, readonly Bytes[]>()

  const hand = (to: Address, from: Address, bytes: Bytes): void => {
    const member = world?.members.find((one) => one.address === to && !one.gone)
    if (member !== undefined)
      world?.network.setTimer(() => world?.feed(member, { kind: 'received', from, path: 'relay', bytes }), 5)
  }

  const remember = (now: Passing): void => {
    recent.push(now)
    if (recent.length > maxRecent) recent.shift()
    if (old.length < maxOld) old.push(now)
  }

  const concerns = ({ from, to }: Passing, member: Member | null): boolean =>
    from === member?.address || to === member?.address

  const treat = (from: Address, to: Address, bytes: Bytes): readonly Bytes[] => {
    const now = { from, to, bytes }
    const played = invented.get(to)
    if (played !== undefined) {
      world?.network.setTimer(() => played.hear(from, bytes), 5)
      return []
    }
    const earlier = recent[draw(Math.max(1, recent.length))]
    remember(now)
    switch (program) {
      case 'drops':
        return draw(2) === 0 ? [] : [bytes]
      case 'replays':
        return earlier?.to === to ? [bytes, earlier.bytes] : [bytes]
      case 'forges': {
        const forged = bytes.slice()
        forged[draw(forged.length)]! ^= 1 + draw(255)
        return draw(2) === 0 ? [forged] : [bytes]
      }
      case 'swaps':
        return earlier === undefined || draw(2) === 0 ? [bytes] : [earlier.bytes]
      case 'withholds':
        if (!concerns(now, victim)) return [bytes]
        held.push(now)
        return []
      case 'deafens':
        return to === victim?.address ? [] : [bytes]
      case 'keeps-apart':
        return concerns(now, victim) && concerns(now, other) ? [] : [bytes]
      default:
        return [bytes]
    }
  }

  const living = (): readonly Member[] => world?.living() ?? []

  const invent = async (address: Address): Promise<Stranger> => {
    const stranger = createStranger({
      crypto: world!.crypto,
      address,
      send: (to, bytes) => hand(to, address, bytes),
      manner: 'answers-guess',
      guess: await guess(),
      onTest: (from) => tests.set(from, (tests.get(from) ?? 0) + 1),
    })
    invented.set(address, stranger)
    return stranger
  }

  const someAddress = (prefix: string): Address =>
    `${prefix}${toHex(world!.crypto.random(32))}`.slice(0, 64) as Address

  const tell = async (member: Member, address: Address, present: boolean): Promise<void> =>
    world!.feed(member, { kind: 'presence', address, present })

  /** What it says when the program begins. */
  const begin = async (): Promise<void> => {
    switch (program) {
      case 'replays-old':
        for (let i = 0; i < 60 && old.length > 0; i++) {
          const { from, to, bytes } = old[draw(old.length)]!
          hand(to, from, bytes)
        }
        return
      case 'false-presence':
        for (const member of living()) {
          await tell(member, someAddress(draw(2) === 0 ? '00' : 'ff'), true)
          const absent = living()[draw(living().length)]
          if (absent !== undefined && absent !== member) await tell(member, absent.address, false)
        }
        return
      case 'false-hints':
        for (const member of living())
          for (const from of living()) {
            if (from === member) continue
            const run = world!.crypto.random(16)
            hand(
              member.address,
              from.address,
              encode(frame, { kind: 'busy', run, retryAfterMs: 2 ** 32 - 1 }),
            )
            hand(member.address, from.address, encode(frame, { kind: 'used', id: run }))
            await world!.feed(member, { kind: 'undelivered', to: from.address })
          }
        return
      case 'reconnects':
        for (const member of living()) world!.endpoints.get(member.address)?.drop(50 + draw(500))
        return
      case 'false-doors':
        for (let i = 0; i < inventedCount; i++) await invent(someAddress(i % 2 === 0 ? '00' : 'ff'))
        for (const member of living())
          for (const address of invented.keys()) await tell(member, address, true)
        return
      case 'false-sleepers': {
        const { verifier } = await guess()
        for (let i = 0; i < inventedCount; i++) {
          const address = someAddress('')
          await invent(address)
          const short = Uint8Array.from(Buffer.from(address.slice(0, 32), 'hex'))
          const owner = { groupId: world!.groupId, address: short, verifier }
          preKeys.set(address, (await extendStock(world!.crypto, owner, [], 3)).published)
        }
        return
      }
      default:
        return
    }
  }

  return {
    tests,
    invented,
    treat,
    inhabit: (given: World): void => {
      world = given
    },
    owners: (_member: Member, owners: ReadonlyMap<Address, number>): ReadonlyMap<Address, number> =>
      program === 'false-sleepers'
        ? new Map([...owners, ...[...preKeys].map(([address, { length }]) => [address, length] as const)])
        : owners,
    preKey: (_member: Member, address: Address): Bytes | null | undefined => {
      const published = preKeys.get(address)
      return published === undefined ? undefined : (published[draw(published.length)] ?? null)
    },
    turn: async (next: RelayProgram | null, who: Member | null, whom: Member | null): Promise<void> => {
      const late = held
      held = []
      program = next
      victim = who
      other = whom
      for (const { from, to, bytes } of late) hand(to, from, bytes)
      if (next !== null) return begin()
      for (const member of living()) for (const address of invented.keys()) await tell(member, address, false)
      invented.clear()
      preKeys.clear()
      // Members that were told a lie about the room hear the truth.
      for (const member of living()) world?.endpoints.get(member.address)?.drop(50)
    },
  }
}
