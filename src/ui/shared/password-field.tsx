/** Where a password is typed: hidden, or shown on request, and never kept, corrected or completed by the browser. */

import { type ReactNode, useId } from 'react'
import styles from './field.module.css'

interface InputProps {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly shown?: boolean
  readonly id?: string
  readonly name?: string
  readonly placeholder?: string
  readonly invalid?: boolean
  /** Ids of hint and error. */
  readonly describedBy?: string | undefined
  /** Where no label stands beside it. */
  readonly label?: string
}

export function PasswordInput({
  onChange,
  shown = false,
  invalid = false,
  describedBy,
  label,
  ...rest
}: InputProps) {
  return (
    <input
      {...rest}
      type={shown ? 'text' : 'password'}
      onChange={({ target }) => onChange(target.value)}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      required
      aria-label={label}
      aria-invalid={invalid}
      aria-describedby={describedBy}
    />
  )
}

interface Props extends Omit<InputProps, 'id' | 'placeholder'> {
  readonly label: string
  readonly shown: boolean
  readonly onShown: (shown: boolean) => void
  /** Of the button beside it: its text, and its name. */
  readonly words: { readonly show: string; readonly showPassword: string }
  /** Below it: a hint, an error. */
  readonly children?: ReactNode
}

export function PasswordField({ label, shown, onShown, words, children, ...input }: Props) {
  const id = useId()
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.row}>
        <PasswordInput {...input} id={id} shown={shown} />
        <button
          type="button"
          aria-label={words.showPassword}
          aria-pressed={shown}
          onClick={() => onShown(!shown)}
        >
          {words.show}
        </button>
      </div>
      {children}
    </div>
  )
}
