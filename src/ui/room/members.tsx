/** The members with link, trust and actions. */

import { useId, useState } from 'react'
import type { MemberView } from '../../host/index.ts'
import { useUi, useWording } from '../app/context.tsx'
import { Avatar } from '../shared/avatar.tsx'
import { Named } from '../shared/named.tsx'
import type { Wording } from '../wording/index.ts'
import { SendFile } from './files/send-file.tsx'
import styles from './members.module.css'
import { PasswordDialog } from './password-dialog.tsx'
import { VerifyDialog } from './verify-dialog.tsx'

export const selfFirst = (members: readonly MemberView[]): readonly MemberView[] => [
  ...members.filter(({ link }) => link === 'self'),
  ...members.filter(({ link }) => link !== 'self'),
]

/** A sleeper that was never met has no name yet. */
export const nameOfMember = (
  { id, name, digits }: MemberView,
  labels: ReadonlyMap<string, string>,
  room: Wording['room'],
): string => (name === '' ? room.unknownSleeper(digits ?? '') : (labels.get(id) ?? name))

interface ListProps {
  readonly labels: ReadonlyMap<string, string>
  /** Told of a password that was chosen with a removal. */
  readonly onChosen?: (password: string) => void
}

export function Members({ labels, onChosen }: ListProps) {
  const words = useWording()
  const { members, preKeys, waiting } = useUi(({ view }) => view)
  const [verifying, setVerifying] = useState<string | null>(null)
  const [removing, setRemoving] = useState<string | null>(null)
  const titleId = useId()
  const removed = members.find(({ id }) => id === removing)
  const verified = members.find(({ id }) => id === verifying)
  const nameOf = (member: MemberView): string => nameOfMember(member, labels, words.room)
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
      {waiting > 0 && <p className={styles.stock}>{words.room.waiting(waiting)}</p>}
      {preKeys !== null && (
        <p className={styles.stock} data-testid="pre-keys">
          {words.room.preKeys(preKeys.left, preKeys.of, preKeys.left <= preKeys.refillAt)}
        </p>
      )}
      {verified?.number && (
        <VerifyDialog
          member={{ id: verified.id, name: nameOf(verified) }}
          number={verified.number}
          verified={verified.verified}
          onClose={() => setVerifying(null)}
        />
      )}
      {removed !== undefined && (
        <PasswordDialog
          member={{ id: removed.id, name: nameOf(removed) }}
          onClose={() => setRemoving(null)}
          {...(onChosen === undefined ? {} : { onChosen })}
        />
      )}
    </section>
  )
}

/** What is known of a member: its link, who let it in, and whether this user compared numbers with it. */
export function States({
  member: { link, trust, letInBy, verified, asleep },
}: {
  readonly member: MemberView
}) {
  const words = useWording()
  if (link === 'self') return words.room.you
  return (
    <>
      {words.links[link]}
      {asleep && ` · ${words.room.asleep}`}
      {' · '}
      {trust === 'let-in' && letInBy !== null ? (
        <Named names={[letInBy]} text={words.room.letInBy} />
      ) : (
        words.trusts[trust]
      )}
      {verified && (
        <>
          {' · '}
          <span className={styles.verified}>{words.room.verified}</span>
        </>
      )}
    </>
  )
}

interface MemberProps {
  readonly member: MemberView
  readonly name: string
  readonly onVerify: (id: string) => void
  readonly onRemove: (id: string) => void
}

function Member({ member, name, onVerify, onRemove }: MemberProps) {
  const words = useWording()
  const { id, link, number, split } = member
  return (
    <li className={styles.member} data-link={link} data-split={split}>
      <Avatar id={id} name={name} asleep={member.asleep || link === 'offline'} />
      <bdi className={styles.name}>{name}</bdi>{' '}
      <span className={styles.state}>
        <States member={member} />
      </span>
      {split && <span className={styles.split}>{words.removal.splitMember}</span>}
      {link !== 'self' && (
        <span className={styles.actions}>
          <SendFile to={id} name={name} />
          {number !== null && (
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
