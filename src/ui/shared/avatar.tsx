/** A person as a coloured initial: the hue comes from the id, so that it is the same on every screen. */

import styles from './avatar.module.css'

const hues = 8

/** 1 to 8. */
const hueOf = (id: string): number => (Number.parseInt(id.slice(0, 4), 16) % hues || 0) + 1

/** The first letter or digit that is one for a reader, not a code unit. */
const initialOf = (name: string): string => (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? '?').toUpperCase()

interface Props {
  readonly id: string
  readonly name: string
  readonly small?: boolean
  readonly asleep?: boolean
}

export function Avatar({ id, name, small = false, asleep = false }: Props) {
  return (
    <span
      className={styles.avatar}
      data-hue={hueOf(id)}
      data-small={small}
      data-asleep={asleep}
      data-initial={initialOf(name)}
      aria-hidden="true"
    />
  )
}
