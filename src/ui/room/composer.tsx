/** Where messages are written; a text stays until it is accepted. */

import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useServices, useUi, useWording } from '../app/context.tsx'
import button from '../shared/button.module.css'
import { Icon } from '../shared/icon.tsx'
import { Named } from '../shared/named.tsx'
import { encodeBody, parseBody, textOf } from './body.ts'
import styles from './composer.module.css'
import { usePaste } from './files/offer.ts'
import { SendFile } from './files/send-file.tsx'

export function Composer() {
  const { room } = useWording()
  const { client, store } = useServices()
  const group = useUi(({ view }) => view.group) ?? ''
  const reply = useUi((state) => state.reply)
  const [text, setText] = useState(() => {
    const { draft } = store.getState()
    return draft.group === group ? draft.text : ''
  })
  const box = useRef<HTMLTextAreaElement>(null)
  const onPaste = usePaste()
  const id = useId()
  const hintId = useId()
  /** Handed over, and not yet among the messages. */
  const sent = useRef<string | null>(null)
  /** The same text is not sent again before there is an answer: that was a second click. */
  const waiting = useRef(false)
  const newestOwn = useUi(({ view }) => view.messages.findLast(({ mine }) => mine))
  const newestOwnId = newestOwn?.id
  const wasReaction = newestOwn !== undefined && parseBody(newestOwn.text).kind === 'reaction'
  const error = useUi(({ view }) => view.error)

  useEffect(() => store.setState({ draft: { group, text } }), [store, group, text])
  useEffect(() => box.current?.focus(), [])
  useEffect(() => {
    if (reply !== null) box.current?.focus()
  }, [reply])
  // Accepted when it shows up; what was typed since stays. A text that was refused stays too.
  useEffect(() => {
    if (newestOwnId === undefined || wasReaction || sent.current === null) return
    const accepted = sent.current
    sent.current = null
    waiting.current = false
    setText((now) => (now === accepted ? '' : now))
    store.setState({ reply: null })
  }, [newestOwnId, wasReaction, store])
  useEffect(() => {
    if (error !== null) waiting.current = false
  }, [error])

  const send = (): void => {
    box.current?.focus()
    if (text.trim() === '' || (waiting.current && sent.current === text)) return
    sent.current = text
    waiting.current = true
    const body =
      reply === null ? ({ kind: 'plain', text } as const) : ({ kind: 'reply', to: reply.id, text } as const)
    client.dispatch({ kind: 'say', text: encodeBody(body) })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && reply !== null) return store.setState({ reply: null })
    // While an input method composes, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (!event.repeat) send()
  }

  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {reply !== null && (
        <div className={styles.reply}>
          <Icon name="reply" />
          <p>
            <Named names={[reply.senderName]} text={room.replyTo} />
            <span dir="auto">{textOf(reply).slice(0, 120)}</span>
          </p>
          <button
            type="button"
            className={button.icon}
            aria-label={room.noReply}
            onClick={() => {
              store.setState({ reply: null })
              box.current?.focus()
            }}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
      <div className={styles.row}>
        <SendFile icon />
        <label htmlFor={id} className="visually-hidden">
          {room.message}
        </label>
        <textarea
          ref={box}
          id={id}
          className={styles.box}
          rows={1}
          value={text}
          placeholder={room.message}
          aria-describedby={hintId}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          dir="auto"
          autoComplete="off"
        />
        <button type="submit" className={button.round} aria-label={room.send} title={room.send}>
          <Icon name="send" />
        </button>
      </div>
      <p id={hintId} className="visually-hidden">
        {room.messageHint}
      </p>
    </form>
  )
}
