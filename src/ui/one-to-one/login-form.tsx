/** Place and password of a 1-to-1 login, as the side that listens or the side that logs in. */

import { type SubmitEvent, useId, useState } from 'react'
import { readAddress } from '../app/address.ts'
import { useServices, useUi, useWording } from '../app/context.tsx'
import button from '../shared/button.module.css'
import { ErrorAlert, type ShownError } from '../shared/error-alert.tsx'
import field from '../shared/field.module.css'
import { PasswordField } from '../shared/password-field.tsx'
import screen from '../shared/screen.module.css'
import styles from './one-to-one.module.css'

export function LoginForm({ again = false }: { readonly again?: boolean }) {
  const { oneToOne: words } = useWording()
  const { client } = useServices()
  const { error, hardening, place: joined } = useUi(({ oneToOne }) => oneToOne)
  const [place, setPlace] = useState('')
  const [password, setPassword] = useState('')
  const [shown, setShown] = useState(false)
  const [ownError, setOwnError] = useState<ShownError | null>(null)
  const ids = { place: useId(), hint: useId(), error: useId() }
  const code = ownError ?? error?.code ?? null

  const go = (kind: 'listen' | 'log-in'): void => {
    if (hardening) return
    const { relayUrl } = readAddress(location)
    const found = !isSecureContext ? 'page/insecure' : relayUrl === null ? 'page/bad-relay' : null
    setOwnError(found)
    if (found !== null || relayUrl === null) return
    client.oneToOne.dispatch({ kind, place: again ? (joined ?? '') : place, password, relayUrl })
    setPassword('')
    setShown(false)
  }
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault()
    go('log-in')
  }
  const wrong = (part: string): boolean => code?.endsWith(part) ?? false

  return (
    <form className={again ? styles.again : `${styles.panel} ${styles.form}`} onSubmit={onSubmit} noValidate>
      {!again && (
        <div className={field.field}>
          <label htmlFor={ids.place}>{words.place}</label>
          <input
            id={ids.place}
            value={place}
            onChange={({ target }) => setPlace(target.value)}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            required
            aria-invalid={wrong('-place')}
            aria-describedby={wrong('-place') ? ids.error : ids.hint}
          />
          <p id={ids.hint} className={field.hint}>
            {words.placeHint}
          </p>
        </div>
      )}
      <PasswordField
        label={words.password}
        value={password}
        onChange={setPassword}
        shown={shown}
        onShown={setShown}
        words={words}
        invalid={wrong('-password')}
        describedBy={wrong('-password') ? ids.error : undefined}
      />
      {code !== null && !again && <ErrorAlert id={ids.error} code={code} retryAt={error?.retryAt ?? null} />}
      <div className={screen.bar}>
        {!again && (
          <button
            type="button"
            className={button.primary}
            aria-disabled={hardening}
            onClick={() => go('listen')}
          >
            {words.listen}
          </button>
        )}
        <button type="submit" className={button.primary} aria-disabled={hardening}>
          {again ? words.logInAgain : words.logIn}
        </button>
      </div>
    </form>
  )
}
