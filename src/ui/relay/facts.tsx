/** Names with values, hints and a state: good, bad or waiting. */

import type { ReactNode } from 'react'
import styles from './relay.module.css'

export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>
}

interface FactProps {
  readonly name: string
  /** How it should be read; without it, as a plain value. */
  readonly state?: 'good' | 'bad' | 'wait' | undefined
  readonly hint?: ReactNode
  readonly testId?: string | undefined
  readonly children: ReactNode
}

export function Fact({ name, state, hint, testId, children }: FactProps) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd data-state={state} data-testid={testId}>
        {children}
        {hint !== undefined && <span className={styles.hint}>{hint}</span>}
      </dd>
    </div>
  )
}
