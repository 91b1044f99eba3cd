import { useState } from 'react'
import { useUi, useWording } from '../app/context.tsx'
import { Named } from '../shared/named.tsx'
import styles from './group-key.module.css'
import { PasswordDialog } from './password-dialog.tsx'

/** Whose password lets newcomers in. */
export function PasswordInForce({ onChosen }: { readonly onChosen: (password: string) => void }) {
  const { removal: words } = useWording()
  const { by, isMine } = useUi(({ view }) => view.password)
  const [changing, setChanging] = useState(false)
  return (
    <section className={styles.numbers}>
      <h2>{words.password}</h2>
      <p className={styles.hint} data-testid="password-in-force">
        {isMine ? (
          words.chosenByYou
        ) : by === null ? (
          words.chosenAtFirst
        ) : (
          <Named names={[by]} text={words.chosenBy} />
        )}
      </p>
      <button type="button" className={styles.compare} onClick={() => setChanging(true)}>
        {words.newOne}
      </button>
      {changing && <PasswordDialog member={null} onClose={() => setChanging(false)} onChosen={onChosen} />}
    </section>
  )
}
