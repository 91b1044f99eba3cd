/** A button that asks for files and offers them to everybody, or to one member. */

import { useRef } from 'react'
import { useWording } from '../../app/context.tsx'
import { useOffer } from './offer.ts'

export function SendFile({ to = null, name }: { readonly to?: string | null; readonly name?: string }) {
  const { files } = useWording()
  const offer = useOffer()
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button
        type="button"
        aria-label={name === undefined ? undefined : files.sendTo(name)}
        onClick={() => input.current?.click()}
      >
        {files.send}
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
