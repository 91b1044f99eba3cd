/** The other tabs of this browser and their figures, exchanged only while somebody watches. */

import type { LogData } from '../../records/log-data.ts'
import { RecordLog } from '../../records/record-log.ts'
import { createValue, type Store } from '../../records/store.ts'
import { CaptureProblem } from '../../shared/json.ts'
import { type NeighbourMessage, nameToTell, parseMessage, partsOf } from './message.ts'

/** Another tab of this browser. */
export interface Neighbour {
  /** 16 hexadecimal digits. */
  readonly id: string
  /** Display name there, or empty. */
  readonly name: string
  /** On the clock of this page. */
  readonly log: RecordLog
}

/** Changes when a tab comes, goes, or changes its name. */
export interface Neighbours extends Store<readonly Neighbour[]> {
  /** Asks the others how they are doing until the returned function is called. */
  readonly follow: () => () => void
}

interface Ports {
  readonly post: (message: NeighbourMessage) => void
  /** Calls back with whatever any page of this origin says. */
  readonly listen: (hear: (data: unknown) => void) => void
  readonly id: string
  readonly log: RecordLog
  readonly name: () => string
  /** Milliseconds since 1970 at the zero of `now`. */
  readonly origin: number
  readonly now: () => number
  /** Runs it after `ms`; returns what cancels it. */
  readonly after: (ms: number, run: () => void) => () => void
}

export const neighbourLimits = {
  tabs: 16,
  askEveryMs: 2_000,
  /** One that has not answered for so long is gone. */
  silentMs: 8_000,
  /** However often it is asked. */
  tellEveryMs: 1_000,
  slicesOfPart: 1_500,
} as const
/** Records reach the page late by a fraction of this. */
const overlapMs = 3_000

/**
 * Tabs of one browser show each other what they measure. One that watches asks, the others tell what is new: nothing
 * is said while nobody watches.
 */
export const createNeighbours = (ports: Ports): Neighbours => {
  const { post, id, log, origin, now, after } = ports
  const known = new Map<string, Neighbour & { heardAt: number }>()
  const list = createValue<readonly Neighbour[]>([])
  let following = false
  let whole = true
  let told = Number.NEGATIVE_INFINITY
  let toldWhole = Number.NEGATIVE_INFINITY

  const changed = (): void =>
    list.set([...known.values()].map((each) => ({ id: each.id, name: each.name, log: each.log })))

  const tell = (asked: boolean): void => {
    const at = now()
    const all = asked || told === Number.NEGATIVE_INFINITY
    if (at - (all ? toldWhole : told) < neighbourLimits.tellEveryMs) return
    const since = all ? null : told - overlapMs
    told = at
    if (all) toldWhole = at
    const data = log.data(origin, at, since ?? undefined)
    // What the others do not show stays here.
    const slim: LogData = { ...data, latest: [], slowest: [], parts: [] }
    const send = ([part, ...rest]: readonly LogData[]): void => {
      if (part === undefined) return
      post({ kind: 'tell', from: id, name: nameToTell(ports.name()), since, log: part })
      after(0, () => send(rest))
    }
    send(partsOf(slim, neighbourLimits.slicesOfPart))
  }

  const hear = ({ from, name, since, log: data }: Extract<NeighbourMessage, { kind: 'tell' }>): void => {
    const before = known.get(from)
    if (before === undefined && since !== null) {
      // It was asked by somebody else, and its past is missing.
      whole = true
      return
    }
    if (before === undefined && known.size >= neighbourLimits.tabs) return
    const of = before?.log ?? new RecordLog()
    if (!of.put(data, origin)) {
      known.delete(from)
      return changed()
    }
    known.set(from, { id: from, name, log: of, heardAt: now() })
    if (before?.name !== name) changed()
  }

  ports.listen((data) => {
    let message: NeighbourMessage
    try {
      message = parseMessage(data)
    } catch (error) {
      // Another version of the app, or no app of ours.
      if (error instanceof CaptureProblem) return
      throw error
    }
    if (message.from === id) return
    if (message.kind === 'ask') tell(message.whole)
    else if (following) hear(message)
  })

  const ask = (): void => {
    const silent = [...known.values()].filter(({ heardAt }) => now() - heardAt > neighbourLimits.silentMs)
    for (const each of silent) known.delete(each.id)
    if (silent.length > 0) changed()
    post({ kind: 'ask', from: id, whole })
    whole = false
  }

  return {
    get: list.get,
    subscribe: list.subscribe,
    follow: () => {
      following = true
      whole = true
      let cancel: () => void = () => undefined
      const turn = (): void => {
        ask()
        cancel = after(neighbourLimits.askEveryMs, turn)
      }
      turn()
      return () => {
        following = false
        cancel()
      }
    },
  }
}
