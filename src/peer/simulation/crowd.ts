/**
 * I16 as a figure: how long a newcomer with the right password needs beside hostile addresses that are older in
 * the room than it and than all members; and whether an honest crowd of slow tabs leaves a charge behind.
 */
import { createWorld, type Member, type World } from '../testing/world.ts'
import { type StrangerManner, sendStranger } from './strangers.ts'

const second = 1_000
const stepMs = 100
const giveUpMs = 2 * 60 * second

export interface CrowdOptions {
  readonly manner: StrangerManner
  readonly strangers: number
  readonly invited: boolean
  readonly door: 'strict' | 'open'
}

const isInside = (member: Member, doorkeeper: Member): boolean =>
  member.runner.state().phase.kind === 'joined' &&
  [...doorkeeper.runner.state().group.roster.entries.values()].some(
    ({ entry }) => entry.address === member.address,
  )

const until = async (world: World, holds: () => boolean): Promise<number | null> => {
  const start = world.network.now()
  while (!holds()) {
    if (world.network.now() - start > giveUpMs) return null
    await world.pass(stepMs)
  }
  return (world.network.now() - start) / second
}

/** @returns seconds until the newcomer is in; `null`: not within two minutes */
export const playCrowd = async (seed: number, options: CrowdOptions): Promise<number | null> => {
  const { manner, strangers, invited, door } = options
  const world = await createWorld({ seed, fast: true, relayOnly: true, limits: { roomMembers: 1_024 } })
  const ann = await world.open('Ann', { door })
  await world.pass(3 * second)
  for (let i = 0; i < strangers; i++)
    sendStranger(world, manner, await world.proofOf(`guess ${i}`), { lasts: giveUpMs })
  // The relay lists those older whose connection never broke.
  await world.pass(2 * second)
  world.endpoints.get(ann.address)?.drop(second)
  await world.pass(5 * second)
  const newcomer = await world.open('newcomer', { door, ...(invited ? { invitedBy: ann } : {}) })
  return until(world, () => isInside(newcomer, ann))
}

export interface SlowCrowd {
  /** Seconds until all are in. */
  readonly seconds: number | null
  /** The greatest guess level that a member was left with. */
  readonly level: number
  readonly shut: boolean
}

/** Sixteen tabs at once whose Workers lag. */
export const playSlowCrowd = async (seed: number, count: number, lagMs: number): Promise<SlowCrowd> => {
  const world = await createWorld({ seed, fast: true, relayOnly: true })
  const members = await Promise.all(
    Array.from({ length: count }, (_, i) => world.open(`member ${i}`, { lagMs })),
  )
  let shut = false
  const seconds = await until(world, () => {
    shut ||= members.some((member) => world.view(member).admission.shutUntil !== null)
    return members.every(({ runner }) => runner.state().group.roster.entries.size === count)
  })
  await world.pass(60 * second)
  const level = Math.max(...members.map(({ runner }) => runner.state().admission.level.level))
  return { seconds, level, shut }
}
