/** The picture of a chart: its size, its axes, and the curves between them. */

import { type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import type { Band, Extent, Look, Row, Scale } from './chart.ts'
import { Curves } from './curves.tsx'
import styles from './plot.module.css'
import { apart, type Ground, pixelScale } from './scale.ts'

export interface Axis extends Extent {
  readonly scale: Scale
  readonly format: (value: number) => string
}

interface Props {
  /** At most 300. */
  readonly rows: readonly Row[]
  readonly looks: readonly Look[]
  readonly bands: readonly Band[]
  readonly x: Axis
  readonly y: Axis
  readonly unit: string
  /** No line over more than this without a value. */
  readonly gap: number
  /** Drawn over it, inside the same picture. */
  readonly over: (ground: Ground) => ReactNode
}

const margin = { top: 16, right: 12, bottom: 30, left: 74 }
/** Picture points that a letter of a label takes, rather too many than too few. */
const letter = 6.8

/** Drawn in one pass: chart libraries that keep a store with effects for each axis take several. SPEC.md has the figures. */
export function Plot({ rows, looks, bands, x, y, unit, gap, over }: Props) {
  const frame = useRef<HTMLDivElement>(null)
  const { width, height } = useSize(frame)
  const ground: Ground = {
    left: margin.left,
    top: margin.top,
    width: Math.max(0, width - margin.left - margin.right),
    height: Math.max(0, height - margin.top - margin.bottom),
    x: pixelScale(x, margin.left, width - margin.right),
    y: pixelScale(y, height - margin.bottom, margin.top),
  }
  return (
    <div ref={frame} className={styles.frame}>
      {ground.width > 0 && ground.height > 0 && (
        <svg
          data-chart=""
          aria-hidden="true"
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
        >
          <Axes {...{ ground, x, y, unit }} />
          <Curves {...{ ground, rows, looks, bands, gap }} base={y.domain[0]} />
          {over(ground)}
        </svg>
      )}
    </div>
  )
}

interface Size {
  readonly width: number
  readonly height: number
}

const useSize = (ref: { readonly current: HTMLElement | null }): Size => {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 })
  useLayoutEffect(() => {
    if (ref.current === null) return
    // Tells the size of the beginning, too.
    const observer = new ResizeObserver((entries) => {
      const { width = 0, height = 0 } = entries.at(-1)?.contentRect ?? {}
      setSize((known) => (known.width === width && known.height === height ? known : { width, height }))
    })
    observer.observe(ref.current)
    return () => observer.disconnect()
  }, [ref])
  return size
}

interface AxesProps {
  readonly ground: Ground
  readonly x: Axis
  readonly y: Axis
  readonly unit: string
}

function Axes({ ground, x, y, unit }: AxesProps) {
  const { left, top, width, height } = ground
  const [right, bottom] = [left + width, top + height]
  const labels = x.ticks
    .map((value) => ({ value, at: ground.x(value), text: x.format(value) }))
    .filter(({ at }) => at >= left - 0.5 && at <= right + 0.5)
    .map((label) => {
      const half = (label.text.length * letter) / 2
      // The last one stays inside of the picture.
      const middle = Math.min(label.at, right + margin.right - half)
      return { ...label, middle, from: middle - half, to: middle + half }
    })
  return (
    <g className={styles.axes}>
      {y.ticks.map((value) => (
        <line key={value} className={styles.grid} x1={left} x2={right} {...level(ground.y(value))} />
      ))}
      <path d={`M${left},${top}V${bottom}H${right}`} className={styles.edge} />
      {y.ticks.map((value) => (
        <text key={value} x={left - 8} y={ground.y(value) + 4} textAnchor="end">
          {`${y.format(value)}${unit}`}
        </text>
      ))}
      {apart(labels, 12).map(({ value, at, middle, text }) => (
        <g key={value}>
          <line className={styles.edge} x1={at} x2={at} y1={bottom} y2={bottom + 5} />
          <text x={middle} y={bottom + 19} textAnchor="middle">
            {text}
          </text>
        </g>
      ))}
    </g>
  )
}

const level = (y: number): { readonly y1: number; readonly y2: number } => ({ y1: y, y2: y })
