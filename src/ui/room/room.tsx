/** The room: the conversation, with its members and keys in a drawer beside it, or in a sheet over it on phones. */

import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useServices, useUi, useWording } from '../app/context.tsx'
import button from '../shared/button.module.css'
import { ErrorAlert } from '../shared/error-alert.tsx'
import { useFormats } from '../shared/format.ts'
import { Icon } from '../shared/icon.tsx'
import { Named } from '../shared/named.tsx'
import { Composer } from './composer.tsx'
import { Conversation } from './conversation.tsx'
import type { Entrance } from './entrance.ts'
import { useDrop } from './files/offer.ts'
import { GroupKey, RoomNumber } from './group-key.tsx'
import { Invite } from './invite.tsx'
import { Members } from './members.tsx'
import { groupLabel } from './passphrase.ts'
import { PasswordDialog } from './password-dialog.tsx'
import { PasswordInForce } from './password-in-force.tsx'
import styles from './room.module.css'
import { RoomHeader } from './room-header.tsx'
import { labelsOf } from './timeline.ts'

const isWide = (): boolean => matchMedia('(min-width: 1000px)').matches

export function Room({ entrance }: { readonly entrance: Entrance }) {
  const words = useWording()
  const { client } = useServices()
  const { minute } = useFormats()
  const { group, members, messages, error, password, admission, invitation, splitAfterMs, connection } =
    useUi(({ view }) => view)
  const metOthers = useUi(({ session }) => session.metOthers)
  const labels = useMemo(() => labelsOf(members, messages), [members, messages])
  const alone = members.length <= 1
  const split = members.filter((member) => member.split).map(({ id, name }) => labels.get(id) ?? name)
  const [changing, setChanging] = useState(false)
  const [inviting, setInviting] = useState(false)
  const [drawn, setDrawn] = useState(isWide)
  const [query, setQuery] = useState<string | null>(null)
  const { over, ...dropping } = useDrop()
  const drawerId = useId()
  const known = useKnownPassword(entrance.password)

  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setQuery((now) => now ?? '')
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])

  return (
    <div className={styles.room} data-drawn={drawn}>
      <RoomHeader
        labels={labels}
        password={known}
        drawn={drawn}
        drawerId={drawerId}
        inviting={inviting}
        onInviting={setInviting}
        onDrawn={setDrawn}
        onSearch={() => setQuery((now) => (now === null ? '' : null))}
        onNewPassword={() => setChanging(true)}
      />
      <section className={styles.talk} aria-label={words.shell.room} {...dropping}>
        {over && <p className={styles.drop}>{words.files.drop}</p>}
        {query !== null && <Search query={query} onQuery={setQuery} />}
        <div className={styles.banners}>
          {connection !== 'online' && (
            <p className={styles.banner} role="status">
              <Icon name="warning" />
              {words.room.relayAway}
            </p>
          )}
          {alone && (
            <div className={styles.alone}>
              <strong>{metOthers ? words.room.aloneTitle : words.room.firstTitle}</strong>
              <p>
                <Named names={[groupLabel(group ?? '')]} text={words.room.invite} />
              </p>
              {!inviting && <Invite group={group ?? ''} password={known} inviter={invitation} />}
            </div>
          )}
          {split.length > 0 && (
            <p role="alert" className={styles.split}>
              <Named
                names={split}
                text={(...names) => words.removal.split(names.join(', '), splitAfterMs / 1000)}
              />
            </p>
          )}
          {admission.shutUntil !== null && (
            <p className={styles.banner}>{words.room.shutUntil(minute(admission.shutUntil))}</p>
          )}
          {password.knownToRemoved > 0 && (
            <div className={styles.banner}>
              <p>{words.removal.returning(password.knownToRemoved)}</p>
              <button type="button" onClick={() => setChanging(true)}>
                {words.removal.change}
              </button>
            </div>
          )}
        </div>
        {changing && (
          <PasswordDialog member={null} onClose={() => setChanging(false)} onChosen={entrance.setPassword} />
        )}
        <Conversation labels={labels} query={query ?? ''} />
        {error !== null && (
          <div className={styles.error}>
            <ErrorAlert
              code={error.code}
              retryAt={error.retryAt}
              onDismiss={() => client.dispatch({ kind: 'dismiss-error' })}
            />
          </div>
        )}
        <Composer />
      </section>
      <Drawer id={drawerId} drawn={drawn} onClose={() => setDrawn(false)}>
        <Members labels={labels} onChosen={entrance.setPassword} />
        <RoomNumber />
        <PasswordInForce onChosen={entrance.setPassword} />
        <GroupKey />
        <details className={styles.words}>
          <summary>{words.room.wordsTitle}</summary>
          <dl>
            {words.room.words.map(([word, meaning]) => (
              <div key={word}>
                <dt>{word}</dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </details>
      </Drawer>
    </div>
  )
}

/** The password in force, if this page knows it: somebody else may have changed it since. */
const useKnownPassword = (password: string): string | null => {
  const isMine = useUi(({ view }) => view.password.isMine)
  const wasChanged = useUi(({ view }) => view.notices.some(({ code }) => code === 'password-changed'))
  return password !== '' && (isMine || !wasChanged) ? password : null
}

interface DrawerProps {
  readonly id: string
  readonly drawn: boolean
  readonly onClose: () => void
  readonly children: React.ReactNode
}

function Drawer({ id, drawn, onClose, children }: DrawerProps) {
  const { room } = useWording()
  const closing = useRef<HTMLButtonElement>(null)
  // As a sheet it lies over its opener: the focus goes in, and comes back.
  useLayoutEffect(() => {
    const opener = document.activeElement
    if (!drawn || isWide() || !(opener instanceof HTMLElement)) return
    closing.current?.focus()
    return () => opener.focus()
  }, [drawn])
  const onKeyDown = (event: KeyboardEvent): void => {
    const inDialog = (event.target as Element).closest('dialog') !== null
    if (event.key === 'Escape' && !inDialog && !isWide()) onClose()
  }
  return (
    <aside id={id} className={styles.side} hidden={!drawn} aria-label={room.details} onKeyDown={onKeyDown}>
      <button
        ref={closing}
        type="button"
        className={styles.closeSheet}
        aria-label={room.closeDetails}
        onClick={onClose}
      >
        <Icon name="close" />
      </button>
      {children}
    </aside>
  )
}

interface SearchProps {
  readonly query: string
  readonly onQuery: (query: string | null) => void
}

function Search({ query, onQuery }: SearchProps) {
  const { room } = useWording()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <search className={styles.search}>
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        value={query}
        aria-label={room.search}
        placeholder={room.search}
        onChange={({ target }) => onQuery(target.value)}
        onKeyDown={({ key }) => key === 'Escape' && onQuery(null)}
      />
      <button type="button" className={button.icon} aria-label={room.close} onClick={() => onQuery(null)}>
        <Icon name="close" />
      </button>
    </search>
  )
}
