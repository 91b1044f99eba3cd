/** The head of the room: who is here, the invitation, the menu, and the way out. */

import { useEffect, useState } from 'react'
import { useServices, useUi, useWording } from '../app/context.tsx'
import { Avatar } from '../shared/avatar.tsx'
import button from '../shared/button.module.css'
import { Dialog } from '../shared/dialog.tsx'
import { download } from '../shared/download.ts'
import { useFormats } from '../shared/format.ts'
import { Icon, type IconName } from '../shared/icon.tsx'
import { Named } from '../shared/named.tsx'
import { Popover } from '../shared/popover.tsx'
import screen from '../shared/screen.module.css'
import { Invite } from './invite.tsx'
import { exportText } from './lines.ts'
import { nameOfMember, States, selfFirst } from './members.tsx'
import { groupLabel } from './passphrase.ts'
import styles from './room-header.module.css'
import { ShownPassword } from './shown-password.tsx'

interface Props {
  readonly labels: ReadonlyMap<string, string>
  /** `null` where this page does not know it. */
  readonly password: string | null
  readonly drawn: boolean
  readonly drawerId: string
  readonly inviting: boolean
  readonly onInviting: (inviting: boolean) => void
  readonly onDrawn: (drawn: boolean) => void
  readonly onSearch: () => void
  readonly onNewPassword: () => void
}

/** Faces shown; the number beside them counts everybody. */
const faces = 5

export function RoomHeader(props: Props) {
  const { labels, password, drawn, drawerId, inviting, onInviting, onDrawn, onSearch, onNewPassword } = props
  const words = useWording()
  const { room } = words
  const { client, store } = useServices()
  const { group, members, messages, invitation } = useUi(({ view }) => view)
  const { dateTime } = useFormats()
  const [leaving, setLeaving] = useState(false)
  const lossy = useLoss()
  const split = members.filter((member) => member.split).length
  const shown = selfFirst(members)
  const Faces = drawn ? 'div' : 'ul'
  const Face = drawn ? 'span' : 'li'

  const leave = (): void => {
    store.setState({ draft: { group: '', text: '' }, reply: null, clearedAt: 0 })
    client.dispatch({ kind: 'leave' })
  }
  const save = (): void => {
    const text = exportText(
      messages,
      ({ senderId, senderName }) => labels.get(senderId) ?? senderName,
      dateTime,
    )
    download('conversation.txt', new Blob([text], { type: 'text/plain;charset=utf-8' }))
  }
  const items: readonly (readonly [IconName, string, () => void])[] = [
    ['search', room.search, onSearch],
    ['key', words.removal.newOne, onNewPassword],
    ['download', room.export, save],
    ['remove', room.clear, () => store.setState({ clearedAt: Date.now() })],
  ]

  return (
    <header className={styles.header}>
      <Faces className={styles.faces} {...(drawn ? { 'aria-hidden': true } : { 'aria-label': room.members })}>
        {shown.map((member, place) => (
          <Face key={member.id} hidden={drawn && place >= faces} data-more={place >= faces}>
            <Avatar
              id={member.id}
              name={nameOfMember(member, labels, room)}
              small
              asleep={member.asleep || member.link === 'offline'}
            />
            {!drawn && (
              <span className="visually-hidden">
                {nameOfMember(member, labels, room)} <States member={member} />
              </span>
            )}
          </Face>
        ))}
      </Faces>
      <div className={styles.about}>
        <h1 className={styles.title} dir="auto">
          {groupLabel(group ?? '')}
        </h1>
        <button
          type="button"
          className={styles.chip}
          data-split={split > 0}
          aria-expanded={drawn}
          aria-controls={drawerId}
          onClick={() => onDrawn(!drawn)}
        >
          <Icon name={split > 0 ? 'warning' : 'lock'} />
          {room.presence(members.length, split)}
        </button>
      </div>
      <button
        type="button"
        className={styles.invite}
        aria-label={words.invite.invite}
        onClick={() => onInviting(true)}
      >
        <Icon name="invite" />
        <span>{words.invite.invite}</span>
      </button>
      <Popover icon="more" label={room.more}>
        {(close) =>
          items.map(([icon, label, act]) => (
            <button
              key={icon}
              type="button"
              className={button.item}
              onClick={() => {
                close()
                act()
              }}
            >
              <Icon name={icon} />
              {label}
            </button>
          ))
        }
      </Popover>
      <button
        type="button"
        className={button.icon}
        aria-label={room.leave}
        title={room.leave}
        onClick={() => (lossy ? setLeaving(true) : leave())}
      >
        <Icon name="leave" />
      </button>
      {inviting && (
        <Dialog
          title={<Named names={[groupLabel(group ?? '')]} text={words.invite.title} />}
          onClose={() => onInviting(false)}
        >
          <Invite group={group ?? ''} password={password} inviter={invitation} />
          <ShownPassword password={password} />
          <div className={screen.bar}>
            <button type="button" onClick={() => onInviting(false)}>
              {room.close}
            </button>
          </div>
        </Dialog>
      )}
      {leaving && (
        <Dialog title={room.leaveTitle} onClose={() => setLeaving(false)}>
          <p>{room.leaveLoses}</p>
          <div className={screen.bar}>
            <button type="button" className={button.primary} onClick={leave}>
              {room.leaveContinue}
            </button>
            <button type="button" onClick={() => setLeaving(false)}>
              {room.leaveStay}
            </button>
          </div>
        </Dialog>
      )}
    </header>
  )
}

/** Whether leaving would lose anything; the browser asks too, before it reloads or closes what only this tab holds. */
const useLoss = (): boolean => {
  const hasMessages = useUi(({ view }) => view.messages.length > 0)
  const isSending = useUi(({ view }) =>
    view.files.some(({ parts }) => parts.some(({ phase }) => phase === 'sending' || phase === 'receiving')),
  )
  const stored = useUi(({ view }) => view.stored)
  const { store } = useServices()
  const loses = hasMessages || isSending
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => {
      if (isSending || (loses && !stored) || store.getState().draft.text !== '') event.preventDefault()
    }
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [loses, isSending, stored, store])
  return loses
}
