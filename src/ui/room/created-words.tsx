/** The passphrase just drawn: as chips, with what it is worth, and ways to hand it on. */

import { useWording } from '../app/context.tsx'
import button from '../shared/button.module.css'
import { CopyButton } from '../shared/copy-button.tsx'
import { useFormats } from '../shared/format.ts'
import screen from '../shared/screen.module.css'
import type { Created } from './create-group.ts'
import styles from './created-words.module.css'
import { Invite } from './invite.tsx'
import { passphraseWords } from './passphrase.ts'

interface Props {
  readonly created: Created
  readonly group: string
  readonly onAgain: () => void
}

export function CreatedWords({ created, group, onAgain }: Props) {
  const { join } = useWording()
  const format = useFormats()
  return (
    <section className={styles.created}>
      <Chips words={created.words} />
      <p>{join.created(passphraseWords, format.count(created.listLength), format.decimal(created.bits))}</p>
      <p className={screen.hint}>{join.createdMeaning}</p>
      <div className={screen.bar}>
        <CopyButton text={created.password} label={join.copyWords} />
        <button type="button" className={button.quiet} onClick={onAgain}>
          {join.otherWords}
        </button>
      </div>
      <Invite group={group} password={created.password} inviter={null} />
    </section>
  )
}

export function Chips({ words }: { readonly words: readonly string[] }) {
  return (
    <ol className={styles.chips}>
      {words.map((word, place) => (
        <li key={words.slice(0, place + 1).join(' ')}>{word}</li>
      ))}
    </ol>
  )
}
