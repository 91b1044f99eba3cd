/** A line of the conversation that the room itself says: who came, who went, what needs attention. */

import { useState } from 'react'
import type { NoticeView } from '../../host/index.ts'
import { useServices, useWording } from '../app/context.tsx'
import { Named } from '../shared/named.tsx'
import styles from './conversation.module.css'

interface Props {
  readonly notice: NoticeView
  readonly time: string
  /** Whether the user can still do something about it. */
  readonly open: boolean
}

export function Notice({ notice, time, open }: Props) {
  return (
    <p className={styles.notice} data-code={notice.code}>
      <NoticeText notice={notice} /> <time>{time}</time>
      {open && notice.code === 'other-room' && <TryAgain />}
    </p>
  )
}

function NoticeText({ notice: { code, name, by, count } }: { readonly notice: NoticeView }) {
  const { notices } = useWording()
  const names = [name, by].flatMap((one) => (one === null ? [] : [one]))
  return (
    <Named
      names={names}
      text={(...slots) => {
        const named = name === null ? null : (slots[0] ?? null)
        return notices[code](named, by === null ? null : (slots.at(-1) ?? null), count)
      }}
    />
  )
}

/** Proves the password to the other room once more, which costs a guess there if it still differs. */
function TryAgain() {
  const { progress, room } = useWording()
  const { client } = useServices()
  const [asked, setAsked] = useState(false)
  if (asked) return <span role="status"> {room.tryingAgain}</span>
  return (
    <button
      type="button"
      onClick={() => {
        setAsked(true)
        client.dispatch({ kind: 'retry' })
      }}
    >
      {progress.retry}
    </button>
  )
}
