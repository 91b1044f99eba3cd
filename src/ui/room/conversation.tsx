/** The messages, files, notices and gaps of the room. It follows its tail unless somebody reads further up. */

import { Focusable } from '@ariakit/react'
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { type GapView, type MessageView, maxMessages, type View } from '../../host/index.ts'
import { useUi, useWording } from '../app/context.tsx'
import { useTab, useVisible } from '../app/page-state.ts'
import { useFormats } from '../shared/format.ts'
import { Named } from '../shared/named.tsx'
import { scrollToEnd } from '../shared/scroll-to-end.ts'
import { bodyOf, textOf } from './body.ts'
import styles from './conversation.module.css'
import { FileCard } from './files/file-card.tsx'
import { findMessages, type Line, linesOf, reactionsTo } from './lines.ts'
import { Message, type Quote } from './message.tsx'
import { pageSize, useMessageWindow } from './message-window.ts'
import { Notice } from './notice.tsx'
import { timelineOf } from './timeline.ts'

/** How near to its end, in pixels, a reader counts as reading along. */
const nearEnd = 48
/** Messages that come in by themselves where a reader scrolls on: few, so that no frame is late. */
const scrollStep = 20

/** Pixels below what is in view. */
const below = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number =>
  scrollHeight - scrollTop - clientHeight

interface Place {
  readonly article: HTMLElement
  readonly top: number
}

/** The first message in view, and where it stands in the conversation, whose scroll position may change meanwhile. */
const placeIn = (log: HTMLElement): Place | null => {
  const inView = ({ offsetTop, offsetHeight }: HTMLElement): boolean =>
    offsetTop + offsetHeight > log.scrollTop
  const article = [...log.querySelectorAll('article')].find(inView)
  return article === undefined ? null : { article, top: article.offsetTop }
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
  /** Shows only what holds this text. */
  readonly query?: string
}

/** The last message that was there when the reader looked away; `null` until then. */
const useSeen = (newest: string | null): string | null => {
  const tab = useTab()
  const inView = useVisible() && tab === 'room'
  const [seen, setSeen] = useState<string | null>(null)
  const latest = useRef(newest)
  useEffect(() => {
    if (inView) latest.current = newest
  })
  useEffect(() => {
    if (!inView) setSeen(latest.current)
  }, [inView])
  return seen
}

const nothing = { notices: [], gaps: [], files: [] }

/** The messages that the replies among these lines answer, by id, as far as they are still kept. */
const answeredBy = (
  lines: readonly Line[],
  messages: readonly MessageView[],
): ReadonlyMap<string, MessageView> => {
  const wanted = new Set<string>()
  for (const line of lines) {
    const body = line.kind === 'message' ? bodyOf(line.message) : null
    if (body?.kind === 'reply') wanted.add(body.to)
  }
  if (wanted.size === 0) return new Map()
  return new Map(messages.filter(({ id }) => wanted.has(id)).map((message) => [message.id, message]))
}

export function Conversation({ labels, ended, query = '' }: Props) {
  const words = useWording()
  const { messages, notices, gaps, files } = useShownView(ended ?? null)
  /** The newest one is the one to act on. */
  const otherRoom = notices.findLast(({ code }) => code === 'other-room')?.id
  const clearedAt = useUi((state) => state.clearedAt)
  const newAfter = useSeen(messages.at(-1)?.id ?? null)
  const searching = query.trim() !== ''
  const kept = useMemo(() => {
    const since = <T extends { readonly at: number }>(all: readonly T[]): readonly T[] =>
      clearedAt === 0 ? all : all.filter(({ at }) => at > clearedAt)
    return { messages: since(messages), notices: since(notices), gaps, files: since(files) }
  }, [messages, notices, gaps, files, clearedAt])
  const shown = useMemo(
    () => (searching ? { ...nothing, messages: findMessages(messages, query) } : kept),
    [searching, messages, query, kept],
  )
  const { from, to, move, stay, follow } = useMessageWindow(shown.messages, query)
  const { length } = shown.messages
  const items = useMemo(
    () =>
      linesOf(
        timelineOf(shown.messages, shown.notices, shown.gaps, shown.files, { from, to }),
        searching ? null : newAfter,
      ),
    [shown, from, to, searching, newAfter],
  )
  const answered = useMemo(() => answeredBy(items, messages), [items, messages])
  const given = useMemo(
    () => reactionsTo(messages, ({ senderId, senderName }) => labels.get(senderId) ?? senderName),
    [messages, labels],
  )
  const quotes = useRef(new Map<string, Quote>())
  const quoteOf = (line: Extract<Line, { kind: 'message' }>): Quote | null => {
    const body = bodyOf(line.message)
    const about = body.kind === 'reply' ? answered.get(body.to) : undefined
    if (about === undefined) return null
    const sender = labels.get(about.senderId) ?? about.senderName
    const known = quotes.current.get(line.message.id)
    if (known?.sender === sender) return known
    const quote = { sender, text: textOf(about).slice(0, 200) }
    quotes.current.set(line.message.id, quote)
    return quote
  }
  const [active, setActive] = useState<string | null>(null)
  const onActive = useCallback((id: string | null) => setActive(id), [])
  const { minute, dayName } = useFormats()
  const log = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  /** What is being read, unless that is the end. */
  const place = useRef<Place | null>(null)
  const [behind, setBehind] = useState(false)
  const newest = messages.at(-1)

  /** Shows earlier (negative) or later messages. */
  const moveBy = (count: number): void => {
    if (log.current !== null) place.current = placeIn(log.current)
    following.current = false
    move(count)
  }
  const onScroll = (): void => {
    if (log.current === null) return
    const { scrollTop, clientHeight } = log.current
    following.current = to === length && below(log.current) < nearEnd
    place.current = following.current ? null : placeIn(log.current)
    if (following.current) {
      setBehind(false)
      follow()
    } else if (from > 0 && scrollTop < clientHeight) moveBy(-scrollStep)
    else if (to < length && below(log.current) < clientHeight) moveBy(scrollStep)
    else stay()
  }

  const newestId = newest?.id
  const newestIsMine = newest?.mine ?? false
  useLayoutEffect(() => {
    if (newestId === undefined) return
    if (newestIsMine) {
      following.current = true
      place.current = null
      follow()
    }
    if (!following.current) setBehind(true)
  }, [newestId, newestIsMine, follow])
  // What comes and goes above must not push away what is being read.
  useLayoutEffect(() => {
    if (log.current === null || place.current === null) return
    const { article, top } = place.current
    if (article.isConnected) log.current.scrollTop += article.offsetTop - top
    place.current = article.isConnected ? { article, top: article.offsetTop } : placeIn(log.current)
  })
  // The newest counts too: a full conversation loses a line with each that it gains.
  const lines = items.length
  useLayoutEffect(() => {
    if ((lines > 0 || newestId !== undefined) && following.current) scrollToEnd(log.current)
  }, [lines, newestId])
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
        onKeyDown={(event: KeyboardEvent<HTMLDivElement>) => moveActive(event, active, setActive)}
        onMouseLeave={() => setActive(null)}
      >
        {lines === 0 && to - from === length && (
          <p className={styles.empty}>{searching ? words.room.notFound : words.room.empty}</p>
        )}
        {searching && length > 0 && (
          <p className={styles.notice} role="status">
            {words.room.found(length)}
          </p>
        )}
        {from === 0 && !searching && messages.length >= maxMessages && (
          <p className={styles.notice}>{words.room.noLongerKept}</p>
        )}
        {from > 0 && (
          <button
            type="button"
            className={styles.further}
            onClick={() => {
              moveBy(-pageSize)
              log.current?.focus({ preventScroll: true })
            }}
          >
            {words.room.earlier(from)}
          </button>
        )}
        {items.map((item) =>
          item.kind === 'day' ? (
            <p key={`day ${item.at}`} className={styles.day}>
              <span>{dayName(item.at)}</span>
            </p>
          ) : item.kind === 'new' ? (
            <p key="new" className={styles.new}>
              <span>{words.room.newDivider}</span>
            </p>
          ) : item.kind === 'gap' ? (
            <Gap key={`gap ${item.gap.id}`} gap={item.gap} />
          ) : item.kind === 'file' ? (
            <FileCard
              key={`file ${item.file.id}`}
              file={item.file}
              sender={labels.get(item.file.senderId) ?? item.file.senderName}
              time={minute(item.file.at)}
            />
          ) : item.kind === 'notice' ? (
            <Notice
              key={`notice ${item.notice.id}`}
              notice={item.notice}
              time={minute(item.notice.at)}
              open={ended === undefined && item.notice.id === otherRoom}
            />
          ) : (
            <Message
              key={item.message.id}
              message={item.message}
              follows={item.follows}
              sender={labels.get(item.message.senderId) ?? item.message.senderName}
              time={minute(item.message.at)}
              last={item.last}
              quote={quoteOf(item)}
              given={given.get(item.message.id) ?? ''}
              active={active === item.message.id}
              onActive={onActive}
              canAnswer={ended === undefined}
            />
          ),
        )}
        {to < length && (
          <button
            type="button"
            className={styles.further}
            onClick={() => {
              moveBy(pageSize)
              log.current?.focus({ preventScroll: true })
            }}
          >
            {words.room.later(length - to)}
          </button>
        )}
      </Focusable>
      {(behind || to < length) && (
        <button
          type="button"
          className={styles.latest}
          onClick={() => {
            following.current = true
            place.current = null
            setBehind(false)
            follow()
            scrollToEnd(log.current)
          }}
        >
          {words.room.latest}
        </button>
      )}
    </div>
  )
}

/** Up and down go from message to message; the tools of the one reached are the next stop of the Tab key. */
const moveActive = (
  event: KeyboardEvent<HTMLDivElement>,
  active: string | null,
  setActive: (id: string | null) => void,
): void => {
  const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
  if (step === 0 || event.target !== event.currentTarget) return
  const articles = [...event.currentTarget.querySelectorAll<HTMLElement>('article[data-id]')]
  const at = articles.findIndex(({ dataset }) => dataset.id === active)
  const next = articles[at < 0 ? articles.length - 1 : at + step]
  if (next === undefined) return
  event.preventDefault()
  setActive(next.dataset.id ?? null)
  next.scrollIntoView({ block: 'nearest' })
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
