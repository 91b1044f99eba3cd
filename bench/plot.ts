import type { Figure } from './runner.ts'

const [width, height, left, right, top, bottom] = [720, 420, 64, 220, 40, 48] as const
const colours = ['#2563eb', '#c2410c', '#15803d', '#7c3aed', '#475569', '#be123c'] as const
const dashes = ['', '6 4', '2 3'] as const

interface Line {
  readonly name: string
  readonly points: readonly (readonly [n: number, value: number])[]
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** How much of the growth a straight line through the points explains: 1 is all of it. */
const straightness = ({ points }: Line): number => {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(([n]) => n)), mean(points.map(([, value]) => value))]
  const sum = (f: (dx: number, dy: number) => number) =>
    points.reduce((total, [n, value]) => total + f(n - x, value - y), 0)
  const covariance = sum((dx, dy) => dx * dy)
  return covariance ** 2 / (sum((dx) => dx * dx) * sum((_, dy) => dy * dy))
}

const linesOf = (figures: readonly Figure[]): readonly Line[] => {
  const lines = new Map<string, [number, number][]>()
  const add = (name: string, n: number, value: number) => {
    const points = lines.get(name) ?? []
    if (!points.some(([known]) => known === n)) points.push([n, value])
    lines.set(name, points)
  }
  for (const { area, case: what, n, unit, ours, peer, peerName, where } of figures) {
    if (area !== 'group' || unit !== 'ms' || where !== 'node' || !/X-Wing/.test(peerName ?? '')) continue
    if (/until all/.test(what)) continue
    add(what.replace('a new epoch to all, ', ''), n, ours)
    if (peer !== null && /^receiver$|no turn/.test(what))
      add(`${peerName}: ${what.split(/[:,]/)[0]}`, n, peer)
  }
  return [...lines].map(([name, points]) => ({ name, points }))
}

/** Cost of an epoch against members, both axes linear, as an SVG. */
export const plotEpochs = (figures: readonly Figure[]): string => {
  const lines = linesOf(figures)
  const all = lines.flatMap(({ points }) => points)
  const [maxN, maxMs] = [Math.max(...all.map(([n]) => n)), Math.max(...all.map(([, ms]) => ms))]
  const x = (n: number): string => (left + ((width - left - right) * n) / maxN).toFixed(1)
  const y = (ms: number): string => (height - bottom - ((height - top - bottom) * ms) / maxMs).toFixed(1)
  const ticks = [0, 0.25, 0.5, 0.75, 1]
  const grid = ticks.map(
    (part) =>
      `<line x1="${left}" x2="${width - right}" y1="${y(maxMs * part)}" y2="${y(maxMs * part)}" stroke="#cbd5e1"/>` +
      `<text x="${left - 8}" y="${y(maxMs * part)}" text-anchor="end" dominant-baseline="middle">${(maxMs * part).toFixed(0)}</text>`,
  )
  const sizes = [...new Set(all.map(([n]) => n))].map(
    (n) => `<text x="${x(n)}" y="${height - bottom + 18}" text-anchor="middle">${n}</text>`,
  )
  const drawn = lines.map((line, i) => {
    const colour = colours[i % colours.length]
    const dash = dashes[Math.floor(i / 2) % dashes.length]
    const path = line.points.map(([n, ms]) => `${x(n)},${y(ms)}`).join(' ')
    const at = top + 16 + i * 40
    return (
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>` +
      line.points.map(([n, ms]) => `<circle cx="${x(n)}" cy="${y(ms)}" r="3" fill="${colour}"/>`).join('') +
      `<line x1="${width - right + 12}" x2="${width - right + 36}" y1="${at}" y2="${at}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>` +
      `<text x="${width - right + 42}" y="${at + 4}">${escaped(line.name)}</text>` +
      `<text x="${width - right + 42}" y="${at + 19}" fill="#64748b">R² of a line ${straightness(line).toFixed(3)}</text>`
    )
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#0f172a" role="img">`,
    '<title>What a new epoch costs, by members</title>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${left}" y="20" font-size="14">A new epoch, milliseconds by number of members (Node)</text>`,
    ...grid,
    ...sizes,
    `<text x="${(width - right + left) / 2}" y="${height - 10}" text-anchor="middle">members</text>`,
    ...drawn,
    '</svg>\n',
  ].join('\n')
}
