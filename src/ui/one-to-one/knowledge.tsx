/** Who knows what after the messages so far, as far as this side can tell. */

import { useUi, useWording } from '../app/context.tsx'
import styles from './one-to-one.module.css'

type Stage = 0 | 1 | 2 | 3 | 4 | 5

export function Knowledge() {
  const { oneToOne: words } = useWording()
  const role = useUi(({ oneToOne }) => oneToOne.role)
  const run = useUi(({ oneToOne }) => oneToOne.run)
  const stage = Math.min(run?.messages.length ?? 0, 5) as Stage
  const of = (who: 'client' | 'server'): string => {
    // The client cannot see whether its last message arrived.
    if (who === 'server' && role === 'client') return words.knows.server[stage]
    if (run?.outcome === 'done') return words.knowsDone
    return run?.outcome === 'refused' ? words.knowsRefused[who] : words.knows[who][stage]
  }
  return (
    <section className={styles.panel}>
      <h2>{words.knowledge}</h2>
      <dl className={styles.knowledge}>
        {(['client', 'server'] as const).map((who) => (
          <div key={who}>
            <dt>
              {words.roles[who]}
              {who === role && ` (${words.you})`}
            </dt>
            <dd>{of(who)}</dd>
          </div>
        ))}
        <div>
          <dt>{words.relay}</dt>
          <dd>{words.knows.relay[stage]}</dd>
        </div>
      </dl>
    </section>
  )
}
