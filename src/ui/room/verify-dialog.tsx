import { useEffect, useState } from 'react'
import type { SafetyNumber } from '../../host/index.ts'
import { useServices, useWording } from '../app/context.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { Named } from '../shared/named.tsx'
import screen from '../shared/screen.module.css'
import { wordsOf } from './create-group.ts'
import styles from './verify-dialog.module.css'

interface Props {
  /** Whom the number is compared with; `null`: the room number, with everybody. */
  readonly member: { readonly id: string; readonly name: string } | null
  readonly number: SafetyNumber
  readonly verified: boolean
  readonly onClose: () => void
}

/** A number that people compare: seeing the same on both screens, they have nobody in between. */
export function VerifyDialog({ member, number, verified, onClose }: Props) {
  const { room } = useWording()
  const { client } = useServices()
  const [answer, setAnswer] = useState<'same' | 'different' | null>(null)
  const judge = (same: boolean): void => {
    client.dispatch({ kind: 'verify', member: member?.id ?? null, same })
    setAnswer(same ? 'same' : 'different')
  }
  const names = member === null ? [] : [member.name]
  return (
    <Dialog
      title={member === null ? room.verifyEverybody : <Named names={names} text={room.verifyName} />}
      onClose={onClose}
    >
      <p>{member === null ? room.verifyEverybodyLead : <Named names={names} text={room.verifyLead} />}</p>
      <Numbers number={number} />
      <p className={styles.question}>
        {member === null ? room.verifyEverybodyQuestion : <Named names={names} text={room.verifyQuestion} />}
      </p>
      <div className={screen.bar}>
        <button
          type="button"
          aria-pressed={answer === 'same' || (answer === null && verified)}
          onClick={() => judge(true)}
        >
          {room.same}
        </button>
        <button type="button" aria-pressed={answer === 'different'} onClick={() => judge(false)}>
          {room.different}
        </button>
        <button type="button" onClick={onClose}>
          {room.close}
        </button>
      </div>
      <output>{answer === 'same' && room.verifiedNow}</output>
      {answer === 'different' && (
        <p role="alert" className={styles.alert}>
          {room.differentNow}
        </p>
      )}
    </Dialog>
  )
}

/** The word list is fetched with the dialog: few people ever open it. */
function Numbers({ number: { digits, words } }: { readonly number: SafetyNumber }) {
  const { room } = useWording()
  const [text, setText] = useState<string | null>('…')
  useEffect(() => {
    let over = false
    const show = (found: string | null): void => {
      if (!over) setText(found)
    }
    wordsOf(words).then(
      (list) => show(list.join(' ')),
      () => show(null),
    )
    return () => {
      over = true
    }
  }, [words])
  return (
    <dl className={styles.facts}>
      <div>
        <dt>{room.safetyNumber}</dt>
        <dd className={styles.digits} data-testid="safety-number">
          {digits}
        </dd>
      </div>
      <div>
        <dt>{room.safetyWords}</dt>
        <dd data-testid="safety-words">{text ?? room.wordsMissing}</dd>
      </div>
    </dl>
  )
}
