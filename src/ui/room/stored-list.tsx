/** The memberships stored in this browser, each sealed under its group’s password. */

import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react'
import type { StoredView } from '../../host/index.ts'
import { readAddress } from '../app/address.ts'
import { useServices, useUi, useWording } from '../app/context.tsx'
import { errorOf } from '../app/session.ts'
import { ErrorAlert } from '../shared/error-alert.tsx'
import field from '../shared/field.module.css'
import { useFormats } from '../shared/format.ts'
import { PasswordInput } from '../shared/password-field.tsx'
import screen from '../shared/screen.module.css'
import entranceStyles from './entrance.module.css'
import type { Entrance } from './entrance.ts'
import { groupLabel } from './passphrase.ts'
import styles from './stored-list.module.css'
import { knownWords, looksLikeWords, readWords } from './words.ts'

export function StoredList({ entrance }: { readonly entrance: Entrance }) {
  const words = useWording()
  const stored = useUi((state) => state.stored)
  const titleId = useId()
  if (stored.length === 0) return null
  return (
    <section className={`${entranceStyles.card} ${styles.section}`} aria-labelledby={titleId}>
      <h2 id={titleId}>{words.stored.title}</h2>
      <p className={field.hint}>{words.stored.lead}</p>
      <ul className={styles.list} aria-labelledby={titleId}>
        {stored.map((one) => (
          <Stored key={one.id} stored={one} entrance={entrance} />
        ))}
      </ul>
    </section>
  )
}

interface Props {
  readonly stored: StoredView
  readonly entrance: Entrance
}

function Stored({ stored: { id, group, name, createdAt }, entrance: { tried, setTried } }: Props) {
  const words = useWording()
  const { client } = useServices()
  const { day } = useFormats()
  const [password, setPassword] = useState('')
  const [forgetting, setForgetting] = useState(false)
  const view = useUi((state) => state.view)
  const error = tried === id ? errorOf(view) : null
  const errorId = useId()
  const form = useRef<HTMLFormElement>(null)
  // Back at what was tried, with the cause beside it.
  const failed = error !== null
  useEffect(() => {
    if (failed) form.current?.querySelector('input')?.focus()
  }, [failed])

  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault()
    const { relayUrl, transport } = readAddress(location)
    if (relayUrl === null || password === '') return
    const resume = (text: string): void => {
      setTried(id)
      client.dispatch({ kind: 'resume', id, password: text, relayUrl, transport })
    }
    if (!looksLikeWords(password)) return resume(password)
    knownWords().then(
      (list) => {
        const reading = readWords(password, list)
        resume(reading.kind === 'words' ? reading.text : password)
      },
      () => resume(password),
    )
  }

  return (
    <li className={styles.item}>
      <p>
        <strong>
          <bdi>{groupLabel(group)}</bdi>
        </strong>{' '}
        <small>{words.stored.since(name, day(createdAt))}</small>
      </p>
      <form ref={form} className={`${screen.bar} ${styles.row}`} onSubmit={onSubmit}>
        <PasswordInput
          label={words.stored.password(groupLabel(group))}
          placeholder={words.join.password}
          value={password}
          onChange={setPassword}
          invalid={failed}
          describedBy={failed ? errorId : undefined}
        />
        <button type="submit" aria-label={`${words.stored.resume} ${groupLabel(group)}`}>
          {words.stored.resume}
        </button>
        {forgetting ? (
          <>
            <button
              type="button"
              className={styles.danger}
              onClick={() => client.dispatch({ kind: 'forget', id })}
            >
              {words.stored.reallyForget}
            </button>
            <button type="button" onClick={() => setForgetting(false)}>
              {words.stored.keep}
            </button>
          </>
        ) : (
          <button
            type="button"
            aria-label={`${words.stored.forget} ${groupLabel(group)}`}
            onClick={() => setForgetting(true)}
          >
            {words.stored.forget}
          </button>
        )}
      </form>
      {error !== null && <ErrorAlert id={errorId} code={error.code} retryAt={error.retryAt} />}
      {forgetting && (
        <p className={field.hint} role="status">
          {words.stored.forgetHint}
        </p>
      )}
    </li>
  )
}
