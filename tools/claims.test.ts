/**
 * What the texts say is there: each claim of SECURITY.md names a test that exists, each test that docs/attacks.md quotes
 * is in the file that it names, and every link between the texts leads somewhere.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const isSkipped = (name: string): boolean =>
  name.startsWith('.') || ['node_modules', 'dist', 'data'].includes(name)

/** Every Markdown file of the project, by its path from the root. */
const textsIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((one) => {
    if (isSkipped(one.name)) return []
    const path = join(folder, one.name)
    if (one.isDirectory()) return textsIn(path)
    return path.endsWith('.md') ? [path] : []
  })
const texts = textsIn('')

const filesIn = (text: string): string[] =>
  [...text.matchAll(/`((?:src|e2e|tools|signaling)\/[\w./-]+\.tsx?)`/g)].map(([, file]) => file!)
const isTest = (file: string): boolean => /\.(test|spec)\.tsx?$/.test(file)

describe('SECURITY.md', () => {
  const security = read('SECURITY.md')
  const claims = security.slice(security.indexOf('## Claims'), security.indexOf('## Not claimed'))
  const bullets = claims.split('\n').filter((line) => line.startsWith('- '))

  test('has claims', () => expect(bullets.length).toBeGreaterThan(20))

  test.each(bullets)('%s', (bullet) => {
    const files = filesIn(bullet)
    expect(files.some(isTest)).toBe(true)
    for (const file of files) expect(existsSync(join(root, file)), file).toBe(true)
  })
})

describe('docs/attacks.md', () => {
  const rows = read('docs/attacks.md')
    .split('\n')
    .filter((line) => /^\|/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).at(-2)!)
    .flatMap((cell) => cell.split(';'))
    .filter((part) => filesIn(part).length > 0)

  test('names tests', () => expect(rows.length).toBeGreaterThan(40))

  test.each(rows)('%s', (part) => {
    const files = filesIn(part)
    for (const file of files) expect(existsSync(join(root, file)), file).toBe(true)
    const bodies = files.map(read).join('\n')
    for (const [, title] of part.matchAll(/"([^"]+)"/g)) expect(bodies, title).toContain(title)
  })
})

test.each(texts)('links of %s lead to files', (path) => {
  const here = dirname(join(root, path))
  const targets = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!.split('#')[0]!)
  const local = targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target))
  expect(local.filter((target) => !existsSync(resolve(here, target)))).toEqual([])
})
