/** The room: members and group key beside the conversation. */

import { useMemo, useState } from 'react'
import { useServices, useUi, useWording } from '../app/context.tsx'
import { ErrorAlert } from '../shared/error-alert.tsx'
import { useFormats } from '../shared/format.ts'
import { Named } from '../shared/named.tsx'
import { Composer } from './composer.tsx'
import { Conversation } from './conversation.tsx'
import { useDrop } from './files/offer.ts'
import { GroupKey, RoomNumber } from './group-key.tsx'
import { Invite } from './invite.tsx'
import { Members } from './members.tsx'
import { PasswordDialog } from './password-dialog.tsx'
import { PasswordInForce } from './password-in-force.tsx'
import styles from './room.module.css'
import { labelsOf } from './timeline.ts'

export function Room() {
  const words = useWording()
  const { client } = useServices()
  const { minute } = useFormats()
  const { group, members, messages, error, password, admission, invitation, splitAfterMs } = useUi(
    ({ view }) => view,
  )
  const metOthers = useUi(({ session }) => session.metOthers)
  const labels = useMemo(() => labelsOf(members, messages), [members, messages])
  const alone = members.length <= 1
  const split = members.filter((member) => member.split).map(({ id, name }) => labels.get(id) ?? name)
  const removedWhoKnow = password.knownToRemoved
  const [changing, setChanging] = useState(false)
  const { over, ...dropping } = useDrop()

  return (
    <div className={styles.room}>
      <div className={styles.bar}>
        <h1 className={styles.title} dir="auto">
          {group}
        </h1>
        <button type="button" className={styles.leave} onClick={() => client.dispatch({ kind: 'leave' })}>
          {words.room.leave}
        </button>
      </div>
      <aside className={styles.side}>
        <Members labels={labels} />
        <RoomNumber />
        <PasswordInForce />
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
      </aside>
      <section className={styles.talk} aria-label={words.shell.room} {...dropping}>
        {over && <p className={styles.drop}>{words.files.drop}</p>}
        {alone && (
          <div className={styles.alone}>
            <strong>{metOthers ? words.room.aloneTitle : words.room.firstTitle}</strong>
            <p>{words.room.invite(group ?? '')}</p>
            <Invite group={group ?? ''} password={null} inviter={invitation} />
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
          <p className={styles.returning}>{words.room.shutUntil(minute(admission.shutUntil))}</p>
        )}
        {removedWhoKnow > 0 && (
          <div className={styles.returning}>
            <p>{words.removal.returning(removedWhoKnow)}</p>
            <button type="button" onClick={() => setChanging(true)}>
              {words.removal.change}
            </button>
          </div>
        )}
        {changing && <PasswordDialog member={null} onClose={() => setChanging(false)} />}
        <Conversation labels={labels} />
        {error !== null && (
          <ErrorAlert
            code={error.code}
            retryAt={error.retryAt}
            onDismiss={() => client.dispatch({ kind: 'dismiss-error' })}
          />
        )}
        <Composer />
      </section>
    </div>
  )
}
