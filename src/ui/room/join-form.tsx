/** The first screen: name, group and password, to join a group or create one. */

import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react'
import { readAddress } from '../app/address.ts'
import { useServices, useUi, useWording } from '../app/context.tsx'
import type { Invitation } from '../app/invitation.ts'
import { errorOf } from '../app/session.ts'
import button from '../shared/button.module.css'
import { ErrorAlert, type ShownError } from '../shared/error-alert.tsx'
import fieldStyles from '../shared/field.module.css'
import { useFormats } from '../shared/format.ts'
import { PasswordField } from '../shared/password-field.tsx'
import { type Created, createGroup } from './create-group.ts'
import entrance from './entrance.module.css'
import { Invite } from './invite.tsx'
import styles from './join-form.module.css'
import { passphraseWords } from './passphrase.ts'
import { StoredList } from './stored-list.tsx'

type Field = 'name' | 'group' | 'password'
const fields: readonly Field[] = ['name', 'group', 'password']

const fieldOf = (code: string | null): Field | null =>
  code?.startsWith('join/') ? (fields.find((field) => code.endsWith(`-${field}`)) ?? null) : null

const focusField = (form: HTMLFormElement | null, field: Field): void =>
  form?.querySelector<HTMLElement>(`[name=${field}]`)?.focus()

export function JoinForm() {
  const words = useWording()
  const format = useFormats()
  const { client, store } = useServices()
  const view = useUi((state) => state.view)
  const { name, group } = useUi((state) => state.form)
  const wasJoined = useUi(({ session }) => session.joined)
  const [password, setPassword] = useState('')
  const [shown, setShown] = useState(false)
  const [created, setCreated] = useState<Created | null>(null)
  const invited = useUi((state) => state.invited)
  /** Of the invitation that filled the form in, as long as its group stands there. */
  const [inviting, setInviting] = useState<Invitation | null>(null)
  const [stay, setStay] = useState(false)
  /** Found by the page; stands until the next try. */
  const [ownError, setOwnError] = useState<ShownError | null>(() =>
    !isSecureContext ? 'page/insecure' : readAddress(location).relayUrl === null ? 'page/bad-relay' : null,
  )
  /** The view that a join was asked under: until another comes, the answer is awaited. */
  const [askedUnder, setAskedUnder] = useState<typeof view | null>(null)
  const waiting = askedUnder === view
  const form = useRef<HTMLFormElement>(null)
  const ids = {
    title: useId(),
    name: useId(),
    group: useId(),
    hint: useId(),
    stay: useId(),
    error: useId(),
  }

  const error = ownError === null ? (waiting ? null : errorOf(view)) : { code: ownError, retryAt: null }
  const wrong = fieldOf(error?.code ?? null)
  const returned = view.phase !== 'idle'

  // Back from the room or from a failed try: what is to be typed next is the password.
  useEffect(() => {
    if (returned) focusField(form.current, 'password')
  }, [returned])
  useEffect(() => {
    if (wrong !== null) focusField(form.current, wrong)
  }, [wrong])

  useEffect(() => {
    if (invited === null) return
    setPassword(invited.password ?? '')
    setInviting(invited)
    store.setState(({ form }) => ({ invited: null, form: { ...form, group: invited.group } }))
  }, [invited, store])

  const setForm = (change: Partial<Record<'name' | 'group', string>>): void =>
    store.setState((state) => ({ form: { ...state.form, ...change } }))

  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (waiting) return
    const { relayUrl, transport } = readAddress(location)
    const values = { name: name.trim(), group: group.trim(), password }
    const empty = fields.find((field) => values[field] === '')
    const found: ShownError | null = !isSecureContext
      ? 'page/insecure'
      : relayUrl === null
        ? 'page/bad-relay'
        : empty === undefined
          ? null
          : `join/empty-${empty}`
    setOwnError(found)
    if (found !== null || relayUrl === null) {
      if (empty !== undefined) focusField(form.current, empty)
      return
    }
    setAskedUnder(view)
    const door = created?.password === password ? 'open' : 'strict'
    const inviter = inviting?.group === values.group ? inviting.inviter : null
    client.dispatch({ kind: 'join', ...values, door, inviter, stored: stay, relayUrl, transport })
    setPassword('')
    setShown(false)
    setCreated(null)
  }

  const create = (): void => {
    createGroup().then(
      (made) => {
        setForm({ group: made.group })
        setPassword(made.password)
        setShown(true)
        setCreated(made)
        setOwnError(null)
        if (name.trim() === '') focusField(form.current, 'name')
      },
      () => setOwnError('page/incomplete'),
    )
  }

  const textField = (field: 'name' | 'group') => (
    <div className={fieldStyles.field}>
      <label htmlFor={ids[field]}>{words.join[field]}</label>
      <input
        id={ids[field]}
        name={field}
        value={field === 'name' ? name : group}
        onChange={({ target }) => setForm({ [field]: target.value })}
        autoComplete={field === 'name' ? 'nickname' : 'off'}
        autoCapitalize={field === 'name' ? 'words' : 'off'}
        spellCheck={false}
        required
        aria-invalid={wrong === field}
        {...(wrong === field ? { 'aria-describedby': ids.error } : {})}
      />
    </div>
  )

  return (
    <div className={entrance.screen}>
      <StoredList />
      <form ref={form} className={entrance.card} onSubmit={onSubmit} noValidate aria-labelledby={ids.title}>
        <h1 id={ids.title}>{words.join.title}</h1>
        <p className={styles.lead}>{words.join.lead}</p>
        {view.phase === 'left' && error === null && (
          <p className={styles.note}>
            {wasJoined ? words.join.left(view.group ?? group.trim()) : words.join.cancelled}
          </p>
        )}
        {textField('name')}
        {textField('group')}
        <PasswordField
          label={words.join.password}
          name="password"
          value={password}
          onChange={setPassword}
          shown={shown}
          onShown={setShown}
          words={words.join}
          invalid={wrong === 'password'}
          describedBy={wrong === 'password' ? `${ids.error} ${ids.hint}` : ids.hint}
        >
          <p id={ids.hint} className={fieldStyles.hint}>
            {words.join.passwordHint}
          </p>
        </PasswordField>
        {created !== null && (
          <div className={styles.note}>
            {created.password === password && (
              <p>
                {words.join.created(
                  passphraseWords,
                  format.count(created.listLength),
                  format.decimal(created.bits),
                )}
              </p>
            )}
            <Invite group={group.trim()} password={password} inviter={null} />
          </div>
        )}
        <div className={`${fieldStyles.field} ${styles.stay}`}>
          <label className={styles.check}>
            <input
              type="checkbox"
              checked={stay}
              onChange={({ target }) => setStay(target.checked)}
              aria-describedby={ids.stay}
            />
            {words.join.stay}
          </label>
          <p id={ids.stay} className={fieldStyles.hint}>
            {words.join.stayHint}
          </p>
        </div>
        {error !== null && <ErrorAlert id={ids.error} code={error.code} retryAt={error.retryAt} />}
        <button type="submit" className={`${button.primary} ${styles.submit}`} aria-disabled={waiting}>
          {words.join.submit}
        </button>
        <button type="button" onClick={create}>
          {words.join.create}
        </button>
        {readAddress(location).transport === 'relay' && (
          <p className={fieldStyles.hint}>{words.join.relayOnly}</p>
        )}
      </form>
    </div>
  )
}
