/** A button that asks for files and offers them to everybody, or to one member. */

import { useRef } from 'react'
import { useWording } from '../../app/context.tsx'
import button from '../../shared/button.module.css'
import { Icon } from '../../shared/icon.tsx'
import { useOffer } from './offer.ts'

interface Props {
  readonly to?: string | null
  readonly name?: string
  /** Without its text, for a place where everybody knows the clip. */
  readonly icon?: boolean
}

export function SendFile({ to = null, name, icon = false }: Props) {
  const { files } = useWording()
  const offer = useOffer()
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button
        type="button"
        className={icon ? button.icon : undefined}
        aria-label={name === undefined ? (icon ? files.send : undefined) : files.sendTo(name)}
        title={icon ? files.send : undefined}
        onClick={() => input.current?.click()}
      >
        {icon ? <Icon name="attach" /> : files.send}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-hidden="true"
        tabIndex={-1}
        onChange={({ target }) => {
          offer(target.files, to)
          target.value = ''
        }}
      />
    </>
  )
}
