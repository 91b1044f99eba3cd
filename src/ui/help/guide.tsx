/** The dialog with the guide, fetched apart. */

import { useState } from 'react'
import { useUi, useWording } from '../app/context.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { guides, type Topic } from './guide-text.ts'
import styles from './help.module.css'

export function Guide({ title, onClose }: { readonly title: string; readonly onClose: () => void }) {
  const { help } = useWording()
  const sections = guides[useUi((state) => state.language)]
  const [chosen, choose] = useState<string | null>(null)
  const section = sections.find((one) => one.title === (chosen ?? title)) ?? sections[0]
  return (
    <Dialog title={help.title} onClose={onClose}>
      <label className={styles.choice}>
        {help.about}
        <select value={section?.title} onChange={({ target }) => choose(target.value)}>
          {sections.map((one) => (
            <option key={one.title}>{one.title}</option>
          ))}
        </select>
      </label>
      {section !== undefined && (
        <div className={styles.text} data-testid="guide">
          <Paragraphs of={section} />
          {section.topics.map((topic) => (
            <section key={topic.title}>
              <h3>{topic.title}</h3>
              <Paragraphs of={topic} />
            </section>
          ))}
        </div>
      )}
      <button type="button" onClick={onClose}>
        {help.close}
      </button>
    </Dialog>
  )
}

const elements = { plain: 'span', strong: 'strong', code: 'code' } as const

function Paragraphs({ of: { paragraphs } }: { readonly of: Topic }) {
  return paragraphs.map((spans) => (
    <p key={spans.map(({ text }) => text).join('')}>
      {spans.map(({ kind, text, at }) => {
        const Element = elements[kind]
        return <Element key={at}>{text}</Element>
      })}
    </p>
  ))
}
