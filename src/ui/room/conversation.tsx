/** The messages, files, notices and gaps of the room. It follows its tail unless somebody reads further up. */

import { Focusable } from '@ariakit/react'
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { GapView, MessageView, NoticeView, View } from '../../host/index.ts'
import { useUi, useWording } from '../app/context.tsx'
import { useTab } from '../app/page-state.ts'
import { useFormats } from '../shared/format.ts'
import { Named } from '../shared/named.tsx'
import styles from './conversation.module.css'
import { Delivery } from './delivery.tsx'
import { FileCard } from './files/file-card.tsx'
import { timelineOf } from './timeline.ts'

/** Lines in the page at once, and how many more each look back brings: thousands would cost with every view. */
const pageSize = 200

/** How near to its end, in pixels, a reader counts as reading along. */
const nearEnd = 48

const isAtEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean =>
  scrollHeight - scrollTop - clientHeight < nearEnd

const scrollToEnd = (log: HTMLElement | null): void => {
  if (log !== null) log.scrollTop = log.scrollHeight
}

/** Behind another tab the view of before: thousands of messages are not gone through for nobody. */
const useShownView = (ended: View | null): View => {
  const behind = useTab() !== 'room'
  const shown = useRef<View | null>(null)
  const view = useUi((state) => ended ?? (behind ? (shown.current ?? state.view) : state.view))
  useLayoutEffect(() => {
    shown.current = view
  }, [view])
  return view
}

interface Props {
  readonly labels: ReadonlyMap<string, string>
  /** A room that is over, as it was. */
  readonly ended?: View
}

export function Conversation({ labels, ended }: Props) {
  const words = useWording()
  const { messages, notices, gaps, files } = useShownView(ended ?? null)
  const items = useMemo(() => timelineOf(messages, notices, gaps, files), [messages, notices, gaps, files])
  const { minute } = useFormats()
  const log = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  /** The first line shown to who reads back; `null` shows the newest ones. */
  const [anchor, setAnchor] = useState<number | null>(null)
  const heightBefore = useRef<number | null>(null)
  const [behind, setBehind] = useState(false)
  const newest = messages.at(-1)

  const onScroll = (): void => {
    if (log.current === null) return
    following.current = isAtEnd(log.current)
    if (following.current) setBehind(false)
    setAnchor(following.current ? null : (known) => known ?? start)
  }

  const newestId = newest?.id
  const newestIsMine = newest?.mine ?? false
  useLayoutEffect(() => {
    if (newestId === undefined) return
    if (newestIsMine) following.current = true
    if (!following.current) setBehind(true)
  }, [newestId, newestIsMine])
  const length = items.length
  const start = Math.min(anchor ?? length, Math.max(0, length - pageSize))
  // What comes in above must not push away what is being read.
  useLayoutEffect(() => {
    if (log.current === null || heightBefore.current === null) return
    log.current.scrollTop += log.current.scrollHeight - heightBefore.current
    heightBefore.current = null
  })
  // The newest counts too: a full conversation loses a line with each that it gains.
  useLayoutEffect(() => {
    if ((length > 0 || newestId !== undefined) && following.current) scrollToEnd(log.current)
  }, [length, newestId])
  // Also when the log itself changes its size, or comes back from behind another tab.
  useEffect(() => {
    if (log.current === null) return
    const observer = new ResizeObserver(() => {
      if (following.current) scrollToEnd(log.current)
    })
    observer.observe(log.current)
    return () => observer.disconnect()
  }, [])

  return (
    <div className={styles.frame}>
      <Focusable
        ref={log}
        role="log"
        aria-label={words.room.conversation}
        className={styles.log}
        onScroll={onScroll}
      >
        {length === 0 && <p className={styles.empty}>{words.room.empty}</p>}
        {start > 0 && (
          <button
            type="button"
            className={styles.earlier}
            onClick={() => {
              heightBefore.current = log.current?.scrollHeight ?? null
              following.current = false
              setAnchor(Math.max(0, start - pageSize))
              log.current?.focus()
            }}
          >
            {words.room.earlier(start)}
          </button>
        )}
        {items.slice(start).map((item) =>
          item.kind === 'gap' ? (
            <Gap key={`gap ${item.gap.id}`} gap={item.gap} />
          ) : item.kind === 'file' ? (
            <FileCard
              key={`file ${item.file.id}`}
              file={item.file}
              sender={labels.get(item.file.senderId) ?? item.file.senderName}
              time={minute(item.file.at)}
            />
          ) : item.kind === 'notice' ? (
            <p key={`notice ${item.notice.id}`} className={styles.notice} data-code={item.notice.code}>
              <NoticeText notice={item.notice} /> <time>{minute(item.notice.at)}</time>
            </p>
          ) : (
            <Message
              key={item.message.id}
              message={item.message}
              follows={item.follows}
              sender={labels.get(item.message.senderId) ?? item.message.senderName}
              time={minute(item.message.at)}
              delivery={item.message.mine ? item.message.delivery : null}
            />
          ),
        )}
      </Focusable>
      {behind && (
        <button
          type="button"
          className={styles.latest}
          onClick={() => {
            following.current = true
            setBehind(false)
            setAnchor(null)
            scrollToEnd(log.current)
          }}
        >
          {words.room.latest}
        </button>
      )}
    </div>
  )
}

/** A place in the conversation where messages belong that have not come. */
function Gap({ gap: { senderName, count, state } }: { readonly gap: GapView }) {
  const { removal } = useWording()
  return (
    <p className={styles.notice} data-code="gap">
      <Named names={[senderName]} text={(name = '') => removal.gap(name, count)} /> {removal.gapStates[state]}
    </p>
  )
}

function NoticeText({ notice: { code, name, by, count } }: { readonly notice: NoticeView }) {
  const { notices } = useWording()
  const names = [name, by].flatMap((one) => (one === null ? [] : [one]))
  return (
    <Named
      names={names}
      text={(...slots) => {
        const named = name === null ? null : (slots[0] ?? null)
        return notices[code](named, by === null ? null : (slots.at(-1) ?? null), count)
      }}
    />
  )
}

interface MessageProps {
  readonly message: MessageView
  readonly follows: boolean
  readonly sender: string
  readonly time: string
  readonly delivery: MessageView['delivery'] | null
}

const Message = memo(function Message({ message, follows, sender, time, delivery }: MessageProps) {
  return (
    <article className={styles.message} aria-label={sender} data-mine={message.mine} data-follows={follows}>
      <p className={styles.head}>
        <bdi className={styles.sender}>{sender}</bdi> <time>{time}</time>
      </p>
      <p className={styles.text} dir="auto">
        {message.text}
      </p>
      {delivery !== null && (
        <p className={styles.delivery}>
          <Delivery delivery={delivery} />
        </p>
      )}
    </article>
  )
})
