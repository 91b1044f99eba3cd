/** What happens next in the login, and the buttons that advance it. */

import { useEffect, useRef } from 'react'
import type { OneToOneView } from '../../host/index.ts'
import { useServices, useUi, useWording } from '../app/context.tsx'
import button from '../shared/button.module.css'
import screen from '../shared/screen.module.css'
import type { Wording } from '../wording/index.ts'
import styles from './one-to-one.module.css'

type Words = Wording['oneToOne']

/** What happens next, or why nothing does. */
const stateText = (words: Words, { role, run, armed }: OneToOneView): string => {
  if (run?.outcome === 'running') {
    return run.turn === 'mine' ? words.next[run.nextFlow as keyof Words['next']] : words.states.theirs
  }
  if (armed && role === 'client') return words.states.noServer
  if (run?.outcome === 'done') return role === 'server' ? words.states.doneServer : words.states.doneClient
  if (run !== null) return words.states[run.outcome]
  return role === 'server' ? words.states.idleServer : words.states.idleClient
}

export function Steps() {
  const { oneToOne: words } = useWording()
  const { client } = useServices()
  const view = useUi(({ oneToOne }) => oneToOne)
  const mine = view.run?.turn === 'mine'
  const nextButton = useRef<HTMLButtonElement>(null)
  // The form that had the focus is gone.
  const waiting = view.run?.outcome === 'running' || view.armed
  useEffect(() => {
    if (waiting && (document.activeElement === null || document.activeElement === document.body))
      nextButton.current?.focus()
  }, [waiting])
  const { dispatch } = client.oneToOne
  return (
    <section className={styles.panel} aria-label={words.controls}>
      <div className={screen.bar}>
        <button
          ref={nextButton}
          type="button"
          className={button.primary}
          aria-disabled={!mine}
          onClick={() => mine && dispatch({ kind: 'advance' })}
        >
          {words.nextStep}
        </button>
        <button
          type="button"
          aria-pressed={view.pace === 'run'}
          onClick={() => dispatch({ kind: 'pace', pace: view.pace === 'run' ? 'step' : 'run' })}
        >
          {words.runAll}
        </button>
        {waiting && (view.role === 'client' || view.run?.outcome === 'running') && (
          <button type="button" onClick={() => dispatch({ kind: 'give-up' })}>
            {words.giveUp}
          </button>
        )}
      </div>
      <output className={styles.state} data-testid="login-state">
        {stateText(words, view)}
      </output>
      {view.failures > 0 && <p className={screen.hint}>{words.failures(view.failures, view.freeFailures)}</p>}
    </section>
  )
}
