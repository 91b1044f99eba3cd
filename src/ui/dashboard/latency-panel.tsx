import { useId, useState } from 'react'
import { useServices, useWording } from '../context.tsx'
import { allOperations } from '../records/record-log.ts'
import { useFormats } from './format.ts'
import { LatencyChart, type Scale } from './latency-chart.tsx'
import styles from './latency-panel.module.css'
import { PointsTable } from './points-table.tsx'
import type { Sample } from './sample.ts'

const scales: readonly Scale[] = ['log', 'linear']
const ranges = { minutes: 300_000, hour: 3_600_000 }
type Range = keyof typeof ranges
const rangeNames: readonly Range[] = ['minutes', 'hour']

export function LatencyPanel({ sample }: { readonly sample: Sample }) {
  const { metrics } = useWording()
  const { records } = useServices()
  const format = useFormats()
  const [key, setKey] = useState(allOperations)
  const [range, setRange] = useState<Range>('minutes')
  const [scale, setScale] = useState<Scale>('log')
  const [asTable, setAsTable] = useState(false)
  const titleId = useId()

  const keys = records.keys().toSorted()
  const shown = { from: sample.now - ranges[range], to: sample.now }
  const points = records.points(key, shown)
  const name = key === allOperations ? metrics.allOperations : key
  return (
    <section className={styles.panel} aria-labelledby={titleId}>
      <div className={styles.bar}>
        <h2 id={titleId} className={styles.title}>
          {metrics.latency}
        </h2>
        <Choice
          label={metrics.operation}
          value={key}
          onChange={setKey}
          options={[[allOperations, metrics.allOperations], ...keys.map((each) => [each, each] as const)]}
        />
        <Choice
          label={metrics.range}
          value={range}
          onChange={setRange}
          options={rangeNames.map((each) => [each, metrics.ranges[each]] as const)}
        />
        <Choice
          label={metrics.scale}
          value={scale}
          onChange={setScale}
          options={scales.map((each) => [each, metrics.scales[each]] as const)}
        />
        <button type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {metrics.viewAsTable}
        </button>
      </div>
      {points.length === 0 ? (
        <p className={styles.none}>{metrics.noPoints}</p>
      ) : asTable ? (
        <PointsTable points={points} caption={metrics.chartLabel(name)} />
      ) : (
        <LatencyChart
          label={metrics.chartLabel(name)}
          points={points}
          {...shown}
          scale={scale}
          format={format}
        />
      )}
    </section>
  )
}

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  readonly onChange: (value: T) => void
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const id = useId()
  return (
    <div className={styles.choice}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={({ target }) => {
          const chosen = options.find(([each]) => each === target.value)
          if (chosen !== undefined) onChange(chosen[0])
        }}
      >
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}
