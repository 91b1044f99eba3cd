/**
 * The change from one list to the next, so that a conversation of thousands is not copied to the page for every receipt.
 */

/** Entries dropped from the front, replaced in place, and added at the end. */
export interface ListChange<T> {
  readonly dropped: number
  /** Indices count after the drop. */
  readonly replaced: readonly (readonly [at: number, entry: T])[]
  readonly added: readonly T[]
}

interface Entry {
  readonly id: string
}

/** The change from `before` to `after`. Identical objects are unchanged; a reordered list is replaced as a whole. */
export const changeOf = <T extends Entry>(before: readonly T[], after: readonly T[]): ListChange<T> => {
  const [first] = after
  const start = before.findIndex(({ id }) => id === first?.id)
  const kept = start < 0 ? 0 : before.length - start
  const replaced: (readonly [number, T])[] = []
  // Most entries are the same object as before: thousands of them are passed over.
  let reordered = start < 0 || kept > after.length
  for (let i = 0; i < kept && !reordered; i++) {
    const [old, now] = [before[start + i], after[i]]
    if (old === now || now === undefined) continue
    reordered = old?.id !== now.id
    replaced.push([i, now])
  }
  if (reordered) return { dropped: before.length, replaced: [], added: after }
  return { dropped: start, replaced, added: after.slice(kept) }
}

/** Applies a change. Returns `before` itself if nothing changed, so that the page does not redraw it. */
export const applyChange = <T>(
  before: readonly T[],
  { dropped, replaced, added }: ListChange<T>,
): readonly T[] => {
  if (dropped === 0 && replaced.length === 0 && added.length === 0) return before
  const after = before.slice(dropped)
  for (const [at, entry] of replaced) after[at] = entry
  return after.concat(added)
}
