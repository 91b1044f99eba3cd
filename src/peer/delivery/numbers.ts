/**
 * Which numbers of one sender's messages are settled, in bounded memory.
 *
 *   1 … floor        settled long ago; which way is forgotten
 *   ranges           `shown`: seen by the user · `void`: not for this member, so never shown
 *   in between       open: nothing came yet
 *
 * Sorted, disjoint; neighbours of one kind are one range. Beyond 64 ranges the lowest goes into the floor.
 */

export type Settled = 'shown' | 'void'

export interface NumberRange {
  readonly from: number
  /** Included. */
  readonly to: number
}

interface SettledRange extends NumberRange {
  readonly kind: Settled
}

export interface Numbers {
  readonly floor: number
  readonly ranges: readonly SettledRange[]
}

export const maxRanges = 64

export const noNumbers: Numbers = { floor: 0, ranges: [] }

/** `forgotten`: at or below the floor. */
export const stateOf = ({ floor, ranges }: Numbers, number: number): Settled | 'open' | 'forgotten' => {
  if (number <= floor) return 'forgotten'
  return ranges.find(({ from, to }) => from <= number && number <= to)?.kind ?? 'open'
}

const joined = (ranges: readonly SettledRange[]): readonly SettledRange[] => {
  const result: SettledRange[] = []
  for (const range of ranges) {
    const last = result.at(-1)
    if (last !== undefined && last.kind === range.kind && last.to + 1 === range.from)
      result[result.length - 1] = { ...last, to: range.to }
    else result.push(range)
  }
  return result
}

const bounded = ({ floor, ranges }: Numbers): Numbers => {
  const extra = Math.max(0, ranges.length - maxRanges)
  if (extra === 0) return { floor, ranges }
  return { floor: ranges[extra - 1]!.to, ranges: ranges.slice(extra) }
}

/** What is open between `from` and `to`, both included. */
export const openBetween = (numbers: Numbers, from: number, to: number): readonly NumberRange[] => {
  const open: NumberRange[] = []
  let next = Math.max(from, numbers.floor + 1)
  for (const range of numbers.ranges) {
    if (range.to < next) continue
    if (range.from > to) break
    if (range.from > next) open.push({ from: next, to: range.from - 1 })
    next = range.to + 1
  }
  if (next <= to) open.push({ from: next, to })
  return open
}

/** Settles what is open between `from` and `to`; what was settled stays as it was. */
export const settle = (numbers: Numbers, { from, to }: NumberRange, kind: Settled): Numbers => {
  const added = openBetween(numbers, from, to).map((range) => ({ ...range, kind }))
  if (added.length === 0) return numbers
  const ranges = [...numbers.ranges, ...added].sort((a, b) => a.from - b.from)
  return bounded({ ...numbers, ranges: joined(ranges) })
}

/** The greatest number that is settled. */
export const greatest = ({ floor, ranges }: Numbers): number => ranges.at(-1)?.to ?? floor

export const sizeOf = ({ from, to }: NumberRange): number => to - from + 1

/** The lowest numbers of these ranges, at most `count`. */
export const lowest = (ranges: readonly NumberRange[], count: number): readonly number[] => {
  const numbers: number[] = []
  for (const { from, to } of ranges)
    for (let number = from; number <= to && numbers.length < count; number++) numbers.push(number)
  return numbers
}
