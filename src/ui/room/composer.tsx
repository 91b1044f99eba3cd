/** Where messages are written; a text stays until it is accepted. */

import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useServices, useUi, useWording } from '../app/context.tsx'
import button from '../shared/button.module.css'
import styles from './composer.module.css'
import { usePaste } from './files/offer.ts'
import { SendFile } from './files/send-file.tsx'

export function Composer() {
  const { room } = useWording()
  const { client } = useServices()
  const [text, setText] = useState('')
  const box = useRef<HTMLTextAreaElement>(null)
  const onPaste = usePaste()
  const id = useId()
  const hintId = useId()
  /** Handed over, and not yet among the messages. */
  const sent = useRef<string | null>(null)
  /** The same text is not sent again before there is an answer: that was a second click. */
  const waiting = useRef(false)
  const newestOwn = useUi(({ view }) => view.messages.findLast(({ mine }) => mine)?.id)
  const error = useUi(({ view }) => view.error)

  useEffect(() => box.current?.focus(), [])
  // Accepted when it shows up; what was typed since stays. A text that was refused stays too.
  useEffect(() => {
    if (newestOwn === undefined || sent.current === null) return
    const accepted = sent.current
    sent.current = null
    waiting.current = false
    setText((now) => (now === accepted ? '' : now))
  }, [newestOwn])
  useEffect(() => {
    if (error !== null) waiting.current = false
  }, [error])

  const send = (): void => {
    box.current?.focus()
    if (text.trim() === '' || (waiting.current && sent.current === text)) return
    sent.current = text
    waiting.current = true
    client.dispatch({ kind: 'say', text })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (!event.repeat) send()
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <div className={styles.row}>
        <SendFile />
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
        <button type="submit" className={button.primary}>
          {room.send}
        </button>
      </div>
      <p id={hintId} className={styles.hint}>
        {room.messageHint}
      </p>
    </form>
  )
}
