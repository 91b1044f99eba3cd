/** The messages of a login with their fields in hexadecimal. */

import { memo } from 'react'
import type { LoginMessageView } from '../../host/index.ts'
import { useUi, useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import screen from '../shared/screen.module.css'
import type { Wording } from '../wording/index.ts'
import styles from './one-to-one.module.css'

/** Hexadecimal digits shown before the rest is folded away. */
const shownDigits = 128

export function Messages() {
  const { oneToOne: words } = useWording()
  const messages = useUi(({ oneToOne }) => oneToOne.run?.messages) ?? []
  return (
    <section className={styles.panel}>
      <h2>{words.messages}</h2>
      {messages.length === 0 && <p className={screen.hint}>{words.noMessages}</p>}
      <ol className={styles.messages} aria-label={words.messages}>
        {messages.map((message) => (
          <Message key={`${message.flow} ${message.at}`} message={message} />
        ))}
      </ol>
    </section>
  )
}

const meaningOf = ({ meanings }: Wording['oneToOne'], flow: number): string =>
  meanings[flow as keyof typeof meanings]

// Every view brings new objects for old messages; only the time of the last one still changes.
const Message = memo(
  function Message({ message }: { readonly message: LoginMessageView }) {
    const { oneToOne: words } = useWording()
    const { decimal: format } = useFormats()
    const { flow, from, bytes, fields, ms, mine } = message
    return (
      <li className={styles.message} data-mine={mine}>
        <h3>{words.messageTitle(flow, from)}</h3>
        <p className={screen.hint}>
          <span data-testid="login-message-bytes">{words.bytes(bytes)}</span>
          {ms !== null && ` · ${words.ms(format(ms))}`}
        </p>
        <p>{meaningOf(words, flow)}</p>
        <dl className={styles.fields}>
          {fields.map(({ name, hex }) => (
            <div key={name}>
              <dt>
                <code>{name}</code> <span className={screen.hint}>{words.bytes(hex.length / 2)}</span>
              </dt>
              <dd>{words.fields[name]}</dd>
              {hex !== '' && (
                <dd>
                  <Hex hex={hex} label={words.allBytes(hex.length / 2)} />
                </dd>
              )}
            </div>
          ))}
        </dl>
      </li>
    )
  },
  (a, b) =>
    a.message.at === b.message.at && a.message.flow === b.message.flow && a.message.ms === b.message.ms,
)

function Hex({ hex, label }: { readonly hex: string; readonly label: string }) {
  if (hex.length <= shownDigits) return <code className={styles.hex}>{hex}</code>
  return (
    <>
      <code className={styles.hex}>{hex.slice(0, shownDigits)}…</code>
      <details>
        <summary>{label}</summary>
        <code className={styles.hex}>{hex}</code>
      </details>
    </>
  )
}
