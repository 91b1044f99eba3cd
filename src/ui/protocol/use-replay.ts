/** The wire as it happens, or a recording of it, paused and stepped through. */

import { useEffect, useState } from 'react'
import type { TraceEvent } from '../../metrics/index.ts'
import { useServices } from '../app/context.tsx'
import { useVisible } from '../app/page-state.ts'
import { createValue, useValue } from '../records/store.ts'

/** A replay waits as long as the events did, up to this. */
const longestGapMs = 1_000
const shortestGapMs = 60

interface Held {
  readonly events: readonly TraceEvent[]
  /** How many of them are shown. */
  readonly at: number
  readonly playing: boolean
  /** From a file, not of this tab. */
  readonly loaded: boolean
}

export interface Replay {
  /** Shown now, oldest first. */
  readonly events: readonly TraceEvent[]
  /** `null`: following what happens. */
  readonly held: Held | null
  /** Events that came while it was held. */
  readonly fresh: number
  hold(): void
  load(events: readonly TraceEvent[]): void
  follow(): void
  /** `at`: how many events to show. */
  goTo(at: number): void
  play(): void
}

const none = createValue<readonly TraceEvent[]>([])

/** The wire as it happens, or a part of it held still and gone through step by step. */
export const useReplay = (): Replay => {
  const { traces } = useServices()
  const visible = useVisible()
  const [held, setHeld] = useState<Held | null>(null)
  // Nothing is drawn for nobody, and nothing of a held picture changes.
  const live = useValue(visible ? traces : none)
  useEffect(() => {
    if (held === null || !held.playing) return
    const [next, last] = [held.events[held.at], held.events[held.at - 1]]
    if (next === undefined) return setHeld({ ...held, playing: false })
    const gap = Math.max(shortestGapMs, Math.min(longestGapMs, next.at - (last?.at ?? next.at)))
    const timer = setTimeout(() => setHeld({ ...held, at: held.at + 1 }), gap)
    return () => clearTimeout(timer)
  }, [held])
  const newest = held?.events.at(-1)?.id ?? 0
  return {
    events: held === null ? live : held.events.slice(0, held.at),
    held,
    fresh: held === null || held.loaded ? 0 : live.filter(({ id }) => id > newest).length,
    hold: () => setHeld({ events: live, at: live.length, playing: false, loaded: false }),
    load: (events) => setHeld({ events, at: events.length, playing: false, loaded: true }),
    follow: () => setHeld(null),
    goTo: (at) =>
      setHeld((before) =>
        before === null
          ? null
          : { ...before, at: Math.max(0, Math.min(before.events.length, at)), playing: false },
      ),
    play: () =>
      setHeld((before) =>
        before === null
          ? null
          : before.playing
            ? { ...before, playing: false }
            : { ...before, at: before.at === before.events.length ? 0 : before.at, playing: true },
      ),
  }
}
