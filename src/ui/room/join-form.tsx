/** The first screen: name, group and password, to join a group or create one. */

import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react'
import { readAddress } from '../app/address.ts'
import { useServices, useUi, useWording } from '../app/context.tsx'
import type { Invitation } from '../app/invitation.ts'
import { errorOf } from '../app/session.ts'
import button from '../shared/button.module.css'
import { ErrorAlert, type ShownError } from '../shared/error-alert.tsx'
import fieldStyles from '../shared/field.module.css'
import { Named } from '../shared/named.tsx'
import { PasswordField } from '../shared/password-field.tsx'
import { useSecondsUntil } from '../shared/seconds-until.ts'
import { createGroup, draw } from './create-group.ts'
import { CreatedWords } from './created-words.tsx'
import entranceStyles from './entrance.module.css'
import type { Entrance } from './entrance.ts'
import styles from './join-form.module.css'
import { groupLabel, hiddenGroup, isHidden } from './passphrase.ts'
import { PasswordHelp } from './password-help.tsx'
import { StoredList } from './stored-list.tsx'
import { knownWords, looksLikeWords, readWords } from './words.ts'

type Field = 'name' | 'group' | 'password'
const fields: readonly Field[] = ['name', 'group', 'password']

const fieldOf = (code: string | null): Field | null =>
  code?.startsWith('join/') ? (fields.find((field) => code.endsWith(`-${field}`)) ?? null) : null

const focusField = (form: HTMLFormElement | null, field: Field): void =>
  form?.querySelector<HTMLElement>(`[name=${field}]`)?.focus()

export function JoinForm({ entrance }: { readonly entrance: Entrance }) {
  const words = useWording()
  const { client, store } = useServices()
  const view = useUi((state) => state.view)
  const { name, group } = useUi((state) => state.form)
  const wasJoined = useUi(({ session }) => session.joined)
  const { password, setPassword, created, setCreated } = entrance
  const [creating, setCreating] = useState(created !== null)
  const [shown, setShown] = useState(created !== null)
  const invited = useUi((state) => state.invited)
  /** Of the invitation that filled the form in, as long as its group stands there. */
  const [inviting, setInviting] = useState<Invitation | null>(null)
  const [stay, setStay] = useState(false)
  /** Words that are not in the list were named once: who insists may try them. */
  const warned = useRef('')
  const [unknown, setUnknown] = useState<readonly string[]>([])
  /** Found by the page; stands until the next try. */
  const [ownError, setOwnError] = useState<ShownError | null>(() =>
    !isSecureContext ? 'page/insecure' : readAddress(location).relayUrl === null ? 'page/bad-relay' : null,
  )
  /** The view that a join was asked under: until another comes, the answer is awaited. */
  const [askedUnder, setAskedUnder] = useState<typeof view | null>(null)
  const waiting = askedUnder === view
  const form = useRef<HTMLFormElement>(null)
  const ids = { title: useId(), name: useId(), group: useId(), hint: useId(), stay: useId(), error: useId() }

  const failed = entrance.tried === null ? errorOf(view) : null
  const error = ownError === null ? (waiting ? null : failed) : { code: ownError, retryAt: null }
  const wrong = fieldOf(error?.code ?? null)
  const returned = view.phase !== 'idle' && entrance.tried === null
  const untilRetry = useSecondsUntil(error?.retryAt ?? null) ?? 0
  const isGuest = inviting !== null && inviting.group === group

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
  }, [invited, store, setPassword])

  const setForm = (change: Partial<Record<'name' | 'group', string>>): void =>
    store.setState((state) => ({ form: { ...state.form, ...change } }))

  const ask = (text: string, found: boolean): void => {
    const { relayUrl, transport } = readAddress(location)
    if (relayUrl === null) return
    // An edited label is still the label of a group that nobody comes upon.
    const label = group.trim()
    const whole = creating && created !== null && !isHidden(label) ? hiddenGroup(label, draw) : label
    if (whole !== group) setForm({ group: whole })
    setAskedUnder(view)
    entrance.setTried(null)
    if (found) entrance.foundNext()
    client.dispatch({
      kind: 'join',
      name: name.trim(),
      group: whole,
      password: text,
      door: created?.password === text ? 'open' : 'strict',
      inviter: inviting?.group === whole ? inviting.inviter : null,
      stored: stay,
      relayUrl,
      transport,
    })
  }

  const enter = (found = false): void => {
    if (waiting) return
    const values = { name: name.trim(), group: group.trim(), password }
    const empty = fields.find((field) => values[field] === '')
    const problem: ShownError | null = !isSecureContext
      ? 'page/insecure'
      : readAddress(location).relayUrl === null
        ? 'page/bad-relay'
        : empty === undefined
          ? null
          : `join/empty-${empty}`
    setOwnError(problem)
    if (problem !== null) {
      if (empty !== undefined) focusField(form.current, empty)
      return
    }
    if (password === created?.password || !looksLikeWords(password)) return ask(password, found)
    knownWords().then(
      (list) => {
        const reading = readWords(password, list)
        if (reading.kind === 'unknown' && warned.current !== password) {
          warned.current = password
          setUnknown(reading.words)
          return focusField(form.current, 'password')
        }
        ask(reading.kind === 'words' ? reading.text : password, found)
      },
      // The list cannot be fetched just now: what was typed is tried as it is.
      () => ask(password, found),
    )
  }

  const create = (): void => {
    setCreating(true)
    createGroup(groupLabel(group.trim())).then(
      (made) => {
        setForm({ group: made.group })
        setPassword(made.password)
        setShown(true)
        setCreated(made)
        setInviting(null)
        setOwnError(null)
        if (name.trim() === '') focusField(form.current, 'name')
      },
      () => setOwnError('page/incomplete'),
    )
  }
  const join = (): void => {
    setCreating(false)
    setCreated(null)
    setShown(false)
    if (created !== null) {
      setPassword('')
      setForm({ group: groupLabel(group) })
    }
  }
  const onPassword = (text: string): void => {
    setPassword(text)
    setUnknown([])
  }

  const textField = (field: 'name' | 'group') => (
    <div className={fieldStyles.field} hidden={field === 'group' && isGuest}>
      <label htmlFor={ids[field]}>{words.join[field]}</label>
      <input
        id={ids[field]}
        name={field}
        className={styles.text}
        value={field === 'name' ? name : group}
        onChange={({ target }) => setForm({ [field]: target.value })}
        autoComplete={field === 'name' ? 'nickname' : 'off'}
        autoCapitalize={field === 'name' ? 'words' : 'off'}
        spellCheck={false}
        required
        aria-invalid={wrong === field}
        {...(wrong === field ? { 'aria-describedby': ids.error } : {})}
      />
      {field === 'group' && creating && isHidden(group.trim()) && (
        <p className={fieldStyles.hint}>
          <Named names={[groupLabel(group.trim())]} text={words.join.labelHint} />
        </p>
      )}
    </div>
  )

  return (
    <div className={entranceStyles.screen}>
      <StoredList entrance={entrance} />
      <form
        ref={form}
        className={entranceStyles.card}
        onSubmit={(event: SubmitEvent) => {
          event.preventDefault()
          enter()
        }}
        noValidate
        aria-labelledby={ids.title}
      >
        {!isGuest && (
          <fieldset className={styles.choice} aria-label={words.join.choice}>
            <button type="button" aria-pressed={!creating} onClick={join}>
              {words.join.joinChoice}
            </button>
            <button type="button" aria-pressed={creating} aria-label={words.join.create} onClick={create}>
              {words.join.createChoice}
            </button>
          </fieldset>
        )}
        <h1 id={ids.title} className={styles.title}>
          {isGuest ? (
            <Named names={[groupLabel(inviting.group)]} text={words.join.invited} />
          ) : creating ? (
            words.join.createTitle
          ) : (
            words.join.title
          )}
        </h1>
        <p className={styles.lead}>{words.join.lead}</p>
        {view.phase === 'left' && error === null && (
          <p className={styles.note}>
            {wasJoined ? words.join.left(groupLabel(view.group ?? group.trim())) : words.join.cancelled}
          </p>
        )}
        {textField('name')}
        {textField('group')}
        <PasswordField
          label={words.join.password}
          name="password"
          value={password}
          onChange={onPassword}
          shown={shown}
          onShown={setShown}
          words={words.join}
          invalid={wrong === 'password' || unknown.length > 0}
          describedBy={wrong === 'password' ? `${ids.error} ${ids.hint}` : ids.hint}
        >
          {unknown.length > 0 && (
            <p role="alert" className={styles.unknown}>
              {words.join.unknownWords(unknown.join(', '), unknown.length)}
            </p>
          )}
          <div id={ids.hint}>
            <PasswordHelp
              password={password}
              shown={shown}
              isNew={creating && created?.password !== password}
              onChange={onPassword}
            />
          </div>
        </PasswordField>
        {creating && created !== null && created.password === password && (
          <CreatedWords created={created} group={group.trim()} onAgain={create} />
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
          {untilRetry > 0 && <span aria-hidden="true"> ({untilRetry})</span>}
        </button>
        {error?.code === 'pake/failed' && (
          <button type="button" title={words.progress.foundHint} onClick={() => enter(true)}>
            {words.progress.found}
          </button>
        )}
        {isGuest && (
          <button type="button" className={button.quiet} onClick={() => setInviting(null)}>
            {words.join.another}
          </button>
        )}
        {readAddress(location).transport === 'relay' && (
          <p className={fieldStyles.hint}>{words.join.relayOnly}</p>
        )}
      </form>
    </div>
  )
}
