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
  type MemberId,
} from '../src/group/index.ts'
import { benchCrypto, createPair } from './pair.ts'

const idOf = (i: number) => (i + 1).toString(16).padStart(32, '0') as MemberId
const hourMs = 60 * 60_000 + 1

interface Sealed {
  readonly to: number
  readonly bytes: Bytes
}

/**
 * `n` members with a pair session between the first and each other one. The first authors an epoch, seals it to
 * all, and takes their acknowledgements.
 */
export const createFlatGroup = async (n: number, engines?: Engines) => {
  const crypto: Crypto = await benchCrypto(engines)
  const ids = Array.from({ length: n }, (_, i) => idOf(i))
  const all = new Set(ids)
  let now = 1
  const states: GroupState[] = ids.map((id) =>
    createGroup(crypto, new Uint8Array(16), { id, name: 'member', lease: 1 }),
  )
  const pairs: Awaited<ReturnType<typeof createPair>>[] = []
  for (let i = 0; i < n; i++) pairs.push(await createPair(crypto))

  /** Runs one event at member `i`; what it says to member 0, or member 0 to others, comes back. */
  const run = async (i: number, event: GroupEvent) => {
    const reachable = new Set([...all].filter((id) => id !== ids[i]))
    const { state, effects, stale } = await groupStep(crypto, states[i]!, event, {
      now,
      reachable,
      online: true,
    })
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

  // Everybody learns of everybody, and the first founds the group.
  const adds = ids.map((id) => ({ id, name: 'member', sponsor: id, lease: 1, life: 0 }))
  for (let i = 0; i < n; i++) {
    const delta = { adds, removes: [] }
    await run(i, {
      kind: 'control',
      from: ids[0]!,
      message: { kind: 'roster', delta, hash: '00'.repeat(32) },
    })
  }
  await run(0, { kind: 'found' })

  const group = {
    /** The author's work up to what it sends. */
    author: async (): Promise<readonly Sealed[]> => {
      now += hourMs
      const messages = await run(0, { kind: 'tick' })
      // Side by side, as a peer seals them.
      return Promise.all(epochs(messages).map(({ to, message }) => sealFrom(0, to, message)))
    },
    /** The author tells where it stands, as every five seconds: that carries the turns that were due. */
    gossip: async (): Promise<void> => {
      const message: GroupControl = { kind: 'heads', hash: states[0]!.hash, current: null }
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
    for (const sealed of await group.author()) await group.acknowledge(sealed.to, await group.take(sealed))
  }
  if (!group.agreed()) throw new Error('the members hold different epochs')
  return group
}
