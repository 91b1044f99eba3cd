/**
 * What the texts say is there: each sentence of SECURITY.md that claims something has tests in docs/claims.md, each test
 * that docs/attacks.md and docs/claims.md name is there and not skipped, and every link between the texts leads somewhere.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const isForeign = (name: string): boolean =>
  name.startsWith('.') || ['node_modules', 'dist', 'data'].includes(name)

/** Every Markdown file of the project, by its path from the root. */
const textsIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((one) => {
    if (isForeign(one.name)) return []
    const path = join(folder, one.name)
    if (one.isDirectory()) return textsIn(path)
    return path.endsWith('.md') ? [path] : []
  })
const texts = textsIn('')

const filesIn = (text: string): string[] =>
  [...text.matchAll(/`((?:src|e2e|tools|signaling)\/[\w./-]+\.tsx?)`/g)].map(([, file]) => file!)
const isTest = (file: string): boolean => /\.(test|spec)\.tsx?$/.test(file)

/** What `docs/claims.md` and `docs/attacks.md` say of tests: a file, then parts of titles in it. */
const testsIn = (cell: string): readonly { readonly file: string; readonly titles: readonly string[] }[] =>
  cell.split(/; (?=`)/).map((part) => ({
    file: filesIn(part)[0] ?? '',
    titles: [...part.matchAll(/"([^"]+)"/g)].map(([, title]) => title!),
  }))

const rowsOf = (path: string): readonly (readonly string[])[] =>
  read(path)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))

/** By itself, or with its whole group. */
const isSkipped = (body: string, title: string): boolean => {
  if (/\bdescribe\.(?:skip|todo|fixme)\b/.test(body)) return true
  const start = body
    .slice(0, body.indexOf(title))
    .split(/\n(?= *(?:test|it|describe)\b)/)
    .at(-1)!
  return /\b(?:test|it|describe)\.(?:skip|todo|fixme|skipIf|runIf)\b/.test(start)
}

const expectTest = (file: string, titles: readonly string[]): void => {
  expect(file, 'a test file').toMatch(/\.(test|spec)\.tsx?$/)
  const body = read(file)
  for (const title of titles) {
    expect(body, title).toContain(title)
    expect(isSkipped(body, title), `skipped: ${title}`).toBe(false)
  }
}

describe('SECURITY.md', () => {
  const security = read('SECURITY.md')
  const claims = security.slice(security.indexOf('\n### '), security.indexOf('The `SPEC.md` of each'))
  const numbersIn = (text: string): string[] => [...text.matchAll(/\[([A-Z]\d+)\]/g)].map(([, id]) => id!)
  // A sentence ends with a full stop; bold words in front are what it is about.
  const sentences = claims
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .flatMap((line) =>
      line
        .slice(2)
        .replace(/^\*\*[^*]+\.\*\* /, '')
        .split(/(?<=\.) (?=[A-Z])/),
    )
  const rows = rowsOf('docs/claims.md').filter(([, id]) => /^[A-Z]\d+$/.test(id ?? ''))

  test('has claims', () => expect(sentences.length).toBeGreaterThan(50))

  test.each(sentences)('has a number at the end: %s', (sentence) => {
    expect(sentence).toMatch(/ \[[A-Z]\d+\]\.$/)
  })

  test('has each number once, in the order of docs/claims.md', () => {
    expect(numbersIn(claims)).toEqual(rows.map(([, id]) => id))
  })

  test.each(rows)('%s%s: %s', (_before, _id, _claim, tests) => {
    for (const { file, titles } of testsIn(tests!)) {
      expect(titles).not.toEqual([])
      expectTest(file, titles)
    }
  })

  test('a test that is skipped is noticed', () => {
    const body = "test('one', () => 1)\ntest.skip('two', () => 2)\ntest('three', () => 3)"
    expect(['one', 'two', 'three'].map((title) => isSkipped(body, title))).toEqual([false, true, false])
  })
})

describe('docs/attacks.md', () => {
  const parts = rowsOf('docs/attacks.md')
    .flatMap((cells) => testsIn(cells.at(-2) ?? ''))
    .filter(({ file }) => file !== '')

  test('names tests', () => expect(parts.length).toBeGreaterThan(40))

  test.each(parts)('$file: $titles', ({ file, titles }) => {
    if (isTest(file)) expectTest(file, titles)
    else expect(existsSync(join(root, file)), file).toBe(true)
  })
})

test.each(texts)('links of %s lead to files', (path) => {
  const here = dirname(join(root, path))
  const targets = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!.split('#')[0]!)
  const local = targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target))
  expect(local.filter((target) => !existsSync(resolve(here, target)))).toEqual([])
})
