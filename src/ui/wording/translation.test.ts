/**
 * A change of an English text fails here until its German twin has been reviewed. `de/reviewed.json` holds a hash of each
 * English text as it was at the last review. After comparing the German with each text that this test names, record the
 * review with `npx vitest run src/ui/wording/translation.test.ts --update`.
 */

import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { guides } from '../help/guide-text.ts'
import { english } from './index.ts'
import { pluralsOf } from './plural.ts'

/** Arguments that reach every branch of a text with parameters. */
const samples: readonly unknown[] = ['1', '2', 1, 2, 0, '', 'client', 'server', 'relay', null]

/** Texts with parameters are compared by what they produce, so that formatting the code changes no hash. */
const produced = (text: (...args: unknown[]) => unknown): string =>
  samples
    .map((sample) => {
      try {
        return `${text(...Array.from({ length: text.length }, () => sample))}`
      } catch {
        return ''
      }
    })
    .join('\n')

const textsOf = (value: unknown, path: string): readonly (readonly [path: string, text: string])[] => {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return [[path, produced(value as (...args: unknown[]) => unknown)]]
  return Object.entries(value as object).flatMap(([key, inner]) =>
    textsOf(inner, path === '' ? key : `${path} ${key}`),
  )
}

const guideTexts = guides.en.flatMap((section) =>
  [section, ...section.topics].map(({ title, paragraphs }): readonly [string, string] => [
    `guide ${section.title}${title === section.title ? '' : ` ${title}`}`,
    paragraphs.map((spans) => spans.map(({ text }) => text).join('')).join('\n'),
  ]),
)

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

it('every English text is the one that its German twin was reviewed with', async () => {
  const hashes = [...textsOf(english, ''), ...guideTexts].map(([path, text]) => [path, hash(text)])
  const reviewed = `${JSON.stringify(Object.fromEntries(hashes), null, 2)}\n`
  await expect(reviewed).toMatchFileSnapshot('./de/reviewed.json')
})

it('plural forms follow the language, and formatted numbers replace the digits', () => {
  const forms = { one: 'member', other: 'members' }
  for (const language of ['en', 'de'] as const) {
    const plural = pluralsOf(language)
    expect([0, 1, 2].map((count) => plural(count, forms))).toEqual(['0 members', '1 member', '2 members'])
    expect(plural(1234, forms, '1,234')).toBe('1,234 members')
  }
})
