/**
 * The part of a long conversation that is in the page: its newest messages or, while its reader reads back, those around the
 * place of reading. Thousands in the page at once would cost with every view.
 *
 *     0 ......... from [ in the page ] to ......... length
 */

import { useCallback, useMemo, useState } from 'react'
import type { MessageView } from '../../host/index.ts'

/** Messages in the page while its reader follows, and the most while they read back. */
export const pageSize = 200
const readingSize = 2 * pageSize

export interface MessageWindow {
  /** Indices of the first message in the page, and of the first one behind the last. */
  readonly from: number
  readonly to: number
  /** Moves by this many messages, back if negative. */
  readonly move: (count: number) => void
  /** Stays where it is, whatever is said meanwhile. */
  readonly stay: () => void
  /** Goes to the newest messages and on with them. */
  readonly follow: () => void
}

/** `of` tells lists apart that have nothing in common, such as the findings of two searches. */
export const useMessageWindow = (messages: readonly MessageView[], of: string): MessageWindow => {
  const [reading, setReading] = useState<{ readonly of: string; readonly first: string } | null>(null)
  const { length } = messages
  const newest = Math.max(0, length - pageSize)
  const first = reading?.of === of ? reading.first : null
  const from = useMemo(
    // The place may have left the list at its beginning.
    () =>
      first === null
        ? newest
        : Math.max(
            0,
            messages.findIndex(({ id }) => id === first),
          ),
    [messages, first, newest],
  )
  const follow = useCallback(() => setReading(null), [])
  const begin = (at: number): void => setReading({ of, first: messages[at]?.id ?? '' })
  return {
    from,
    to: first === null ? length : Math.min(length, from + readingSize),
    move: (count) => begin(Math.min(newest, Math.max(0, from + count))),
    stay: () => first === null && begin(from),
    follow,
  }
}
