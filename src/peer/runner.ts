/**
 * Runs one member: events one at a time, each step stored before anything of it leaves. The host and the simulation use
 * this one, and differ in their ports alone.
 *
 *   event ──> step ──> persist ──> send · publish · show ──> wipe ──> wake timer
 *                         └── refused: the old state stands, the same event is tried again after a pause
 */
import { type EffectPorts, executeAll } from './execute.ts'
import { step, wakeAt } from './peer.ts'
import type { PeerEvent, PeerState, PeerStep, Ports } from './state.ts'

export type Untimed<E> = E extends unknown ? Omit<E, 'now'> : never
export type UntimedEvent = Untimed<PeerEvent>

export interface Taken extends PeerStep {
  readonly before: PeerState
  readonly event: PeerEvent
}

export interface RunnerPorts {
  now(): number
  /** Calls `run` once, `ms` later; what it returns cancels that. */
  setTimer(run: () => void | Promise<void>, ms: number): () => void
  /** Makes the state of this step durable. False where the disk refused. */
  persist(taken: Taken): boolean | Promise<boolean>
  readonly effects: EffectPorts
  /** Every step that came to pass, before its effects are carried out: screens and records read nothing else. */
  took(taken: Taken): void
  /** After the effects of a step were carried out. */
  readonly settled?: (taken: Taken) => void
  /** Around each step: what measures it. */
  readonly measured?: (event: PeerEvent, take: () => Promise<PeerStep>) => Promise<PeerStep>
}

export interface Runner {
  state(): PeerState
  /** Settles when the event was taken, and its effects carried out. */
  feed(event: UntimedEvent): Promise<void>
  /** No further event is taken, and no timer runs. */
  close(): void
}

const firstPauseMs = 1_000
const lastPauseMs = 30_000
/** Timers are no finer than this. */
const leastWaitMs = 1

export const createRunner = (ports: Ports, initial: PeerState, runner: RunnerPorts): Runner => {
  let state = initial
  let clock = 0
  let ahead = 0
  let closed = false
  let cancelWake = (): void => undefined
  let queue: Promise<void> = Promise.resolve()

  /** A clock that was set back does not go back here, nor does it stand still until it has caught up. */
  const now = (): number => {
    const shown = runner.now() + ahead
    if (shown < clock) ahead += clock - shown
    clock = runner.now() + ahead
    return clock
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      runner.setTimer(() => resolve(), ms)
    })

  const schedule = (at: number | null): void => {
    cancelWake()
    cancelWake = () => undefined
    if (at === null || closed) return
    cancelWake = runner.setTimer(() => feed({ kind: 'wake' }), Math.max(leastWaitMs, at - now()))
  }

  const take = async (untimed: UntimedEvent): Promise<void> => {
    for (let pauseMs = firstPauseMs; !closed; pauseMs = Math.min(lastPauseMs, 2 * pauseMs)) {
      const event = { ...untimed, now: now() } as PeerEvent
      const before = state
      const run = () => step(ports, before, event)
      const made = await (runner.measured?.(event, run) ?? run())
      if (closed) return
      const taken: Taken = { ...made, before, event }
      const isDurable = !made.effects.some(({ kind }) => kind === 'persist') || (await runner.persist(taken))
      if (closed) return
      if (isDurable) return settle(taken)
      await pause(pauseMs)
    }
  }

  const settle = (taken: Taken): void => {
    state = taken.state
    runner.took(taken)
    executeAll(taken.effects, runner.effects)
    schedule(taken.wakeAt)
    runner.settled?.(taken)
  }

  const feed = (event: UntimedEvent): Promise<void> => {
    queue = queue.then(() => take(event))
    return queue
  }

  schedule(wakeAt(initial, now()))
  return {
    state: () => state,
    feed,
    close() {
      closed = true
      cancelWake()
    },
  }
}
