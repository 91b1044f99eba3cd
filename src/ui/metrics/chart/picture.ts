/** What the style sheets give to the parts of a chart; a picture has no style sheets. */
const painted = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'opacity',
]
const written = ['font-family', 'font-size', 'font-weight', 'text-anchor']
const namespace = 'http://www.w3.org/2000/svg'

const copyStyles = (from: Element, to: Element): void => {
  const styles = getComputedStyle(from)
  const properties = from instanceof SVGTextContentElement ? [...painted, ...written] : painted
  for (const property of properties) to.setAttribute(property, styles.getPropertyValue(property))
  to.removeAttribute('class')
  to.removeAttribute('style')
  const children = [...to.children]
  for (const [i, child] of [...from.children].entries()) {
    const twin = children[i]
    if (twin !== undefined) copyStyles(child, twin)
  }
}

const headHeight = 34

/** A chart as a document of its own: colours of the theme in use, its name above it. */
const documentOf = (chart: SVGSVGElement, title: string): { text: string; width: number; height: number } => {
  const { width, height: drawn } = chart.getBoundingClientRect()
  const height = drawn + headHeight
  const twin = chart.cloneNode(true) as SVGSVGElement
  copyStyles(chart, twin)
  twin.removeAttribute('aria-hidden')
  // The field that takes the pointer, and the crosshair, are no part of the picture.
  for (const part of twin.querySelectorAll('[data-plot], [data-moving]')) part.remove()
  const root = document.createElementNS(namespace, 'svg')
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }))
    root.setAttribute(name, String(value))
  const ground = document.createElementNS(namespace, 'rect')
  for (const [name, value] of Object.entries({ width, height, fill: colour('--surface') }))
    ground.setAttribute(name, String(value))
  const head = document.createElementNS(namespace, 'text')
  for (const [name, value] of Object.entries({ x: 12, y: 22, fill: colour('--text'), 'font-size': 14 }))
    head.setAttribute(name, String(value))
  head.setAttribute('font-family', 'sans-serif')
  head.textContent = title
  twin.setAttribute('y', String(headHeight))
  twin.setAttribute('width', String(width))
  twin.setAttribute('height', String(drawn))
  root.append(ground, head, twin)
  return { text: new XMLSerializer().serializeToString(root), width, height }
}

export const svgOf = (chart: SVGSVGElement, title: string): Blob =>
  new Blob([documentOf(chart, title).text], { type: 'image/svg+xml' })

/** Two picture points for each of the screen's, for print. */
export const pngOf = async (chart: SVGSVGElement, title: string): Promise<Blob> => {
  const { text, width, height } = documentOf(chart, title)
  const image = new Image()
  // The page's policy admits images from data: and from nowhere else.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil(width * 2)
  canvas.height = Math.ceil(height * 2)
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob === null ? failed(new Error('no picture')) : done(blob)), 'image/png'),
  )
}
