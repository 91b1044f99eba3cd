import type { Engines } from '../src/crypto/index.ts'
import { createFlatGroup } from './flat-group.ts'
import { createMlsGroup, type MlsGroup } from './peers/ts-mls.mjs'
import type { BenchCase } from './runner.ts'

const rivals = [
  ['classical', 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'],
  ['X-Wing', 'MLS_256_XWING_AES256GCM_SHA512_Ed25519'],
] as const

/** What one epoch cost its author, one receiver, and the wire. */
interface Cost {
  author: number
  /** Where the author has a turn to make in each pair session, as all have spoken since it did. */
  turning: number
  acknowledged: number
  receiver: number
  bytes: number
}

const timed = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
  const start = performance.now()
  const made = await work()
  return [made, performance.now() - start]
}

type FlatGroup = Awaited<ReturnType<typeof createFlatGroup>>

const flatEpoch = async (group: FlatGroup): Promise<Cost> => {
  const [turned, turning] = await timed(group.author)
  for (const one of turned) await group.acknowledge(one.to, await group.take(one))
  await group.gossip()
  const [sealed, author] = await timed(group.author)
  const cost = { author, turning, acknowledged: author, receiver: 0, bytes: 0 }
  for (const [i, one] of sealed.entries()) {
    const [ack, receiver] = await timed(() => group.take(one))
    const [, taken] = await timed(() => group.acknowledge(one.to, ack))
    cost.acknowledged += taken
    cost.bytes += one.bytes.length + ack.length
    if (i === 0) cost.receiver = receiver
  }
  return cost
}

/** Over a mesh, its author sends the commit to each other member. */
const mlsEpoch = async (group: MlsGroup, n: number): Promise<Cost> => {
  const [commit, author] = await timed(group.commit)
  const [, receiver] = await timed(() => group.process(commit))
  return { author, turning: author, acknowledged: author, receiver, bytes: commit.length * (n - 1) }
}

/** All figures of a size come from the same groups and the same epochs: one per round and contestant. */
const casesOf = (
  n: number,
  [name, suite]: (typeof rivals)[number],
  engines?: Engines,
): readonly BenchCase[] => {
  let groups: Promise<readonly [FlatGroup, MlsGroup]> | null = null
  const figure = (what: string, unit: string, read: (cost: Cost) => number, rounds = 7): BenchCase => ({
    name: what,
    n,
    unit,
    better: 'less',
    rounds,
    prepare: async () => {
      groups ??= Promise.all([createFlatGroup(n, engines), createMlsGroup(n, suite)])
      const [flat, mls] = await groups
      return {
        ours: async () => read(await flatEpoch(flat)),
        peer: { name: `ts-mls 1.6.4 ${name}`, measure: async () => read(await mlsEpoch(mls, n)) },
      }
    },
  })
  return [
    figure('author: a new epoch to all, no turn due', 'ms', ({ author }) => author),
    figure('author: a new epoch to all, a turn due with each', 'ms', ({ turning }) => turning),
    figure('author: no turn due, until all have confirmed', 'ms', ({ acknowledged }) => acknowledged),
    figure('receiver', 'ms', ({ receiver }) => receiver),
    figure('bytes on the wire', 'bytes', ({ bytes }) => bytes, 1),
  ]
}

export const contest = (sizes: readonly number[], engines?: Engines): readonly BenchCase[] =>
  sizes.flatMap((n) => rivals.flatMap((rival) => casesOf(n, rival, engines)))
