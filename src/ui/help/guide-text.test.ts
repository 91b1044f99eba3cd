import { describe, expect, it } from 'vitest'
import { type Language, loadLanguage, wordingOf } from '../app/language.ts'
import { type Tab, tabs } from '../app/page-state.ts'
import type { Wording } from '../wording/index.ts'
import { guides, readGuide } from './guide-text.ts'

/** Everything with a title of its own on a tab: what is new there needs a line here and a section in the guide. */
const titlesOf = ({
  room,
  removal,
  metrics,
  charts,
  protocol,
  relay,
  oneToOne,
  benchmark,
}: Wording): Partial<Record<Tab, readonly string[]>> => ({
  room: [room.members, room.roomNumber, room.groupKey, removal.password],
  metrics: [
    metrics.lastMinute,
    metrics.latency,
    charts.distribution,
    charts.throughput,
    charts.wire,
    metrics.table,
    charts.slowest,
    charts.errorsByCode,
  ],
  protocol: [
    protocol.frames,
    protocol.relayView,
    protocol.agreement,
    protocol.epochs,
    protocol.ratchets,
    protocol.mesh,
  ],
  benchmark: [benchmark.choice, benchmark.results, benchmark.baseline, benchmark.environment],
  relay: [relay.link, relay.quota, relay.security, relay.refusals, relay.ends, relay.stock],
  'one-to-one': [oneToOne.messages],
})

await loadLanguage('de')

describe.each(['en', 'de'] as const)('the guide in %s', (language: Language) => {
  const words = wordingOf(language)
  const guide = guides[language]
  const titles = titlesOf(words)

  it.each(tabs)('has a section for the tab %s, and in it one for each thing with a title', (tab) => {
    const section = guide.find(({ title }) => title === words.shell[tab])
    expect(section?.paragraphs.length).toBeGreaterThan(0)
    const topics = section?.topics.map(({ title }) => title) ?? []
    for (const title of titles[tab] ?? []) expect(topics).toContain(title)
    for (const topic of section?.topics ?? []) expect(topic.paragraphs.length, topic.title).toBeGreaterThan(0)
  })

  it('says nothing twice and leaves no mark unread', () => {
    const all = guide.flatMap(({ title, topics }) => [
      title,
      ...topics.map((topic) => `${title} ${topic.title}`),
    ])
    expect(new Set(all).size).toBe(all.length)
    const text = guide
      .flatMap((section) => [section, ...section.topics])
      .flatMap(({ paragraphs }) => paragraphs.flat())
    expect(text.filter((span) => /[*`#]/.test(span.text))).toEqual([])
  })
})

it('both guides have as many sections and topics', () => {
  const shape = (language: Language) => guides[language].map(({ topics }) => topics.length)
  expect(shape('de')).toEqual(shape('en'))
})

it('text stays text', () => {
  const [section] = readGuide('## A\n\na **b** `c`\nd <img src=x>\n\n### B <b>\n\ne')
  expect(section).toEqual({
    title: 'A',
    paragraphs: [
      [
        { kind: 'plain', text: 'a ', at: 0 },
        { kind: 'strong', text: 'b', at: 2 },
        { kind: 'plain', text: ' ', at: 7 },
        { kind: 'code', text: 'c', at: 8 },
        { kind: 'plain', text: ' d <img src=x>', at: 11 },
      ],
    ],
    topics: [{ title: 'B <b>', paragraphs: [[{ kind: 'plain', text: 'e', at: 0 }]] }],
  })
  expect(readGuide('before any heading\n\n### C\n\nd')).toEqual([])
})
