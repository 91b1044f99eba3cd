/** How many messages arrived while nobody could see the room. */

import { useEffect, useState } from 'react'
import { useUi } from '../app/context.tsx'
import { useVisible } from '../app/page-state.ts'
import { countUnread } from './timeline.ts'

/** How many messages of others came since the room was last in view: in front, on the tab that `open` says is shown. */
export const useUnread = (open: boolean): number => {
  const inView = useVisible() && open
  const messages = useUi(({ view }) => view.messages)
  const [lastSeen, setLastSeen] = useState<string | null>(null)
  const newest = messages.at(-1)?.id ?? null
  useEffect(() => {
    if (inView) setLastSeen(newest)
  }, [inView, newest])
  return inView ? 0 : countUnread(messages, lastSeen)
}
