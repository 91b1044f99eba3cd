/** The mark: a lattice whose nearest point is found. */
import styles from './app.module.css'

export function Mark() {
  return (
    <svg className={styles.mark} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" className={styles.markGround} />
      <g className={styles.markDots}>
        <circle cx="9" cy="9" r="2" />
        <circle cx="18" cy="8" r="2" />
        <circle cx="8" cy="18" r="2" />
        <circle cx="17" cy="17" r="4" />
        <circle cx="25" cy="16" r="2" />
        <circle cx="15" cy="25" r="2" />
        <circle cx="24" cy="24" r="2" />
      </g>
    </svg>
  )
}
