/** The course of one figure in the space of a word. */

import styles from './sparkline.module.css'

interface Props {
  /** x from 0 to 1. */
  readonly points: readonly { readonly x: number; readonly y: number }[]
  readonly shape: 'line' | 'bars'
}

const width = 96
const height = 22

export function Sparkline({ points, shape }: Props) {
  const scaled = points.map(({ x, y }) => ({
    x: x * width,
    y: shape === 'line' ? Math.log10(1 + y * 1e3) : y,
  }))
  const highest = scaled.reduce((top, { y }) => Math.max(top, y), 0)
  const yOf = (y: number): number => height - 1 - (highest === 0 ? 0 : (y / highest) * (height - 3))
  return (
    <svg className={styles.sparkline} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <line className={styles.ground} x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} />
      {shape === 'line' ? (
        <polyline
          className={styles.course}
          points={scaled.map(({ x, y }) => `${x.toFixed(1)},${yOf(y).toFixed(1)}`).join(' ')}
        />
      ) : (
        <path
          className={styles.bars}
          d={scaled
            .filter(({ y }) => y > 0)
            .map(({ x, y }) => `M${x.toFixed(1)},${height}V${yOf(y).toFixed(1)}`)
            .join('')}
        />
      )}
      {shape === 'line' && scaled.length === 1 && scaled[0] !== undefined && (
        <circle className={styles.point} cx={scaled[0].x} cy={yOf(scaled[0].y)} r="1.5" />
      )}
    </svg>
  )
}
