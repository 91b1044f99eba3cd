/** A table of figures in a box that scrolls by pointer and by keyboard, and does not widen the page. */

import { Focusable } from '@ariakit/react'
import type { ReactNode } from 'react'
import styles from './table.module.css'

export interface Head {
  readonly name: string
  /** Words stand at the left, figures at the right. */
  readonly words?: boolean
  /** Known to screen readers alone: the column is a drawing. */
  readonly silent?: boolean
  readonly sort?: { readonly order: 'ascending' | 'descending' | null; readonly onSort: () => void }
}

interface Props {
  /** Of the table and of its box. */
  readonly label: string
  readonly heads: readonly (string | Head)[]
  /** `wide`: as high as it is. `short` and `tall`: it scrolls within that height. */
  readonly height?: 'wide' | 'short' | 'tall'
  /** `region` where no panel around it has a name. */
  readonly role?: 'group' | 'region'
  readonly caption?: string
  readonly testId?: string
  /** Rows. */
  readonly children: ReactNode
}

export function Table({ label, heads, height = 'wide', role = 'group', caption, testId, children }: Props) {
  return (
    <Focusable role={role} aria-label={label} className={styles[height]}>
      <table className={styles.table} aria-label={label} data-testid={testId}>
        {caption !== undefined && <caption className={styles.caption}>{caption}</caption>}
        <thead>
          <tr>
            {heads.map((head) => {
              const shown = typeof head === 'string' ? { name: head } : head
              return <HeadCell key={shown.name} {...shown} />
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Focusable>
  )
}

function HeadCell({ name, words = false, silent = false, sort }: Head) {
  return (
    <th scope="col" className={words ? styles.words : undefined} aria-sort={sort?.order ?? undefined}>
      {sort === undefined ? (
        <span className={silent ? 'visually-hidden' : undefined}>{name}</span>
      ) : (
        <button type="button" className={styles.sort} onClick={sort.onSort}>
          {name}
        </button>
      )}
    </th>
  )
}
