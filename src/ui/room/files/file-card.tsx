/** A file in the conversation: what it is, how far it is, and what can be done about it. */

import type { FileView } from '../../../host/index.ts'
import { useServices, useWording } from '../../app/context.tsx'
import { Avatar } from '../../shared/avatar.tsx'
import button from '../../shared/button.module.css'
import { download } from '../../shared/download.ts'
import { useFormats } from '../../shared/format.ts'
import conversation from '../conversation.module.css'
import styles from './file-card.module.css'
import { Preview } from './preview.tsx'
import { actionsOf, progressOf, standingOf } from './standing.ts'

interface Props {
  readonly file: FileView
  readonly sender: string
  readonly time: string
}

/** The ending of a name, as a picture of the file. */
const endingOf = (name: string): string => /\.([a-z0-9]{1,4})$/i.exec(name)?.[1]?.toUpperCase() ?? ''

export function FileCard({ file, sender, time }: Props) {
  const words = useWording()
  const { files } = words
  const formats = useFormats()
  const { client } = useServices()
  const { name, size, mine, parts } = file
  const progress = progressOf(file)
  const [part] = parts
  const whole = !mine && part?.phase === 'done' ? client.file(part.id) : null
  const alone = file.audience === 'member' && part !== undefined
  return (
    <article
      className={conversation.message}
      aria-label={sender}
      data-mine={mine}
      data-follows={false}
      data-last={true}
    >
      {!mine && <Avatar id={file.senderId} name={sender} small />}
      <p className={conversation.head}>
        <bdi className={conversation.sender}>{sender}</bdi>
      </p>
      <div className={conversation.bubble}>
        <div className={styles.file}>
          <span className={styles.picture} aria-hidden="true">
            {endingOf(name)}
          </span>
          <p className={styles.about}>
            <bdi className={styles.name}>{name}</bdi>
            <span className={styles.size}>
              {formats.bytes(size)}
              {alone && `, ${mine ? files.onlyTo(part.memberName) : files.onlyYou}`}
            </span>
          </p>
        </div>
        {whole !== null && <Preview file={whole} name={name} type={file.type} />}
        {progress !== null && (
          <progress
            className={styles.progress}
            aria-label={name}
            value={progress.bytes}
            max={progress.of || 1}
          />
        )}
        <p className={styles.standing} role="status">
          {standingOf(file, formats, words).join(' · ')}
        </p>
        <div className={styles.actions}>
          {actionsOf(file).map((action) => (
            <button
              key={action}
              type="button"
              className={action === 'accept' ? button.primary : undefined}
              aria-label={files.actions[action](name)}
              onClick={() => client.dispatch({ kind: 'file', file: file.id, action })}
            >
              {files.words[action]}
            </button>
          ))}
          {whole !== null && (
            <button
              type="button"
              className={button.primary}
              aria-label={files.actions.save(name)}
              onClick={() => download(name, whole)}
            >
              {files.words.save}
            </button>
          )}
        </div>
      </div>
      <p className={conversation.foot}>
        <time>{time}</time>
      </p>
    </article>
  )
}
