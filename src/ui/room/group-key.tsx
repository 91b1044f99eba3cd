/** Epoch and fingerprint of the group key, and the own id. */

import { useUi, useWording } from '../app/context.tsx'
import styles from './group-key.module.css'

export function GroupKey() {
  const { room } = useWording()
  const epoch = useUi(({ view }) => view.epoch)
  const fingerprint = useUi(({ view }) => view.fingerprint)
  const split = useUi(({ view }) => view.members.some((member) => member.split))
  const selfId = useUi(({ view }) => view.selfId)
  return (
    <section>
      <h2>{room.groupKey}</h2>
      <dl className={styles.facts}>
        <div>
          <dt>{room.epoch}</dt>
          <dd data-testid="epoch">{epoch}</dd>
        </div>
        <div>
          <dt>{room.fingerprint}</dt>
          <dd data-testid="group-key-fingerprint" className={styles.fingerprint} data-split={split}>
            {fingerprint}
          </dd>
          <dd className={styles.hint}>{room.fingerprintHint}</dd>
        </div>
        <div>
          <dt>{room.yourId}</dt>
          <dd data-testid="self-id" className={styles.hex}>
            {selfId}
          </dd>
        </div>
      </dl>
    </section>
  )
}
