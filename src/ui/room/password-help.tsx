/** Below a password: what it should be, how strong a typed one is, and the words that the last piece can become. */

import { useEffect, useState } from 'react'
import { useWording } from '../app/context.tsx'
import field from '../shared/field.module.css'
import styles from './password-help.module.css'
import { completionsOf, knownWords, typedBits } from './words.ts'

interface Props {
  readonly password: string
  readonly shown: boolean
  /** Whether it is being chosen here, and was typed. */
  readonly isNew: boolean
  readonly onChange: (password: string) => void
}

const levels = ['weak', 'fair', 'strong'] as const
const levelOf = (bits: number): (typeof levels)[number] =>
  bits < 28 ? 'weak' : bits < 44 ? 'fair' : 'strong'

export function PasswordHelp({ password, shown, isNew, onChange }: Props) {
  const { join } = useWording()
  const list = useWordList(shown && !isNew && password.length >= 3)
  const completions = shown && list !== null ? completionsOf(password, list) : []
  const level = levelOf(typedBits(password))
  return (
    <>
      {isNew && password !== '' ? (
        <p className={styles.strength} data-level={level}>
          <span className={styles.meter} aria-hidden="true" />
          {join.strength[level]}
        </p>
      ) : (
        <p className={field.hint}>{join.passwordHint}</p>
      )}
      {completions.length > 0 && (
        <div className={styles.completions}>
          {completions.map((word) => (
            <button
              key={word}
              type="button"
              onClick={() => onChange(`${password.replace(/\p{L}*$/u, '')}${word}-`)}
            >
              {word}
            </button>
          ))}
        </div>
      )}
    </>
  )
}

const useWordList = (wanted: boolean): ReadonlySet<string> | null => {
  const [list, setList] = useState<ReadonlySet<string> | null>(null)
  useEffect(() => {
    if (wanted) knownWords().then(setList, () => undefined)
  }, [wanted])
  return list
}
