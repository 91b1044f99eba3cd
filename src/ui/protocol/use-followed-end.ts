/** A list that shows its newest row as long as the reader stands at its end, and counts what came while he reads above. */

import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { scrollToEnd } from '../shared/scroll-to-end.ts'

const nearPx = 24

interface FollowedEnd {
  readonly list: RefObject<HTMLOListElement | null>
  /** Rows that came below what is read. */
  readonly missed: number
  readonly onScroll: () => void
  readonly toEnd: () => void
}

/**
 * @param newest - id of the newest row
 * @param rows - those in the list, by growing ids
 */
export const useFollowedEnd = (newest: number, rows: readonly { readonly id: number }[]): FollowedEnd => {
  const list = useRef<HTMLOListElement>(null)
  /** The newest row when the reader left the end; `null` at the end. */
  const [left, setLeft] = useState<number | null>(null)
  /** The newest row that the list was scrolled to: other drawings leave the reader alone. */
  const reached = useRef<number | null>(null)
  useLayoutEffect(() => {
    if (left !== null || reached.current === newest) return
    reached.current = newest
    scrollToEnd(list.current)
  }, [left, newest])
  return {
    list,
    missed: left === null ? 0 : rows.filter(({ id }) => id > left).length,
    onScroll: () => {
      if (list.current === null) return
      const { scrollHeight, scrollTop, clientHeight } = list.current
      const atEnd = scrollHeight - scrollTop - clientHeight <= nearPx
      setLeft((before) => (atEnd ? null : (before ?? newest)))
    },
    toEnd: () => scrollToEnd(list.current),
  }
}
