/** The guide, read from Markdown into titles, paragraphs and topics. */

import type { Language } from '../app/language.ts'
import germanGuide from './GUIDE.de.md?raw'
import englishGuide from './GUIDE.md?raw'

/** A piece of a paragraph. */
export interface Span {
  readonly kind: 'plain' | 'strong' | 'code'
  readonly text: string
  /** Where it begins in its paragraph. */
  readonly at: number
}

export interface Topic {
  readonly title: string
  readonly paragraphs: readonly (readonly Span[])[]
}

/** What the guide says of one tab, then of each thing on it. */
export interface Section extends Topic {
  readonly topics: readonly Topic[]
}

const mark = /\*\*([^*]+)\*\*|`([^`]+)`/g

const readSpans = (paragraph: string): readonly Span[] => {
  const spans: Span[] = []
  let at = 0
  for (const { 0: whole, 1: strong, 2: code, index } of paragraph.matchAll(mark)) {
    if (index > at) spans.push({ kind: 'plain', text: paragraph.slice(at, index), at })
    const text = strong ?? code ?? ''
    spans.push({ kind: strong === undefined ? 'code' : 'strong', text, at: index })
    at = index + whole.length
  }
  if (at < paragraph.length) spans.push({ kind: 'plain', text: paragraph.slice(at), at })
  return spans
}

/**
 * Markdown, as much of it as the guide needs: `##` and `###` headings, paragraphs, bold and code. Text stays text, whatever
 * it holds.
 */
export const readGuide = (markdown: string): readonly Section[] => {
  const sections: { title: string; paragraphs: (readonly Span[])[]; topics: Topic[] }[] = []
  let open: (readonly Span[])[] | null = null
  for (const block of markdown.split(/\n\s*\n/)) {
    const text = block.replace(/\s+/g, ' ').trim()
    const [, hashes, title = ''] = /^(##|###) (.+)$/.exec(text) ?? []
    if (hashes !== undefined) open = []
    if (hashes === '##') sections.push({ title, paragraphs: open ?? [], topics: [] })
    else if (hashes === '###') sections.at(-1)?.topics.push({ title, paragraphs: open ?? [] })
    else if (text !== '') open?.push(readSpans(text))
  }
  return sections
}

/** In the order of the tabs. */
export const guides: Readonly<Record<Language, readonly Section[]>> = {
  en: readGuide(englishGuide),
  de: readGuide(germanGuide),
}
