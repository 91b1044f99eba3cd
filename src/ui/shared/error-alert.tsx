/** An error in words, with a countdown where the next try has to wait. */

import { useEffect, useState } from 'react'
import type { ErrorCode } from '../../host/index.ts'
import { useWording } from '../app/context.tsx'
import { errorText, type PageError } from '../wording/index.ts'
import styles from './error-alert.module.css'

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
        {errorText(words, code)} {retryAt !== null && <Countdown key={retryAt} until={retryAt} />}
      </p>
      {onDismiss && (
        <button type="button" className={styles.dismiss} onClick={onDismiss}>
          {words.shell.dismiss}
        </button>
      )}
    </div>
  )
}

const secondsUntil = (time: number): number => Math.max(0, Math.ceil((time - Date.now()) / 1000))

/** Ticks for the eye; a timer is not read out at every second. */
function Countdown({ until }: { readonly until: number }) {
  const { join } = useWording()
  const [seconds, setSeconds] = useState(() => secondsUntil(until))
  useEffect(() => {
    const timer = setInterval(() => {
      const left = secondsUntil(until)
      setSeconds(left)
      if (left === 0) clearInterval(timer)
    }, 250)
    return () => clearInterval(timer)
  }, [until])
  return <span role="timer">{seconds > 0 ? join.nextTry(seconds) : join.tryNow}</span>
}
