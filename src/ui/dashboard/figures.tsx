import { useServices, useWording } from '../context.tsx'
import { allOperations } from '../records/record-log.ts'
import styles from './figures.module.css'
import { useFormats } from './format.ts'
import type { Sample } from './sample.ts'

export function Figures({ sample }: { readonly sample: Sample }) {
  const { metrics } = useWording()
  const { records } = useServices()
  const format = useFormats()
  const last = records.summary(allOperations, { from: sample.now - 60_000, to: sample.now })
  const ms = (value: number | null | undefined): string => {
    const text = format.ms(value ?? null)
    return value === null || value === undefined ? text : `${text} ms`
  }
  return (
    <section className={styles.figures} aria-label={metrics.lastMinute}>
      <h2 className={styles.title}>{metrics.lastMinute}</h2>
      <dl className={styles.list}>
        <Figure name={metrics.operations} value={format.count(last.count ?? 0)} />
        <Figure name={metrics.errors} value={format.count(last.errors ?? 0)} />
        <Figure name="p50" value={ms(last.p50)} />
        <Figure name="p95" value={ms(last.p95)} />
        <Figure name="p99" value={ms(last.p99)} />
        <div className={styles.total}>
          <dt>{metrics.recorded}</dt>
          <dd data-testid="records-total">{sample.total}</dd>
        </div>
      </dl>
    </section>
  )
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
