/** The phases between the form and the room. */

import { useEffect, useId, useRef } from 'react'
import { useServices, useUi, useWording } from '../app/context.tsx'
import { ErrorAlert } from '../shared/error-alert.tsx'
import type { JoiningPhase } from '../wording/index.ts'
import entrance from './entrance.module.css'
import styles from './join-progress.module.css'

const steps: readonly JoiningPhase[] = ['hardening', 'finding', 'proving', 'agreeing']

export function JoinProgress({ phase }: { readonly phase: JoiningPhase }) {
  const words = useWording()
  const { client } = useServices()
  const error = useUi(({ view }) => view.error)
  const progress = useUi(({ view }) => view.progress)
  const typedGroup = useUi(({ form }) => form.group)
  const group = useUi(({ view }) => view.group) ?? typedGroup.trim()
  const titleId = useId()
  const title = useRef<HTMLHeadingElement>(null)
  // The button that had the focus is gone.
  useEffect(() => title.current?.focus(), [])

  const current = steps.indexOf(phase)
  const proving = phase === 'proving' && progress.of > 0
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
              {step === 'proving' && proving && (
                <>
                  <small>{words.progress.proved(progress.done, progress.of)}</small>
                  <progress
                    aria-label={words.progress.steps.proving}
                    value={progress.done}
                    max={progress.of}
                  />
                </>
              )}
            </li>
          ))}
        </ol>
        <output className="visually-hidden">
          {words.progress.steps[phase]}
          {proving && `, ${words.progress.proved(progress.done, progress.of)}`}
        </output>
        {error !== null && <ErrorAlert code={error.code} retryAt={error.retryAt} />}
        <button type="button" onClick={() => client.dispatch({ kind: 'leave' })}>
          {words.progress.cancel}
        </button>
      </section>
    </div>
  )
}
