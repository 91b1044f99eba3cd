/** The phases between the form and the room. */

import { useEffect, useId, useRef } from 'react'
import { useServices, useUi, useWording } from '../app/context.tsx'
import { ErrorAlert } from '../shared/error-alert.tsx'
import screen from '../shared/screen.module.css'
import { useSecondsUntil } from '../shared/seconds-until.ts'
import type { JoiningPhase } from '../wording/index.ts'
import entrance from './entrance.module.css'
import styles from './join-progress.module.css'
import { groupLabel } from './passphrase.ts'

const steps: readonly JoiningPhase[] = ['hardening', 'finding', 'proving', 'agreeing']

export function JoinProgress({ phase }: { readonly phase: JoiningPhase }) {
  const words = useWording()
  const { client } = useServices()
  const error = useUi(({ view }) => view.error)
  const { refusal, retryAt } = useUi(({ view }) => view.admission)
  const typedGroup = useUi(({ form }) => form.group)
  const group = groupLabel(useUi(({ view }) => view.group) ?? typedGroup.trim())
  const titleId = useId()
  const title = useRef<HTMLHeadingElement>(null)
  // The button that had the focus is gone.
  useEffect(() => title.current?.focus(), [])

  const current = steps.indexOf(phase)
  const asking = phase === 'finding' || phase === 'proving'
  return (
    <div className={entrance.screen}>
      <section className={`${entrance.card} ${styles.card}`} aria-labelledby={titleId}>
        <h1 id={titleId} ref={title} tabIndex={-1}>
          {words.progress.title(group)}
        </h1>
        <ol className={styles.steps}>
          {steps.map((step, i) => (
            <li
              key={step}
              className={styles.step}
              data-state={i < current ? 'done' : i === current ? 'current' : 'waiting'}
              {...(i === current ? { 'aria-current': 'step' as const } : {})}
            >
              <span>{words.progress.steps[step]}</span>
              {i === current && <small>{words.progress.details[step]}</small>}
              {/* Without a value: the hardening does not tell how far it is. */}
              {step === 'hardening' && i === current && (
                <progress aria-label={words.progress.steps.hardening} />
              )}
              {i === current && asking && <Asking />}
            </li>
          ))}
        </ol>
        <output className="visually-hidden">{words.progress.steps[phase]}</output>
        {error !== null && <ErrorAlert code={error.code} retryAt={error.retryAt} />}
        {error === null && asking && refusal !== null && <ErrorAlert code={refusal} />}
        {error === null && asking && refusal === null && retryAt !== null && (
          <ErrorAlert code="pake/throttled" retryAt={retryAt} />
        )}
        <div className={screen.bar}>
          {asking && <Ways />}
          <button type="button" onClick={() => client.dispatch({ kind: 'leave' })}>
            {words.progress.cancel}
          </button>
        </div>
      </section>
    </div>
  )
}

/** Who was asked, who answered, and what happens next by itself. */
function Asking() {
  const { progress } = useWording()
  const { asked, answered, refusals, retryAt, refusal, foundsAt } = useUi(({ view }) => view.admission)
  const isStalled = useStalled()
  const untilRetry = useSecondsUntil(retryAt)
  const untilFounding = useSecondsUntil(foundsAt)
  return (
    <>
      {asked > 0 && <small>{progress.answered(answered, asked)}</small>}
      {refusals > 0 && <small>{progress.refusals(refusals)}</small>}
      {refusal !== null && untilRetry !== null && untilRetry > 0 && (
        <small role="timer">{progress.asksAgain(untilRetry)}</small>
      )}
      {untilFounding !== null && untilFounding > 0 && (
        <small role="timer">{progress.founds(untilFounding)}</small>
      )}
      {/* A door that is shut is another reason, and says so. */}
      {isStalled && retryAt === null && <small role="status">{progress.stalled}</small>}
    </>
  )
}

/** Whether time alone will not let this tab in. */
const useStalled = (): boolean => useSecondsUntil(useUi(({ view }) => view.admission.stallsAt)) === 0

/** What the user may do while nobody lets this tab in. */
function Ways() {
  const { progress } = useWording()
  const { client } = useServices()
  const { refusals, retryAt } = useUi(({ view }) => view.admission)
  const isStalled = useStalled()
  const isStuck = refusals > 0 || retryAt !== null || isStalled
  if (!isStuck) return null
  return (
    <>
      <button type="button" onClick={() => client.dispatch({ kind: 'retry' })}>
        {progress.retry}
      </button>
      <button type="button" title={progress.foundHint} onClick={() => client.dispatch({ kind: 'found' })}>
        {progress.found}
      </button>
    </>
  )
}
