/**
 * What of the messages outlives a tab: the own ones that somebody misses, which numbers of others are settled, receipts
 * that are owed, and what is kept for members that are away. Timers begin as if everybody had just come.
 */
import { bool, type Codec, list, oneOf, optional, struct, u8, u48 } from '../../codec/index.ts'
import { address, type MemberId, memberId } from '../../identity/index.ts'
import { control, textMessage } from '../controls.ts'
import { maxRanges, type NumberRange, type Numbers, type Settled } from './numbers.ts'
import {
  type Copy,
  type DeliveryState,
  type Incoming,
  type KeptControl,
  maxKept,
  nothingSaid,
  type Outgoing,
  type Recipient,
} from './state.ts'

const maxPeople = 1_024
const maxStoredMessages = 2 * maxKept
const memberIdDigits = 32

const recipient: Codec<Recipient> = {
  write: (out, value) => {
    const isMember = value.length === memberIdDigits
    u8.write(out, isMember ? 0 : 1)
    if (isMember) memberId.write(out, value as MemberId)
    else address.write(out, value as Parameters<typeof address.write>[1])
  },
  read: (input) => {
    const kind = u8.read(input)
    if (kind > 1) return input.fail('not a recipient')
    return kind === 0 ? memberId.read(input) : address.read(input)
  },
}

/** Of a copy only where it is: what was on its way to a mailbox may not have arrived. */
const copy: Codec<Copy> = {
  write: (out, { state, full }) => {
    bool.write(out, state === 'mailed')
    bool.write(out, full)
  },
  read: (input) => {
    const isMailed = bool.read(input)
    const full = bool.read(input)
    return { state: isMailed ? 'mailed' : 'kept', tries: 0, from: 0, nextAt: null, full }
  },
}

const mapOf = <K, V>(key: Codec<K>, value: Codec<V>, max: number): Codec<ReadonlyMap<K, V>> => {
  const pairs = list(struct<{ key: K; value: V }>({ key, value }), max)
  return {
    write: (out, map) =>
      pairs.write(
        out,
        [...map].slice(-max).map(([key, value]) => ({ key, value })),
      ),
    read: (input) => new Map(pairs.read(input).map(({ key, value }) => [key, value])),
  }
}

const setOf = <T>(item: Codec<T>, max: number): Codec<ReadonlySet<T>> => {
  const items = list(item, max)
  return {
    write: (out, set) => items.write(out, [...set]),
    read: (input) => new Set(items.read(input)),
  }
}

const message: Codec<Outgoing> = struct<Outgoing>({
  message: textMessage,
  audience: setOf(recipient, maxPeople),
  copies: mapOf(recipient, copy, maxPeople),
  sent: bool,
})

const range = struct<NumberRange>({ from: u48, to: u48 })
const numbers = struct<Numbers>({
  floor: u48,
  ranges: list(
    struct<NumberRange & { kind: Settled }>({ from: u48, to: u48, kind: oneOf<Settled>('shown', 'void') }),
    maxRanges,
  ),
})

type StoredIncoming = Pick<Incoming, 'numbers' | 'known' | 'lost'>
const storedIncoming = struct<StoredIncoming>({ numbers, known: u48, lost: list(range, maxRanges) })
const incoming: Codec<Incoming> = {
  write: storedIncoming.write,
  read: (input) => ({ ...storedIncoming.read(input), asked: 0, askAt: null, isShown: true }),
}

interface Stored {
  readonly speaker: MemberId | null
  readonly lastNumber: number
  readonly outbox: readonly Outgoing[]
  readonly before: ReadonlyMap<MemberId, number>
  readonly incoming: ReadonlyMap<MemberId, Incoming>
  readonly owed: ReadonlyMap<MemberId, readonly number[]>
  readonly nextLetter: number
  readonly kept: readonly KeptControl[]
}

const stored = struct<Stored>({
  speaker: optional(memberId),
  lastNumber: u48,
  outbox: list(message, maxStoredMessages),
  before: mapOf(memberId, u48, maxPeople),
  incoming: mapOf(memberId, incoming, maxPeople),
  owed: mapOf(memberId, list(u48, maxPeople), maxPeople),
  nextLetter: u48,
  kept: list(struct<KeptControl>({ to: memberId, control, full: bool }), maxKept),
})

/** For states that are sealed before they are stored. */
export const deliveryCodec: Codec<DeliveryState> = {
  write: (out, { mail, outbox, ...state }) =>
    stored.write(out, {
      ...state,
      outbox: outbox.filter(({ sent, copies }) => !sent || copies.size > 0),
      nextLetter: mail.nextLetter,
      kept: mail.kept,
    }),
  read: (input) => {
    const { nextLetter, kept, ...state } = stored.read(input)
    return { ...nothingSaid, ...state, mail: { nextLetter, letters: new Map(), kept } }
  },
}
