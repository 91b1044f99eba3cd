/** The 1-to-1 tab: one password exchange between two tabs, message by message. */

import { useServices, useUi, useWording } from '../app/context.tsx'
import { ErrorAlert } from '../shared/error-alert.tsx'
import { useFormats } from '../shared/format.ts'
import screen from '../shared/screen.module.css'
import { Knowledge } from './knowledge.tsx'
import { LoginForm } from './login-form.tsx'
import { Messages } from './messages.tsx'
import styles from './one-to-one.module.css'
import { Outcome } from './outcome.tsx'
import { Steps } from './steps.tsx'

export function OneToOneScreen() {
  const { oneToOne: words, connections } = useWording()
  const { client } = useServices()
  const { role, place, selfId, hardening, hardenedMs, armed, run, error, connection } = useUi(
    ({ oneToOne }) => oneToOne,
  )
  const { decimal: format } = useFormats()
  const inside = role !== null && selfId !== null
  return (
    <div className={screen.narrow}>
      <header className={styles.head}>
        <h1>{words.title}</h1>
        <p className={screen.hint}>{words.lead}</p>
      </header>
      {!inside && <LoginForm />}
      {inside && (
        <>
          <section className={styles.panel} aria-label={words.here(role, place ?? '')}>
            <div className={screen.bar}>
              <h2 className={styles.grow}>{words.here(role, place ?? '')}</h2>
              <button type="button" onClick={() => client.oneToOne.dispatch({ kind: 'leave' })}>
                {words.leave}
              </button>
            </div>
            <p className={screen.hint}>
              {connections[connection]}. {words.yourId}: <code className={styles.hex}>{selfId}</code>
            </p>
            {hardenedMs !== null && <p className={screen.hint}>{words.hardened(format(hardenedMs))}</p>}
            {role === 'server' && <p className={screen.hint}>{words.kept}</p>}
            {error !== null && <ErrorAlert code={error.code} retryAt={error.retryAt} />}
            {role === 'client' && !armed && run?.outcome !== 'running' && <LoginForm again />}
          </section>
          <Steps />
          <Outcome />
          <Knowledge />
          <Messages />
        </>
      )}
      {hardening && <output className={screen.hint}>{words.hardening}</output>}
    </div>
  )
}
