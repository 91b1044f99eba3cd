import { type Bytes, decode, encode } from '../src/codec/index.ts'
import type { Crypto, Engines } from '../src/crypto/index.ts'
import {
  createGroup,
  currentEpoch,
  type GroupControl,
  type GroupEvent,
  type GroupState,
  groupControl,
  groupStep,
} from '../src/group/index.ts'
import { type Address, createSelf, type Identified } from '../src/identity/index.ts'
import { benchCrypto, createPair } from './pair.ts'

const hourMs = 60 * 60_000 + 1
const entriesAtOnce = 9

interface Sealed {
  readonly to: number
  readonly bytes: Bytes
}

const createEntries = async (crypto: Crypto, groupId: Bytes, n: number): Promise<readonly Identified[]> => {
  const entries: Identified[] = []
  for (let i = 0; i < n; i++) {
    const address = (i + 1).toString(16).padStart(64, '0') as Address
    const { entry, hash, id } = await createSelf(crypto, groupId, { name: 'member', lease: hourMs, address })
    entries.push({ entry, hash, id })
  }
  return entries
}

/**
 * `n` members with a pair session between the first and each other one. The first authors an epoch, seals it to
 * all, and takes their acknowledgements.
 */
export const createFlatGroup = async (n: number, engines?: Engines) => {
  const crypto: Crypto = await benchCrypto(engines)
  const groupId = new Uint8Array(16)
  const people = await createEntries(crypto, groupId, n)
  const ids = people.map(({ id }) => id)
  let now = 1
  const states: GroupState[] = people.map((self) => createGroup(crypto, groupId, self))
  const pairs: Awaited<ReturnType<typeof createPair>>[] = []
  for (let i = 0; i < n; i++) pairs.push(await createPair(crypto))

  /** Runs one event at member `i`; what it says to member 0, or member 0 to others, comes back. */
  const run = async (i: number, event: GroupEvent) => {
    const reach = new Set(ids.filter((id) => id !== ids[i]))
    const { state, effects, stale } = await groupStep(crypto, states[i]!, event, { now, reach, online: true })
    states[i] = state
    for (const secret of stale) secret.wipe()
    return effects.flatMap((effect) =>
      effect.kind === 'control' ? [{ to: ids.indexOf(effect.to), message: effect.message }] : [],
    )
  }
  const sealFrom = async (from: number, to: number, message: GroupControl): Promise<Sealed> => {
    const [pair, side] = from === 0 ? [pairs[to]!, 0 as const] : [pairs[from]!, 1 as const]
    return { to, bytes: await pair.seal(side, encode(groupControl, message)) }
  }
  const receive = async (from: number, to: number, bytes: Bytes) => {
    const [pair, side] = to === 0 ? [pairs[from]!, 0 as const] : [pairs[to]!, 1 as const]
    const message = decode(groupControl, await pair.open(side, bytes))
    return run(to, { kind: 'control', from: ids[from]!, message })
  }

  const epochs = (messages: readonly { readonly to: number; readonly message: GroupControl }[]) =>
    messages.filter(({ message }) => message.kind === 'epoch')

  // The first founds the group and lets the others in, as a doorkeeper does.
  const doorkeeper = people[0]!
  await run(0, { kind: 'found' })
  for (const member of people.slice(1)) await run(0, { kind: 'admitted', member })
  const live = people.map(({ hash }) => hash)
  const entries = people.map(({ entry }) => ({ entry, by: doorkeeper.id }))
  for (let i = 1; i < n; i++) {
    const message = { kind: 'roster' as const, hash: states[0]!.hash, by: doorkeeper.id, live }
    await run(i, { kind: 'welcomed', doorkeeper, message })
    for (let at = 0; at < n; at += entriesAtOnce) {
      const piece = entries.slice(at, at + entriesAtOnce)
      await run(i, { kind: 'control', from: doorkeeper.id, message: { kind: 'entries', entries: piece } })
    }
  }

  const group = {
    /** The author's work up to what it sends. */
    author: async (): Promise<readonly Sealed[]> => {
      now += hourMs
      // To the author this was a sleep: it listens for two seconds first.
      await run(0, { kind: 'tick' })
      now += 2_001
      const messages = await run(0, { kind: 'tick' })
      // Side by side, as a peer seals them.
      return Promise.all(epochs(messages).map(({ to, message }) => sealFrom(0, to, message)))
    },
    /** The author says something short: that carries the turns that were due. */
    gossip: async (): Promise<void> => {
      const message: GroupControl = { kind: 'ids', live: [] }
      for (let i = 1; i < n; i++) await pairs[i]!.open(1, (await sealFrom(0, i, message)).bytes)
    },
    /** A receiver's work: from the sealed epoch to its sealed acknowledgement. */
    take: async ({ to, bytes }: Sealed): Promise<Bytes> => {
      const answers = await receive(0, to, bytes)
      const ack = answers.find(({ message }) => message.kind === 'ack')
      if (ack === undefined) throw new Error('no acknowledgement')
      return (await sealFrom(to, 0, ack.message)).bytes
    },
    /** The author's work with one acknowledgement. */
    acknowledge: async (from: number, bytes: Bytes): Promise<void> => {
      await receive(from, 0, bytes)
    },
    agreed: () => new Set(states.map((state) => currentEpoch(state)?.id)).size === 1,
  }
  for (let warm = 0; warm < 2; warm++) {
    const sealed = await group.author()
    if (sealed.length !== n - 1) throw new Error('an epoch that does not go to everybody')
    for (const one of sealed) await group.acknowledge(one.to, await group.take(one))
  }
  if (!group.agreed()) throw new Error('the members hold different epochs')
  return group
}
