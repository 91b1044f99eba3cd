/** Slices of time, each under its index, in a ring: the newest `capacity` of them, whatever comes in between. */
export class SliceRing<S extends { readonly index: number }> {
  readonly capacity: number
  readonly #slots: (S | undefined)[] = []
  #newest = Number.NEGATIVE_INFINITY

  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** Index of the oldest slice that there is room for. */
  oldest(): number {
    return this.#newest - this.capacity + 1
  }

  /** The slice of this index. `null`: a later one has its place, and it is too old to be kept. */
  find(index: number): S | undefined | null {
    const held = this.#slots[this.#slot(index)]
    if (held === undefined || held.index < index) return undefined
    return held.index === index ? held : null
  }

  /** Takes the place of an older slice, or of an earlier state of itself. */
  put(slice: S): void {
    if (this.find(slice.index) === null) return
    this.#slots[this.#slot(slice.index)] = slice
    this.#newest = Math.max(this.#newest, slice.index)
  }

  /** In no order. */
  all(): readonly S[] {
    return this.#slots.filter((slice) => slice !== undefined)
  }

  /** Those with `first` ≤ index < `end`, oldest first. */
  within(first: number, end: number): readonly S[] {
    return this.all()
      .filter(({ index }) => index >= first && index < end)
      .sort((a, b) => a.index - b.index)
  }

  #slot(index: number): number {
    return ((index % this.capacity) + this.capacity) % this.capacity
  }
}
