import { useId } from 'react'
import type { MemberView } from '../../host/index.ts'
import { useUi, useWording } from '../context.tsx'
import styles from './members.module.css'

const selfFirst = (members: readonly MemberView[]): readonly MemberView[] => [
  ...members.filter(({ link }) => link === 'self'),
  ...members.filter(({ link }) => link !== 'self'),
]

export function Members({ labels }: { readonly labels: ReadonlyMap<string, string> }) {
  const words = useWording()
  const members = useUi(({ view }) => view.members)
  const titleId = useId()
  return (
    <section className={styles.members}>
      <h2>
        <span id={titleId}>{words.room.members}</span>{' '}
        <span className={styles.count} data-testid="members-count">
          {members.length}
        </span>
      </h2>
      <ul className={styles.list} aria-labelledby={titleId}>
        {selfFirst(members).map(({ id, name, link, trust }) => (
          <li key={id} className={styles.member} data-link={link}>
            <span className={styles.name}>{labels.get(id) ?? name}</span>{' '}
            <span className={styles.state}>
              {link === 'self' ? words.room.you : `${words.links[link]} · ${words.trusts[trust]}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
