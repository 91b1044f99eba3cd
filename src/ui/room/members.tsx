/** The members with link, trust and actions. */

import { useId, useState } from 'react'
import type { MemberView } from '../../host/index.ts'
import { useUi, useWording } from '../app/context.tsx'
import styles from './members.module.css'
import { PasswordDialog } from './password-dialog.tsx'
import { VerifyDialog } from './verify-dialog.tsx'

const selfFirst = (members: readonly MemberView[]): readonly MemberView[] => [
  ...members.filter(({ link }) => link === 'self'),
  ...members.filter(({ link }) => link !== 'self'),
]

export function Members({ labels }: { readonly labels: ReadonlyMap<string, string> }) {
  const words = useWording()
  const members = useUi(({ view }) => view.members)
  const [verifying, setVerifying] = useState<string | null>(null)
  const [removing, setRemoving] = useState<string | null>(null)
  const titleId = useId()
  const removed = members.find(({ id }) => id === removing)
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
          <Member
            key={member.id}
            member={member}
            name={nameOf(member)}
            onVerify={setVerifying}
            onRemove={setRemoving}
          />
        ))}
      </ul>
      {preKeys !== null && (
        <p className={styles.stock} data-testid="pre-keys">
          {words.room.preKeys(preKeys.left, preKeys.of, preKeys.left <= preKeys.refillAt)}
        </p>
      )}
      {verified?.safety && (
        <VerifyDialog name={nameOf(verified)} safety={verified.safety} onClose={() => setVerifying(null)} />
      )}
      {removed !== undefined && (
        <PasswordDialog
          member={{ id: removed.id, name: nameOf(removed) }}
          onClose={() => setRemoving(null)}
        />
      )}
    </section>
  )
}

interface MemberProps {
  readonly member: MemberView
  readonly name: string
  readonly onVerify: (id: string) => void
  readonly onRemove: (id: string) => void
}

function Member({ member: { id, link, trust, safety, split }, name, onVerify, onRemove }: MemberProps) {
  const words = useWording()
  const compared = useUi((state) => safety !== null && state.compared.has(safety.digits))
  const states = [words.links[link], words.trusts[trust], ...(compared ? [words.room.compared] : [])]
  return (
    <li className={styles.member} data-link={link} data-split={split}>
      <span className={styles.name}>{name}</span>{' '}
      <span className={styles.state}>{link === 'self' ? words.room.you : states.join(' · ')}</span>
      {split && <span className={styles.split}>{words.removal.splitMember}</span>}
      {link !== 'self' && (
        <span className={styles.actions}>
          {safety !== null && (
            <button type="button" aria-label={words.room.verifyName(name)} onClick={() => onVerify(id)}>
              {words.room.verify}
            </button>
          )}
          <button type="button" aria-label={words.removal.removeName(name)} onClick={() => onRemove(id)}>
            {words.removal.remove}
          </button>
        </span>
      )}
    </li>
  )
}
