/** Removes a member, changes the password, or both at once. */

import { type SubmitEvent, useId, useState } from 'react'
import { useServices, useWording } from '../app/context.tsx'
import button from '../shared/button.module.css'
import { Dialog } from '../shared/dialog.tsx'
import field from '../shared/field.module.css'
import { Named } from '../shared/named.tsx'
import { PasswordField } from '../shared/password-field.tsx'
import screen from '../shared/screen.module.css'
import { suggestPassphrase } from './create-group.ts'
import styles from './password-dialog.module.css'
import { PasswordHelp } from './password-help.tsx'
import { knownWords, looksLikeWords, readWords } from './words.ts'

interface Props {
  /** Who is removed; `null` where only the password changes. */
  readonly member: { readonly id: string; readonly name: string } | null
  readonly onClose: () => void
  readonly onChosen?: (password: string) => void
}

export function PasswordDialog({ member, onClose, onChosen }: Props) {
  const { removal: words } = useWording()
  const { client } = useServices()
  const [password, setPassword] = useState('')
  const [shown, setShown] = useState(false)
  /** Generated ones have 64 bits: guesses at them need not be counted. */
  const [suggested, setSuggested] = useState<string | null>(null)
  const [withInvited, setWithInvited] = useState(false)
  const [missing, setMissing] = useState(false)
  const ids = { hint: useId(), error: useId() }

  const remove = (newPassword: string | null): void => {
    const door = newPassword !== null && newPassword === suggested ? 'open' : 'strict'
    if (member !== null)
      client.dispatch({ kind: 'remove', member: member.id, withInvited, newPassword, door })
    else if (newPassword !== null) client.dispatch({ kind: 'change-password', newPassword, door })
    if (newPassword !== null) onChosen?.(newPassword)
    onClose()
  }
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault()
    setMissing(password === '')
    if (password === '') return
    if (password === suggested || !looksLikeWords(password)) return remove(password)
    // In the form that it will be typed in, whatever the phone makes of it.
    knownWords().then(
      (list) => {
        const reading = readWords(password, list)
        remove(reading.kind === 'words' ? reading.text : password)
      },
      () => remove(password),
    )
  }
  const suggest = (): void => {
    suggestPassphrase().then(
      (words) => {
        setPassword(words)
        setSuggested(words)
        setShown(true)
        setMissing(false)
      },
      // The list cannot be fetched just now: a password can still be typed.
      () => undefined,
    )
  }

  const names = member === null ? [] : [member.name]
  return (
    <Dialog
      title={member === null ? words.changeTitle : <Named names={names} text={words.removeName} />}
      onClose={onClose}
    >
      <p>{member === null ? words.changeLead : <Named names={names} text={words.lead} />}</p>
      {member !== null && (
        <label className={styles.tick}>
          <input
            type="checkbox"
            checked={withInvited}
            onChange={({ target }) => setWithInvited(target.checked)}
          />
          <span>
            <Named names={names} text={words.withInvited} />
          </span>
        </label>
      )}
      <form className={styles.form} onSubmit={onSubmit} noValidate>
        <PasswordField
          label={words.newPassword}
          value={password}
          onChange={setPassword}
          shown={shown}
          onShown={setShown}
          words={words}
          invalid={missing}
          describedBy={missing ? `${ids.error} ${ids.hint}` : ids.hint}
        >
          {missing && (
            <p id={ids.error} role="alert" className={styles.error}>
              {words.empty}
            </p>
          )}
          <div id={ids.hint}>
            <p className={field.hint}>{words.hint}</p>
            {password !== '' && (
              <PasswordHelp
                password={password}
                shown={false}
                isNew={password !== suggested}
                onChange={setPassword}
              />
            )}
          </div>
        </PasswordField>
        <div className={screen.bar}>
          <button type="button" onClick={suggest}>
            {words.suggest}
          </button>
          <button type="submit" className={button.primary}>
            {member === null ? words.change : words.removeAndChange}
          </button>
        </div>
      </form>
      {member !== null && (
        <p className={field.hint}>
          <Named names={names} text={words.removeOnlyHint} />
        </p>
      )}
      <div className={screen.bar}>
        {member !== null && (
          <button type="button" onClick={() => remove(null)}>
            {words.removeOnly}
          </button>
        )}
        <button type="button" onClick={onClose}>
          {words.cancel}
        </button>
      </div>
    </Dialog>
  )
}
