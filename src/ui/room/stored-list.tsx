/** The memberships stored in this browser, each sealed under its group’s password. */

import { type SubmitEvent, useId, useState } from 'react'
import type { StoredView } from '../../host/index.ts'
import { readAddress } from '../app/address.ts'
import { useServices, useUi, useWording } from '../app/context.tsx'
import field from '../shared/field.module.css'
import { useFormats } from '../shared/format.ts'
import { PasswordInput } from '../shared/password-field.tsx'
import screen from '../shared/screen.module.css'
import entrance from './entrance.module.css'
import styles from './stored-list.module.css'

export function StoredList() {
  const words = useWording()
  const stored = useUi((state) => state.stored)
  const titleId = useId()
  if (stored.length === 0) return null
  return (
    <section className={`${entrance.card} ${styles.section}`} aria-labelledby={titleId}>
      <h2 id={titleId}>{words.stored.title}</h2>
      <p className={field.hint}>{words.stored.lead}</p>
      <ul className={styles.list} aria-labelledby={titleId}>
        {stored.map((one) => (
          <Stored key={one.id} stored={one} />
        ))}
      </ul>
    </section>
  )
}

function Stored({ stored: { id, group, name, createdAt } }: { readonly stored: StoredView }) {
  const words = useWording()
  const { client } = useServices()
  const { day } = useFormats()
  const [password, setPassword] = useState('')
  const [forgetting, setForgetting] = useState(false)

  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault()
    const { relayUrl, transport } = readAddress(location)
    if (relayUrl === null || password === '') return
    client.dispatch({ kind: 'resume', id, password, relayUrl, transport })
    setPassword('')
  }

  return (
    <li className={styles.item}>
      <p>
        <strong>{group}</strong> <small>{words.stored.since(name, day(createdAt))}</small>
      </p>
      <form className={`${screen.bar} ${styles.row}`} onSubmit={onSubmit}>
        <PasswordInput
          label={words.stored.password(group)}
          placeholder={words.join.password}
          value={password}
          onChange={setPassword}
        />
        <button type="submit" aria-label={`${words.stored.resume} ${group}`}>
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
            aria-label={`${words.stored.forget} ${group}`}
            onClick={() => setForgetting(true)}
          >
            {words.stored.forget}
          </button>
        )}
      </form>
      {forgetting && (
        <p className={field.hint} role="status">
          {words.stored.forgetHint}
        </p>
      )}
    </li>
  )
}
