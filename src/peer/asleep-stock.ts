/**
 * The own stock of pre-keys, and the roots over everybody's.
 *
 *   relay holds 25 or fewer, or the password is another ──> new pre-keys, a new root ──> told inside pair sessions
 *
 * A pre-key counts for a member's letter only under a root that was announced; of each owner the last two count, of those
 * that it announced itself and of those that others hand on.
 */

import type { Bytes } from '../codec/index.ts'
import { equal, toHex, utf8 } from '../codec/index.ts'
import type { MemberId } from '../identity/index.ts'
import { extendStock, type Owner, refillAt, rootOf, type Stock, stockSize } from '../prekeys/index.ts'
import { shortOf } from './asleep-sessions.ts'
import { type KnownRoot, setAsleep } from './asleep-state.ts'
import type { PreKeyRoot } from './controls.ts'
import { isNear, others } from './delivery/people.ts'
import { isMember } from './members.ts'
import { type Letter, sendControls } from './pairs-sealing.ts'
import type { PeerState } from './state.ts'
import type { Transaction } from './transaction.ts'

const rootsKept = 2
const maxRootsTold = 192

export const ownerOf = (
  { groupId, password }: PeerState,
  address: PeerState['self']['entry']['address'],
): Owner => ({
  groupId,
  address: shortOf(address),
  verifier: password.verifier,
})

/** Names the verifier that a stock was made under, without being it. */
const nameOfVerifier = (tx: Transaction): string =>
  toHex(tx.ports.crypto.hash(utf8('mlwe-pake v2 stock'), tx.state.password.verifier.expose()))

/** How many pre-keys of this member the relay holds. */
export const notePublished = (tx: Transaction, left: number): void => {
  if (left === tx.state.asleep.left) return
  setAsleep(tx, { left })
  // A member that wakes without knowing it would make a stock in vain.
  tx.effects.push({ kind: 'persist' })
}

/** One of them is used up: out of the own record, and gone from the relay's. */
export const noteUsed = (tx: Transaction, stock: Stock): void => {
  const { left } = tx.state.asleep
  setAsleep(tx, { stock, left: left === null ? null : Math.max(0, left - 1) })
}

/** The private halves are durable before the public ones leave. */
export const restock = async (tx: Transaction): Promise<void> => {
  const { asleep, phase, room, self } = tx.state
  if (!asleep.stored || phase.kind !== 'joined' || !room.online || asleep.left === null) return
  const madeFor = nameOfVerifier(tx)
  const isStale = asleep.stockFor !== madeFor
  if (!isStale && asleep.left > refillAt) return
  const owner = ownerOf(tx.state, self.entry.address)
  const count = isStale ? stockSize : stockSize - asleep.left
  const made = await extendStock(tx.ports.crypto, owner, asleep.stock, count)
  tx.stale.push(...made.stale) // FS
  const ownRoots = [...asleep.ownRoots, rootOf(made.stock)].slice(-rootsKept)
  // Nothing more is made before the relay says how many it holds.
  setAsleep(tx, { stock: made.stock, stockFor: madeFor, ownRoots, told: new Set(), left: null })
  tx.effects.push({ kind: 'publish', preKeys: made.published, replace: isStale })
}

/** The own newest root first, then the newest of everybody else. */
export const rootsToTell = ({ asleep, self }: PeerState): readonly PreKeyRoot[] => {
  const own = asleep.ownRoots.slice(-1).map((root) => ({ of: self.id, root }))
  const handedOn = [...asleep.roots].flatMap(([of, known]) =>
    known.slice(-1).map(({ root }) => ({ of, root })),
  )
  return [...own, ...handedOn].slice(0, maxRootsTold)
}

/** Each member within reach that has not heard the newest own root, nor what is known of others, hears both. */
export const announceRoots = async (tx: Transaction): Promise<void> => {
  const roots = rootsToTell(tx.state)
  if (roots.length === 0) return
  const { told } = tx.state.asleep
  const letters: Letter[] = others(tx.state)
    .filter((id) => !told.has(id) && isNear(tx.state, id, tx.now))
    .map((to) => ({ to, message: { kind: 'roots', roots } }))
  if (letters.length === 0) return
  await sendControls(tx, letters)
  setAsleep(tx, { told: new Set([...told, ...letters.map(({ to }) => to)]) })
}

const withRoot = (known: readonly KnownRoot[], root: Bytes, own: boolean): readonly KnownRoot[] => {
  const rest = known.filter((one) => !equal(one.root, root))
  const isOwn = own || known.some((one) => one.own && equal(one.root, root))
  const next = [...rest, { root, own: isOwn }]
  // Hearsay cannot push out what the owner said.
  const kept = (wanted: boolean) => next.filter((one) => one.own === wanted).slice(-rootsKept)
  return [...kept(false), ...kept(true)]
}

/** Roots over stocks: the sender's own, then those that it hands on. */
export const hearRoots = (tx: Transaction, from: MemberId, roots: readonly PreKeyRoot[]): void => {
  const known = new Map(tx.state.asleep.roots)
  for (const { of, root } of roots) {
    if (of === tx.state.self.id || !isMember(tx.state, of)) continue
    known.set(of, withRoot(known.get(of) ?? [], root, of === from))
  }
  setAsleep(tx, { roots: known })
}

/** Whether a pre-key of `member` under this root may be used. */
export const isAnnounced = ({ asleep }: PeerState, member: MemberId, root: Bytes): boolean =>
  (asleep.roots.get(member) ?? []).some((one) => equal(one.root, root))
