/** The last minute in figures, each with a sparkline. */

import { useServices, useUi, useWording } from '../app/context.tsx'
import { allOperations } from '../records/record-log.ts'
import { useFormats } from '../shared/format.ts'
import { Sparkline } from '../shared/sparkline.tsx'
import styles from './figures.module.css'
import { type Slot, useMetricsView } from './metrics-view.ts'
import { useLog } from './use-time-panel.ts'

const minute = 60_000
const handshake = 'pake_run'

export function Figures({ slot }: { readonly slot: Slot }) {
  const { metrics, charts, room } = useWording()
  const { client } = useServices()
  const format = useFormats()
  const log = useLog()
  const epoch = useUi(({ view }) => view.epoch)
  const to = useMetricsView(({ frozen, looks }) => frozen?.at ?? looks[slot] ?? 0)
  const range = { from: to - minute, to }
  const last = log.summary(allOperations, range)
  const points = log.points(allOperations, range)
  const course = (pick: (point: (typeof points)[number]) => number | null) =>
    points.map((point) => ({ x: (point.at - range.from) / minute, y: pick(point) ?? 0 }))
  const handshakes = log
    .keys()
    .filter((key) => key.startsWith(`${handshake} `))
    .map((key) => ({ all: log.summary(key, range).count, points: log.points(key, range) }))
  const ms = (value: number | null): string => (value === null ? '–' : `${format.ms(value)} ms`)
  const cost = client.recordCostNs()
  return (
    <section className={styles.figures} aria-label={metrics.lastMinute}>
      <h2 className={styles.title}>{metrics.lastMinute}</h2>
      <dl className={styles.list}>
        <Figure name={charts.perSecond} value={format.rate(last.count / 60)} steps={course((p) => p.count)} />
        <Figure
          name={metrics.errors}
          value={format.count(last.errors)}
          steps={course((p) => p.errors)}
          bad={last.errors > 0}
        />
        <Figure
          name={charts.handshakes}
          value={format.count(handshakes.reduce((sum, { all }) => sum + all, 0))}
          steps={handshakes.flatMap(({ points }) =>
            points.map(({ at, count }) => ({ x: (at - range.from) / minute, y: count })),
          )}
        />
        <Figure name={room.epoch} value={epoch === null ? '–' : String(epoch)} />
        <Figure name="p50" value={ms(last.p50)} line={course((p) => p.p50)} />
        <Figure name="p95" value={ms(last.p95)} line={course((p) => p.p95)} />
        <Figure name="p99" value={ms(last.p99)} line={course((p) => p.p99)} />
        <div>
          <dt>{metrics.recorded}</dt>
          <dd data-testid="records-total">{log.total}</dd>
        </div>
      </dl>
      {cost !== null && (
        <p className={styles.cost}>
          {charts.overhead(format.count(cost), format.fineShare((last.count / 60) * cost * 1e-9))}
        </p>
      )}
    </section>
  )
}

interface Course {
  readonly x: number
  readonly y: number
}

interface FigureProps {
  readonly name: string
  readonly value: string
  readonly bad?: boolean
  readonly line?: readonly Course[]
  readonly steps?: readonly Course[]
}

function Figure({ name, value, bad = false, line, steps }: FigureProps) {
  return (
    <div className={styles.figure} data-bad={bad}>
      <dt>{name}</dt>
      <dd>{value}</dd>
      {line !== undefined && <Sparkline points={line} shape="line" />}
      {steps !== undefined && <Sparkline points={steps} shape="bars" />}
    </div>
  )
}
