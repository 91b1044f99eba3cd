/** A leaf gets an honest network: what has to hold then. */
import type { Crypto } from '../../../crypto/index.ts'
import { peerView } from '../../index.ts'
import { deliver, isLive, type Node, nextWake, type Player, wait } from './node.ts'

const settleMs = 3 * 60_000
const calmMs = 5_000
const hopMs = 10

const standing = (crypto: Crypto, player: Player, now: number): string => {
  const { epoch, fingerprint, roomNumber } = peerView(crypto, player.state, now)
  const { group, password, phase } = player.state
  return `${phase.kind} ${epoch} ${fingerprint} ${roomNumber?.digits} ${group.hash} ${password.record?.hash}`
}

/** What is wrong once the network is honest again; `null` when all is well. */
const wrongWith = (crypto: Crypto, node: Node): string | null => {
  const gone = new Set(
    node.players.filter(isLive).flatMap(({ state }) => [...state.group.roster.removals.keys()]),
  )
  const live = node.players.filter((player) => isLive(player) && !gone.has(player.state.self.id))
  for (const { name, shown } of node.players)
    if (new Set(shown).size !== shown.length) return `${name} is shown a text twice`
  const standings = new Set(live.map((player) => standing(crypto, player, node.now)))
  if (standings.size !== 1) return `no agreement: ${[...standings].join(' | ')}`
  const said = new Set(live.flatMap(({ shown }) => shown))
  for (const { name, shown } of live)
    for (const text of said) if (!shown.includes(text)) return `${name} misses "${text}"`
  for (const { state } of live)
    for (const { id } of state.group.roster.entries.values())
      if (gone.has(id) && !state.group.roster.removals.has(id)) return 'a removed member is listed'
  return null
}

/** An honest network from here on: what is wrong after three minutes, and how long it took until nothing was. */
export const settle = async (crypto: Crypto, leaf: Node): Promise<{ wrong: string | null; ms: number }> => {
  let node = leaf
  let calmSince: number | null = null
  while (node.now - leaf.now < settleMs) {
    if (node.flying.length > 0) node = await deliver({ ...node, now: node.now + hopMs }, 0)
    else {
      const well = wrongWith(crypto, node) === null
      calmSince = well ? (calmSince ?? node.now) : null
      if (calmSince !== null && node.now - calmSince >= calmMs)
        return { wrong: null, ms: calmSince - leaf.now }
      const due = nextWake(node) ?? node.now + calmMs
      node = await wait(node, Math.min(due, node.now + calmMs))
    }
  }
  return { wrong: wrongWith(crypto, node), ms: settleMs }
}
