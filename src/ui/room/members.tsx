import { useId, useState } from 'react'
import type { MemberView } from '../../host/index.ts'
import { useUi, useWording } from '../context.tsx'
import styles from './members.module.css'
import { VerifyDialog } from './verify-dialog.tsx'

const selfFirst = (members: readonly MemberView[]): readonly MemberView[] => [
  ...members.filter(({ link }) => link === 'self'),
  ...members.filter(({ link }) => link !== 'self'),
]

export function Members({ labels }: { readonly labels: ReadonlyMap<string, string> }) {
  const words = useWording()
  const members = useUi(({ view }) => view.members)
  const [verifying, setVerifying] = useState<string | null>(null)
  const titleId = useId()
  const verified = members.find(({ id }) => id === verifying)
  const preKeys = useUi(({ view }) => view.preKeys)
  const nameOf = ({ id, name }: MemberView): string =>
    name === '' ? words.room.asleep(id.slice(0, 4)) : (labels.get(id) ?? name)
  return (
    <section className={styles.members}>
      <h2>
        <span id={titleId}>{words.room.members}</span>{' '}
        <span className={styles.count} data-testid="members-count">
          {members.length}
        </span>
      </h2>
      <ul className={styles.list} aria-labelledby={titleId}>
        {selfFirst(members).map((member) => (
          <Member key={member.id} member={member} name={nameOf(member)} onVerify={setVerifying} />
        ))}
      </ul>
      {preKeys !== null && (
        <p className={styles.stock} data-testid="pre-keys">
          {words.room.preKeys(preKeys)}
        </p>
      )}
      {verified?.safety && (
        <VerifyDialog name={nameOf(verified)} safety={verified.safety} onClose={() => setVerifying(null)} />
      )}
    </section>
  )
}

interface MemberProps {
  readonly member: MemberView
  readonly name: string
  readonly onVerify: (id: string) => void
}

function Member({ member: { id, link, trust, safety }, name, onVerify }: MemberProps) {
  const words = useWording()
  const compared = useUi((state) => safety !== null && state.compared.has(safety.digits))
  const states = [words.links[link], words.trusts[trust], ...(compared ? [words.room.compared] : [])]
  return (
    <li className={styles.member} data-link={link}>
      <span className={styles.name}>{name}</span>{' '}
      <span className={styles.state}>{link === 'self' ? words.room.you : states.join(' · ')}</span>
      {safety !== null && (
        <span className={styles.actions}>
          <button type="button" aria-label={words.room.verifyName(name)} onClick={() => onVerify(id)}>
            {words.room.verify}
          </button>
        </span>
      )}
    </li>
  )
}
