/**
 * Every order in which a few frames can arrive, get lost, be overtaken by time or by a crash: the real step of three or
 * four members, from a room at rest and one thing that its users do. Orders that lead to the same state are one.
 *
 *   rest ──what users do──> root ──deliver · lose · crash · wait, up to `depth`──> leaves ──an honest network──> agreed
 *
 * A member's randomness follows from its own past alone. So two deliveries to different members commute, and lead to the
 * same bytes, whichever comes first.
 */
import type { Address } from '../../../identity/index.ts'
import { crash, deliver, isLive, keyOf, type Node, nextWake, wait } from './node.ts'
import { rootOf, type Scenario } from './scenarios.ts'
import { settle } from './settle.ts'

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
