/**
 * A member's door: flow 2 without state, and four slots at flow 3.
 *
 *   flow 1 ──> flow 2, nothing kept          flow 3 ──> waits ──slot──> flow 4 ──flow 5──> letting-in.ts
 *                                                        │              └──3 s──> slot free, flow 5 counts for 60 s
 *                                                        └── least served first, ties at random
 *
 * A full house is waited for in silence. "Busy" is said by a shut guess ledger only.
 */
import { type Bytes, equal } from '../../codec/index.ts'
import { Secret } from '../../crypto/index.ts'
import type { Address } from '../../identity/index.ts'
import { acceptFlow3, flowBytes, type ResponderInput, respondTo } from '../../pake/index.ts'
import type { Proof } from '../frames.ts'
import { sendFrame } from '../room.ts'
import type { PeerState } from '../state.ts'
import { earliest, Rejection, type Transaction } from '../transaction.ts'
import { noteBurst } from './bursts.ts'
import { isDoorOpen } from './door-open.ts'
import type { PakeFrame } from './guest.ts'
import { chargeLevel, isShut, levelAllowedAt, levelAllows } from './ledger.ts'
import { dropSpan, inSpan, openSpan } from './run-span.ts'
import { answerAgain, idsOf, runMs, sendFlow, setAdmission, setDoor, setDoorRun } from './slice.ts'
import { type DoorRun, putBounded, type Waiting } from './state.ts'

const maxSlots = 4
const slotMs = 3_000
const maxWaiting = 256
/** Addresses of which it is remembered how often they were served, and when they knocked. */
const maxServed = 1_024
const maxKnocked = 256
/** A key of flow 2 is replaced after this time, and wiped after as long again. */
const keyMs = 60_000
/** An address gets one flow 2 in this time. */
const knockEveryMs = 400
/** Runs are remembered for their repeats; with an open door more of them end than anybody repeats. */
const maxRuns = 128

const none: Bytes = new Uint8Array(0)
const [flow1Length = 0, flow2Length = 0] = flowBytes({ kind: 'verifier' })

const inputOf = ({ self, password }: PeerState, from: Address, proof: Proof): ResponderInput => ({
  prs: password.verifier,
  ...idsOf(from, self.entry.address),
  ...(proof === 'password' ? { publicKey: password.publicKey } : {}),
})

/** The key of flow 2 in use now: a new one every minute, and none while nobody knocks. */
const takeKey = (tx: Transaction): Secret => {
  const { keys } = tx.state.admission.door
  if (keys !== null) {
    if (!keys.used) setDoor(tx, { keys: { ...keys, used: true } })
    return keys.current
  }
  const current = new Secret(tx.ports.crypto.random(32))
  setDoor(tx, { keys: { current, since: tx.now, previous: null, used: true } })
  return current
}

const tickKeys = (tx: Transaction): void => {
  const { keys } = tx.state.admission.door
  if (keys === null || tx.now < keys.since + keyMs) return
  if (keys.previous !== null) tx.stale.push(keys.previous) // FS
  const isLate = tx.now >= keys.since + 2 * keyMs
  if (!keys.used || isLate) {
    tx.stale.push(keys.current) // FS
    return setDoor(tx, { keys: null })
  }
  const current = new Secret(tx.ports.crypto.random(32))
  setDoor(tx, { keys: { current, since: tx.now, previous: keys.current, used: false } })
}

/** "Not now": the ledger is shut. */
const sayBusy = (tx: Transaction, to: Address, run: Bytes): void => {
  noteBurst(tx, 'door-shut')
  const retryAfterMs = Math.max(0, levelAllowedAt(tx.state, tx.now) - tx.now)
  sendFrame(tx, to, { kind: 'busy', run, retryAfterMs }, { path: 'relay' })
}

const takeFlow1 = async (tx: Transaction, from: Address, { proof, run, body }: PakeFrame): Promise<void> => {
  const { knocked } = tx.state.admission.door
  if (tx.now - (knocked.get(from) ?? Number.NEGATIVE_INFINITY) < knockEveryMs)
    throw new Rejection('pake/unexpected')
  setDoor(tx, { knocked: putBounded(knocked, from, tx.now, maxKnocked) })
  if (isShut(tx.state, tx.now)) return sayBusy(tx, from, run)
  const { flow2 } = await respondTo(tx.ports.crypto, inputOf(tx.state, from, proof), takeKey(tx), body)
  const frame: PakeFrame = { kind: 'pake', proof, run, flow: 2, body: flow2, beside: none }
  sendFrame(tx, from, frame, { path: 'relay' })
}

/** Every place is taken by somebody who waits: the one served most gives way. */
const makeRoom = (tx: Transaction, from: Address): boolean => {
  const { waiting, served } = tx.state.admission.door
  if (waiting.size < maxWaiting || waiting.has(from)) return true
  noteBurst(tx, 'disturbed')
  const [most] = [...waiting.keys()].sort((a, b) => (served.get(b) ?? 0) - (served.get(a) ?? 0))
  if (most === undefined || (served.get(most) ?? 0) <= (served.get(from) ?? 0)) return false
  const left = new Map(waiting)
  left.delete(most)
  setDoor(tx, { waiting: left })
  return true
}

const takeFlow3 = (tx: Transaction, from: Address, { proof, run, body, beside }: PakeFrame): void => {
  const { runs, waiting } = tx.state.admission.door
  const current = runs.get(from)
  if (current !== undefined && equal(current.run, run)) {
    if (!equal(current.flow3, body)) throw new Rejection('pake/unexpected')
    return setDoorRun(tx, from, { ...current, sent: answerAgain(tx, from, current.sent) })
  }
  if (beside.length !== flow1Length + flow2Length) throw new Rejection('pake/unexpected')
  const before = waiting.get(from)
  if (before !== undefined && equal(before.run, run)) return
  if (isShut(tx.state, tx.now)) return sayBusy(tx, from, run)
  if (!makeRoom(tx, from)) return
  const tie = new DataView(tx.ports.crypto.random(4).buffer).getUint32(0)
  const [flow1, flow2] = [beside.slice(0, flow1Length), beside.slice(flow1Length)]
  const next: Waiting = { proof, run, flow1, flow2, flow3: body, since: tx.now, tie }
  setDoor(tx, { waiting: new Map(tx.state.admission.door.waiting).set(from, next) })
}

/** Flow 1 or 3 of somebody who wants in. */
export const receiveAtDoor = async (tx: Transaction, from: Address, frame: PakeFrame): Promise<void> => {
  if (!isDoorOpen(tx.state, tx.now)) throw new Rejection('pake/unexpected')
  return frame.flow === 1 ? takeFlow1(tx, from, frame) : takeFlow3(tx, from, frame)
}

const holdsSlot = ({ slotUntil }: DoorRun, now: number): boolean => slotUntil > now

const heldSlots = ({ admission }: PeerState, now: number): number =>
  [...admission.door.runs.values()].filter((run) => holdsSlot(run, now)).length

/** The least served of those that wait and hold no slot. */
const nextWaiting = ({ admission: { door } }: PeerState, now: number): readonly [Address, Waiting] | null => {
  const rank = (address: Address): number => door.served.get(address) ?? 0
  const free = [...door.waiting].filter(([address]) => {
    const run = door.runs.get(address)
    return run === undefined || !holdsSlot(run, now)
  })
  free.sort(([a, one], [b, other]) => rank(a) - rank(b) || one.tie - other.tie)
  return free[0] ?? null
}

const serve = (tx: Transaction, address: Address): void => {
  const { waiting, served } = tx.state.admission.door
  const left = new Map(waiting)
  left.delete(address)
  const times = (served.get(address) ?? 0) + 1
  setDoor(tx, { waiting: left, served: putBounded(served, address, times, maxServed) })
}

/** The key that made this flow 2; `null` where none that is still known did. */
const keyOf = async (
  tx: Transaction,
  input: ResponderInput,
  { flow1, flow2 }: Waiting,
): Promise<Secret | null> => {
  const { keys } = tx.state.admission.door
  for (const key of [keys?.current, keys?.previous]) {
    if (!key) continue
    const again = await respondTo(tx.ports.crypto, input, key, flow1)
    if (equal(again.flow2, flow2)) return key
  }
  return null
}

/** Charges, then sends flow 4: its ciphertext alone tests a guess. */
const accept = async (tx: Transaction, from: Address, waiting: Waiting): Promise<void> => {
  const { crypto } = tx.ports
  const input = inputOf(tx.state, from, waiting.proof)
  const key = await keyOf(tx, input, waiting)
  if (key === null) return
  const span = openSpan(tx)
  const outcome = await inSpan(tx, span, () => acceptFlow3(crypto, input, key, waiting.flow1, waiting.flow3))
  tx.stale.push(...outcome.stale) // FS
  if (outcome.kind !== 'continue') return dropSpan(tx, span)
  const charged = chargeLevel(tx)
  setDoorRun(tx, from, null)
  const { proof, run, flow3 } = waiting
  const sent = sendFlow(tx, from, { kind: 'pake', proof, run, flow: 4, body: outcome.message, beside: none })
  setDoorRun(tx, from, {
    proof,
    run,
    flow3,
    startedAt: tx.now,
    since: tx.now,
    slotUntil: tx.now + slotMs,
    charged,
    span,
    stage: { kind: 'confirming', state: outcome.state },
    sent,
  })
}

const takeRuns = async (tx: Transaction): Promise<void> => {
  while (heldSlots(tx.state, tx.now) < maxSlots && levelAllows(tx.state, tx.now)) {
    const next = nextWaiting(tx.state, tx.now)
    if (next === null) return
    serve(tx, next[0])
    await accept(tx, ...next)
  }
}

/** While wrong tries keep the door shut, nobody waits in silence. */
const turnAway = (tx: Transaction): void => {
  if (!isShut(tx.state, tx.now)) return
  const { waiting } = tx.state.admission.door
  if (waiting.size === 0) return
  setDoor(tx, { waiting: new Map() })
  for (const [address, { run }] of waiting) sayBusy(tx, address, run)
}

const expireWaiting = (tx: Transaction): void => {
  const { waiting } = tx.state.admission.door
  const left = [...waiting].filter(([, { since }]) => tx.now < since + runMs)
  if (left.length < waiting.size) setDoor(tx, { waiting: new Map(left) })
}

/** Only the newest finished runs are kept for their repeats. */
const boundRuns = (tx: Transaction): void => {
  const { runs } = tx.state.admission.door
  let surplus = runs.size - maxRuns
  for (const [address, { stage }] of runs) {
    if (surplus <= 0) return
    if (stage.kind !== 'admitted' && stage.kind !== 'over') continue
    setDoorRun(tx, address, null)
    surplus -= 1
  }
}

export const tickDoor = async (tx: Transaction): Promise<void> => {
  tickKeys(tx)
  expireWaiting(tx)
  turnAway(tx)
  await takeRuns(tx)
  boundRuns(tx)
}

export const wakeAtDoor = (state: PeerState, now: number): number | null => {
  const { keys, waiting, runs } = state.admission.door
  const slots = [...runs.values()].map(({ slotUntil }) => slotUntil).filter((until) => until > now)
  const expiries = [...waiting.values()].map(({ since }) => since + runMs)
  const isFull = slots.length >= maxSlots
  const blocked = nextWaiting(state, now) === null || isFull
  const next =
    waiting.size === 0
      ? null
      : Math.max(levelAllowedAt(state, now), blocked ? (earliest(...slots) ?? now) : now)
  return earliest(keys === null ? null : keys.since + keyMs, next, ...expiries)
}

/** The password changed: nothing of the old one goes on. */
export const closeDoor = (tx: Transaction): void => {
  const { door } = tx.state.admission
  for (const address of door.runs.keys()) setDoorRun(tx, address, null)
  if (door.keys !== null)
    tx.stale.push(door.keys.current, ...(door.keys.previous ? [door.keys.previous] : [])) // FS
  setAdmission(tx, { door: { ...tx.state.admission.door, keys: null, waiting: new Map() } })
}
