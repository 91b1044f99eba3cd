/** One part of a screen under its own heading. */

import { type ReactNode, type Ref, useId } from 'react'
import styles from './panel.module.css'

interface Props {
  readonly title: string
  /** Beside the title. */
  readonly controls?: ReactNode
  readonly ref?: Ref<HTMLElement>
  readonly children: ReactNode
}

export function Panel({ title, controls, ref, children }: Props) {
  const titleId = useId()
  const heading = (
    <h2 id={titleId} className={styles.title}>
      {title}
    </h2>
  )
  return (
    <section className={styles.panel} data-panel="" aria-labelledby={titleId} ref={ref}>
      {controls === undefined ? (
        heading
      ) : (
        <div className={styles.bar}>
          {heading}
          {controls}
        </div>
      )}
      {children}
    </section>
  )
}

/** Stands where there is nothing to show. */
export function Nothing({ children }: { readonly children: ReactNode }) {
  return <p className={styles.none}>{children}</p>
}
