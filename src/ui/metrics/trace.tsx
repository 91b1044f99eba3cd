/** One operation and its parts, each at its place in time. */

import { useMemo } from 'react'
import type { OperationRecord } from '../../metrics/index.ts'
import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import { type SpanNode, spanTree } from './span-tree.ts'
import styles from './trace.module.css'

interface Props {
  readonly label: string
  readonly records: readonly OperationRecord[]
  /** The record that was asked about. */
  readonly about: number
}

export function Trace({ label, records, about }: Props) {
  const tree = useMemo(() => spanTree(records), [records])
  const from = records.reduce((least, { start }) => Math.min(least, start), Number.POSITIVE_INFINITY)
  const to = records.reduce((most, { start, duration }) => Math.max(most, start + duration), from)
  return (
    <ul className={styles.tree} aria-label={label}>
      {tree.map((node) => (
        <Node key={node.record.id} {...{ node, from, about }} whole={Math.max(to - from, 1e-6)} />
      ))}
    </ul>
  )
}

interface NodeProps {
  readonly node: SpanNode
  readonly from: number
  /** Milliseconds of the whole trace. */
  readonly whole: number
  readonly about: number
}

function Node({ node: { record, parts, own }, from, whole, about }: NodeProps) {
  const { charts } = useWording()
  const format = useFormats()
  const left = ((record.start - from) / whole) * 100
  const width = Math.max(0.4, (record.duration / whole) * 100)
  return (
    <li>
      <div className={styles.span} data-about={record.id === about} data-failed={record.error !== null}>
        <span className={styles.name}>
          {record.operation} <span className={styles.algorithm}>{record.algorithm}</span>
          {record.error !== null && <span className={styles.error}> {record.error}</span>}
        </span>
        <span className={styles.duration}>{format.exactMs(record.duration)} ms</span>
        <svg className={styles.place} width="100%" height="10" aria-hidden="true">
          <rect x={`${Math.min(left, 99.6)}%`} width={`${width}%`} height="10" rx="1.5" />
        </svg>
      </div>
      {parts.length > 0 && (
        <ul>
          {parts.map((part) => (
            <Node key={part.record.id} node={part} {...{ from, whole, about }} />
          ))}
          <li className={styles.own}>{charts.own(format.exactMs(own))}</li>
        </ul>
      )}
    </li>
  )
}
