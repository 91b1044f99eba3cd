import type { ErrorCode } from '../../host/index.ts'
import { useWording } from '../app/context.tsx'
import { errorText, type PageError } from '../wording/index.ts'
import styles from './error-alert.module.css'
import { useSecondsUntil } from './seconds-until.ts'

/** From the member, or found by the page itself. */
export type ShownError = ErrorCode | PageError

interface Props {
  readonly id?: string
  readonly code: ShownError
  readonly retryAt?: number | null
  readonly onDismiss?: () => void
}

export function ErrorAlert({ id, code, retryAt = null, onDismiss }: Props) {
  const words = useWording()
  return (
    <div className={styles.box}>
      <p id={id} role="alert" className={styles.text}>
        {errorText(words, code)} {retryAt !== null && <Countdown until={retryAt} />}
      </p>
      {onDismiss && (
        <button type="button" className={styles.dismiss} onClick={onDismiss}>
          {words.shell.dismiss}
        </button>
      )}
    </div>
  )
}

/** Ticks for the eye; a timer is not read out at every second. */
function Countdown({ until }: { readonly until: number }) {
  const { join } = useWording()
  const seconds = useSecondsUntil(until) ?? 0
  return <span role="timer">{seconds > 0 ? join.nextTry(seconds) : join.tryNow}</span>
}
