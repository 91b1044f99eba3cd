/** The password of the room, behind a button: in the page only while it is shown. */

import { useEffect, useState } from 'react'
import { useWording } from '../app/context.tsx'
import button from '../shared/button.module.css'
import { CopyButton } from '../shared/copy-button.tsx'
import { Icon } from '../shared/icon.tsx'
import screen from '../shared/screen.module.css'
import { Chips } from './created-words.tsx'
import { knownWords, readWords } from './words.ts'

export function ShownPassword({ password }: { readonly password: string | null }) {
  const { invite, join } = useWording()
  const [shown, setShown] = useState(false)
  const [words, setWords] = useState<readonly string[] | null>(null)
  useEffect(() => {
    if (!shown || password === null) return
    knownWords().then(
      (list) => {
        const reading = readWords(password, list)
        setWords(reading.kind === 'words' ? reading.words : null)
      },
      () => undefined,
    )
  }, [shown, password])
  if (password === null) return <p className={screen.hint}>{invite.notKnown}</p>
  return (
    <>
      <div className={screen.bar}>
        <button
          type="button"
          className={button.labelled}
          aria-expanded={shown}
          onClick={() => setShown(!shown)}
        >
          <Icon name="eye" />
          {shown ? invite.hideWords : invite.showWords}
        </button>
        {shown && <CopyButton text={password} label={join.copyWords} />}
      </div>
      {shown && <Chips words={words ?? [password]} />}
    </>
  )
}
