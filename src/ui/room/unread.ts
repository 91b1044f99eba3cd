/** How many messages arrived while nobody could see the page. */

import { useEffect, useState } from 'react'
import { useUi } from '../app/context.tsx'
import { useVisible } from '../app/page-state.ts'
import { countUnread } from './timeline.ts'

/** How many messages of others came since the page was last seen. */
export const useUnread = (): number => {
  const visible = useVisible()
  const messages = useUi(({ view }) => view.messages)
  const [lastSeen, setLastSeen] = useState<string | null>(null)
  const newest = messages.at(-1)?.id ?? null
  useEffect(() => {
    if (visible) setLastSeen(newest)
  }, [visible, newest])
  return visible ? 0 : countUnread(messages, lastSeen)
}
