/** What the start screens share between tries: the password stays in its field until the room is entered. */

import { useEffect, useRef, useState } from 'react'
import { useServices, useUi } from '../app/context.tsx'
import type { Created } from './create-group.ts'

export interface Entrance {
  /** In this page's memory alone. In the room: the one that let this tab in, or that it chose since. */
  readonly password: string
  setPassword(password: string): void
  readonly created: Created | null
  setCreated(created: Created | null): void
  /** What was tried last: a stored membership by its id, or (`null`) the form. */
  readonly tried: string | null
  setTried(id: string | null): void
  /** The next try opens a room here, even where members refuse. */
  foundNext(): void
}

export const useEntrance = (): Entrance => {
  const { client } = useServices()
  const phase = useUi(({ view }) => view.phase)
  const asked = useUi(({ view }) => view.admission.asked)
  const [password, setPassword] = useState('')
  const [created, setCreated] = useState<Created | null>(null)
  const [tried, setTried] = useState<string | null>(null)
  const founds = useRef(false)
  const wasIn = useRef(false)

  useEffect(() => {
    if (phase === 'joined') {
      wasIn.current = true
      founds.current = false
    } else if (wasIn.current) {
      wasIn.current = false
      setPassword('')
      setCreated(null)
    }
  }, [phase])
  useEffect(() => {
    if (!founds.current || (phase !== 'proving' && (phase !== 'finding' || asked === 0))) return
    founds.current = false
    client.dispatch({ kind: 'found' })
  }, [phase, asked, client])

  return {
    password,
    setPassword,
    created,
    setCreated,
    tried,
    setTried,
    foundNext: () => {
      founds.current = true
    },
  }
}
