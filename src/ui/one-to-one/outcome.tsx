/** How the login ended on this side. */

import { useUi, useWording } from '../app/context.tsx'
import { ErrorAlert } from '../shared/error-alert.tsx'
import { useFormats } from '../shared/format.ts'
import screen from '../shared/screen.module.css'
import styles from './one-to-one.module.css'

export function Outcome() {
  const { oneToOne: words } = useWording()
  const run = useUi(({ oneToOne }) => oneToOne.run)
  const free = useUi(({ oneToOne }) => oneToOne.freeFailures)
  const retryAt = useUi(({ oneToOne }) => oneToOne.retryAt)
  const { decimal: format } = useFormats()
  if (run === null || run.outcome === 'running') {
    return retryAt === null ? null : <ErrorAlert code="pake/throttled" retryAt={retryAt} />
  }
  const computed = run.messages.reduce((sum, { ms }) => sum + (ms ?? 0), 0)
  return (
    <section className={styles.panel} aria-label={words.outcomes[run.outcome]} data-outcome={run.outcome}>
      {run.outcome === 'refused' && (
        <>
          <p role="alert" className={styles.refused}>
            {words.refused}
          </p>
          <ul className={styles.reasons}>
            {words.refusedWhy.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
            <li>{words.refusedCost(free)}</li>
          </ul>
        </>
      )}
      {run.fingerprint !== null && (
        <dl className={styles.facts}>
          <div>
            <dt>{words.fingerprint}</dt>
            <dd className={styles.fingerprint} data-testid="login-fingerprint">
              {run.fingerprint}
            </dd>
            <dd className={screen.hint}>{words.fingerprintHint}</dd>
          </div>
          <div>
            <dt>{words.transcript}</dt>
            <dd className={styles.hex}>{run.transcript}</dd>
          </div>
        </dl>
      )}
      {run.messages.length > 0 && <p className={screen.hint}>{words.computed(format(computed))}</p>}
      {retryAt !== null && <ErrorAlert code="pake/throttled" retryAt={retryAt} />}
    </section>
  )
}
