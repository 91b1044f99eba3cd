import { useMemo } from 'react'
import type { View } from '../../host/index.ts'
import { useServices, useUi, useWording } from '../app/context.tsx'
import { Named } from '../shared/named.tsx'
import { Conversation } from './conversation.tsx'
import { groupLabel } from './passphrase.ts'
import styles from './room.module.css'
import { labelsOf } from './timeline.ts'

/** Others ended this membership: by whom and why, and what was read until then. */
export function Ended({ room }: { readonly room: View }) {
  const words = useWording()
  const { client, store } = useServices()
  const removal = useUi(({ view }) => view.removal)
  const labels = useMemo(() => labelsOf(room.members, room.messages), [room])
  const discard = (): void => {
    store.setState(({ session }) => ({ session: { ...session, ended: null } }))
    client.dispatch({ kind: 'dismiss-error' })
  }
  const { by, reason } = removal ?? { by: null, reason: null }
  return (
    <div className={styles.ended}>
      <h1 className={styles.title} dir="auto">
        {groupLabel(room.group ?? '')}
      </h1>
      <p role="alert" className={styles.split}>
        {by !== null && reason !== 'expired' && reason !== 'left' ? (
          <Named names={[by]} text={words.room.removedBy} />
        ) : (
          words.room.endedReasons[reason ?? 'evicted']
        )}
      </p>
      <p>{words.room.endedLead}</p>
      <Conversation labels={labels} ended={room} />
      <div>
        <button type="button" onClick={discard}>
          {words.room.discard}
        </button>
      </div>
    </div>
  )
}
