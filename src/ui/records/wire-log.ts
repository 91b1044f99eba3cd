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

interface Slice {
  readonly index: number
  readonly bytes: Map<string, number>
  classical: number
}

/** Slices of a second for five minutes, of twelve for the hour. */
const stretches = [1_000, 12_000] as const
type Stretch = (typeof stretches)[number]
const capacity = 300
/** Types come from our own code; whatever comes, the room is bounded. */
const maxTypes = 24
const otherType = 'other'

/** Bytes on the wire over time, by type of message: kept outside of React. */
export class WireLog {
  readonly #rings: readonly (Slice | undefined)[][] = stretches.map(() => [])
  readonly #types = new Set<string>()

  add({ at, type: named, bytes, classical }: Frame): void {
    const type = this.#types.has(named) || this.#types.size < maxTypes ? named : otherType
    this.#types.add(type)
    for (const [level, stretch] of stretches.entries()) {
      const index = Math.floor(at / stretch)
      const slot = ((index % capacity) + capacity) % capacity
      const ring = this.#rings[level]
      const known = ring?.[slot]
      if (ring === undefined || (known !== undefined && known.index > index)) continue
      const slice = known?.index === index ? known : { index, bytes: new Map<string, number>(), classical: 0 }
      ring[slot] = slice
      slice.bytes.set(type, (slice.bytes.get(type) ?? 0) + bytes)
      slice.classical += classical
    }
  }

  /** In the order of their first frames. */
  types(): readonly string[] {
    return [...this.#types]
  }

  /** Milliseconds that one point stands for, where `now` is the newest time there is: five minutes are fine, give or take. */
  resolution(from: number, now: number): Stretch {
    return now - from <= stretches[0] * (capacity + 2) ? stretches[0] : stretches[1]
  }

  /** The slices of this resolution that begin in `from` ≤ t < `to` and hold anything, oldest first. */
  points(stretch: Stretch, from: number, to: number): readonly WirePoint[] {
    const level = stretches.indexOf(stretch)
    return (this.#rings[level] ?? [])
      .filter((slice) => slice !== undefined)
      .filter(({ index }) => index * stretch >= from && index * stretch < to)
      .sort((a, b) => a.index - b.index)
      .map(({ index, bytes, classical }) => ({
        at: index * stretch,
        bytes: Object.fromEntries(bytes),
        classical,
      }))
  }
}
