/** One message: a bubble in a run of them, with what it answers and what others think of it. */

import { memo, useState } from 'react'
import type { MessageView } from '../../host/index.ts'
import { useServices, useWording } from '../app/context.tsx'
import { Avatar } from '../shared/avatar.tsx'
import button from '../shared/button.module.css'
import { Icon } from '../shared/icon.tsx'
import { encodeBody, type Reaction, reactions, textOf } from './body.ts'
import styles from './conversation.module.css'
import { Delivery } from './delivery.tsx'
import { piecesOf } from './rich-text.ts'

export interface Quote {
  readonly sender: string
  readonly text: string
}

interface Props {
  readonly message: MessageView
  /** Whether it goes on a run of its sender, and whether it ends it. */
  readonly follows: boolean
  readonly last: boolean
  readonly sender: string
  readonly time: string
  /** What it answers, if that is still here. */
  readonly quote: Quote | null
  /** Each reaction with the names of those who gave it, as one text that changes when they do. */
  readonly given: string
  /** Whether its tools are shown: for one message at a time. */
  readonly active: boolean
  readonly onActive: (id: string | null) => void
  readonly canAnswer: boolean
}

export const Message = memo(function Message(props: Props) {
  const { message, follows, last, sender, time, quote, given, active, onActive, canAnswer } = props
  const { mine, delivery } = message
  // In the middle of a run, what went well is told to the ear alone.
  const quiet = mine && !last && delivery.state === 'delivered'
  return (
    <article
      className={styles.message}
      aria-label={sender}
      data-mine={mine}
      data-follows={follows}
      data-last={last}
      data-id={message.id}
      onMouseEnter={() => onActive(message.id)}
      onFocus={() => onActive(message.id)}
    >
      {!mine && last && <Avatar id={message.senderId} name={sender} small />}
      <p className={styles.head}>
        <bdi className={styles.sender}>{sender}</bdi>
      </p>
      <div className={styles.bubble}>
        {quote !== null && (
          <blockquote className={styles.quote}>
            <bdi className={styles.sender}>{quote.sender}</bdi>
            <span dir="auto">{quote.text}</span>
          </blockquote>
        )}
        <RichText text={textOf(message)} />
      </div>
      {active && canAnswer && <Tools message={message} />}
      {given !== '' && <Given given={given} />}
      {(last || mine) && (
        <p className={quiet ? 'visually-hidden' : styles.foot}>
          <time>{time}</time>
          {mine && (
            <span data-delivery={delivery.state}>
              <Delivery delivery={delivery} />
            </span>
          )}
        </p>
      )}
    </article>
  )
})

function RichText({ text }: { readonly text: string }) {
  const { room } = useWording()
  return (
    <div className={styles.text} dir="auto">
      {piecesOf(text).map((piece) => {
        switch (piece.kind) {
          case 'text':
            return piece.text
          case 'code':
            return <code key={piece.at}>{piece.text}</code>
          case 'block':
            return <pre key={piece.at}>{piece.text}</pre>
          case 'link':
            return (
              <span key={piece.at}>
                <a href={piece.href} target="_blank" rel="noopener noreferrer">
                  {piece.text}
                </a>
                {piece.host !== null && (
                  <span className={styles.host}>
                    {' '}
                    ({piece.disguised ? room.disguisedHost(piece.host) : piece.host})
                  </span>
                )}
              </span>
            )
        }
        return null
      })}
    </div>
  )
}

function Given({ given }: { readonly given: string }) {
  return (
    <ul className={styles.given}>
      {given.split('\n').map((one) => {
        const [reaction = '', ...names] = one.split('\t')
        return (
          <li key={reaction} title={names.join(', ')}>
            {reaction} <span>{names.length}</span>
            <span className="visually-hidden">{names.join(', ')}</span>
          </li>
        )
      })}
    </ul>
  )
}

function Tools({ message }: { readonly message: MessageView }) {
  const { room } = useWording()
  const { client, store } = useServices()
  const [choosing, setChoosing] = useState(false)
  const react = (reaction: Reaction): void => {
    client.dispatch({ kind: 'say', text: encodeBody({ kind: 'reaction', to: message.id, reaction }) })
    setChoosing(false)
  }
  return (
    <div className={styles.tools}>
      {choosing ? (
        reactions.map((one) => (
          <button key={one} type="button" className={button.icon} onClick={() => react(one)}>
            {one}
          </button>
        ))
      ) : (
        <>
          <button
            type="button"
            className={button.icon}
            aria-label={room.react}
            title={room.react}
            onClick={() => setChoosing(true)}
          >
            <Icon name="react" />
          </button>
          <button
            type="button"
            className={button.icon}
            aria-label={room.reply}
            title={room.reply}
            onClick={() => store.setState({ reply: message })}
          >
            <Icon name="reply" />
          </button>
        </>
      )}
    </div>
  )
}
