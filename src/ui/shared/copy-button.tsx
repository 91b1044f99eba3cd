/** Copies a text, says so, and shows the text for copying by hand where the browser refuses. */

import { useState } from 'react'
import { useWording } from '../app/context.tsx'
import button from './button.module.css'
import styles from './copy-button.module.css'
import { Icon } from './icon.tsx'

interface Props {
  readonly text: string
  readonly label: string
  readonly primary?: boolean
}

export function CopyButton({ text, label, primary = false }: Props) {
  const { invite } = useWording()
  const [copied, setCopied] = useState<{ readonly text: string; readonly done: boolean } | null>(null)
  const state = copied?.text === text ? copied : null
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied({ text, done: true }),
      () => setCopied({ text, done: false }),
    )
  }
  return (
    <span className={styles.copy}>
      <button type="button" className={`${button.labelled} ${primary ? button.primary : ''}`} onClick={copy}>
        <Icon name={state?.done ? 'check' : 'copy'} />
        {label}
      </button>
      <output className={styles.copied}>{state?.done && invite.copied}</output>
      {state?.done === false && (
        <input readOnly value={text} aria-label={invite.link} onFocus={({ target }) => target.select()} />
      )}
    </span>
  )
}
