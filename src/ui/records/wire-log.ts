/** Bytes on the wire over time, by type of message. */

import { SliceRing } from '../../metrics/index.ts'
import { createValue, type Store } from './store.ts'

/** One frame that came or went. */
interface Frame {
  /** When, in milliseconds on the page's clock. */
  readonly at: number
  readonly type: string
  readonly bytes: number
  /** What its classical equivalent would take. */
  readonly classical: number
}

export interface WirePoint {
  readonly at: number
  /** By type. */
  readonly bytes: Readonly<Record<string, number>>
  readonly classical: number
}

interface Slice extends Omit<WirePoint, 'at'> {
  readonly index: number
}

/** Slices of a second for five minutes, of twelve for the hour. */
const stretches = [1_000, 12_000] as const
type Stretch = (typeof stretches)[number]
const capacity = 300
/** Types come from our own code; whatever comes, the room is bounded. */
const maxTypes = 24
const otherType = 'other'

/** As it was at one time: nothing in it changes. */
export interface WireState {
  /** In the order of their first frames. */
  readonly types: readonly string[]
  /** By stretch, oldest first. */
  readonly slices: Readonly<Record<Stretch, readonly Slice[]>>
}

export interface WireLog extends Store<WireState> {
  append(frames: readonly Frame[]): void
}

export const createWireLog = (): WireLog => {
  const { get, set, subscribe } = createValue<WireState>({ types: [], slices: { 1000: [], 12000: [] } })
  const rings = new Map(stretches.map((stretch) => [stretch, new SliceRing<Slice>(capacity)]))
  const types = new Set<string>()

  const add = ({ at, type: named, bytes, classical }: Frame): void => {
    const type = types.has(named) || types.size < maxTypes ? named : otherType
    types.add(type)
    for (const [stretch, ring] of rings) {
      const index = Math.floor(at / stretch)
      const known = ring.find(index)
      if (known === null) continue
      const before = known ?? { index, bytes: {}, classical: 0 }
      ring.put({
        index,
        bytes: { ...before.bytes, [type]: (before.bytes[type] ?? 0) + bytes },
        classical: before.classical + classical,
      })
    }
  }

  const slicesOf = (stretch: Stretch): readonly Slice[] =>
    rings.get(stretch)?.within(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY) ?? []

  return {
    get,
    subscribe,
    append(frames) {
      if (frames.length === 0) return
      for (const frame of frames) add(frame)
      set({ types: [...types], slices: { 1000: slicesOf(1_000), 12000: slicesOf(12_000) } })
    },
  }
}

/** Milliseconds that one point stands for, where `now` is the newest time there is: five minutes are fine, give or take. */
export const wireResolution = (from: number, now: number): Stretch =>
  now - from <= stretches[0] * (capacity + 2) ? stretches[0] : stretches[1]

/** The slices of this resolution that begin in `from` ≤ t < `to` and hold anything, oldest first. */
export const wirePoints = (
  { slices }: WireState,
  stretch: Stretch,
  { from, to }: { readonly from: number; readonly to: number },
): readonly WirePoint[] =>
  slices[stretch]
    .map(({ index, ...sums }) => ({ at: index * stretch, ...sums }))
    .filter(({ at }) => at >= from && at < to)
