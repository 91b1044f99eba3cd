import { useState } from 'react'
import { useUi, useWording } from '../app/context.tsx'
import styles from './group-key.module.css'
import { VerifyDialog } from './verify-dialog.tsx'

/** What people compare, once for everybody. */
export function RoomNumber() {
  const { room } = useWording()
  const { roomNumber, members } = useUi(({ view }) => view)
  const [comparing, setComparing] = useState(false)
  if (roomNumber === null) return null
  const others = members.filter(({ link }) => link !== 'self')
  return (
    <section className={styles.numbers}>
      <h2>{room.roomNumber}</h2>
      <p data-testid="room-number" className={styles.number}>
        {roomNumber.digits}
      </p>
      <p className={styles.hint}>{room.roomNumberHint}</p>
      <button type="button" className={styles.compare} onClick={() => setComparing(true)}>
        {room.verifyEverybody}
      </button>
      {comparing && (
        <VerifyDialog
          member={null}
          number={roomNumber}
          verified={others.every(({ verified }) => verified)}
          onClose={() => setComparing(false)}
        />
      )}
    </section>
  )
}

/** Technical fields: the key that the group is on. */
export function GroupKey() {
  const { room } = useWording()
  const { epoch, fingerprint, members, selfId, defects } = useUi(({ view }) => view)
  const split = members.some((member) => member.split)
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
      {defects > 0 && (
        <p className={styles.hint} data-testid="defects">
          {room.defects(defects)}
        </p>
      )}
    </section>
  )
}
