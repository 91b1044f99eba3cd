/** Searching and sorting the rows of the operations table. */

import type { OperationRow } from '../../metrics/index.ts'

export type Column = Exclude<keyof OperationRow, 'peer' | 'thread'>

export interface Order {
  readonly column: Column
  readonly descending: boolean
}

/** Texts rise at the first click, figures fall: the greatest is what one looks for. */
export const nextOrder = (order: Order, column: Column): Order => ({
  column,
  descending: order.column === column ? !order.descending : column !== 'operation' && column !== 'algorithm',
})

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))

/** The rows that hold every word of `search`, in `order`. */
export const arrange = (
  rows: readonly OperationRow[],
  search: string,
  { column, descending }: Order,
): readonly OperationRow[] => {
  const searched = search.toLowerCase().split(/\s+/)
  return rows
    .filter(({ operation, algorithm }) => {
      const text = `${operation} ${algorithm}`.toLowerCase()
      return searched.every((word) => text.includes(word))
    })
    .sort((a, b) => (descending ? -1 : 1) * compare(a[column], b[column]))
}
