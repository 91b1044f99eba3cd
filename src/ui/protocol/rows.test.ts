import { expect, test } from 'vitest'
import type { TraceFrame, TraceMark } from '../../metrics/index.ts'
import { english } from '../wording/index.ts'
import { fieldsOf, lanesOf, matches, relayRows, textOf } from './rows.ts'
import { readTrace, traceText } from './trace-file.ts'

const { protocol: words } = english

const frame: TraceFrame = {
  kind: 'frame',
  id: 1,
  at: 1_000,
  from: 'me',
  to: 'peer-10',
  path: 'relay',
  type: 'pair',
  inside: 'epoch',
  size: 500,
  classical: 400,
  fields: { turn: 0 },
  insideFields: { epoch: 7 },
  address: '00112233',
}
const mark: TraceMark = { kind: 'mark', id: 2, at: 2_000, mark: 'rekey', peer: null }

test('the relay reads the kind of a frame and what is in clear, not what is sealed', () => {
  expect(textOf(frame, false, words)).toBe('pair: epoch')
  expect(textOf(frame, true, words)).toBe('pair')
  expect(fieldsOf(frame, false)).toEqual([
    ['turn', 0],
    ['epoch', 7],
  ])
  expect(fieldsOf(frame, true)).toEqual([['turn', 0]])
  expect(matches(frame, 'epoch', true, words)).toBe(false)
  expect(matches(frame, 'EPOCH peer-10', false, words)).toBe(true)
})

test('what a frame brought about is told in words, and found by them and by its name in recordings', () => {
  const healed: TraceMark = { ...mark, mark: 'healing-turn', peer: 'peer-2' }
  expect(textOf(mark, false, words)).toBe('new group key')
  expect(textOf(healed, false, words)).toBe('ratchet healed, member 2')
  for (const filter of ['healed member 2', 'healing-turn peer-2']) {
    expect(matches(healed, filter, false, words)).toBe(true)
    expect(matches(mark, filter, false, words)).toBe(false)
  }
})

test('frames between two browsers pass the relay by', () => {
  expect(relayRows([frame, mark, { ...frame, path: 'direct' }, { ...frame, path: 'mail' }])).toHaveLength(2)
})

test('lanes come in the order of meeting', () => {
  expect(lanesOf([frame, { ...frame, to: 'peer-9' }])).toEqual(['me', 'relay', 'peer-9', 'peer-10'])
})

test('a capture comes back as it went; an invalid capture is refused with its reason', () => {
  expect(readTrace(traceText([frame, mark]))).toEqual({ events: [frame, mark] })
  const whole = JSON.parse(traceText([frame])) as { events: unknown[] }
  const problems = [
    '{',
    'null',
    JSON.stringify({ ...whole, format: 'other' }),
    JSON.stringify({ ...whole, version: 2 }),
    JSON.stringify({ ...whole, events: [{ ...frame, plaintext: 'x' }] }),
    JSON.stringify({ ...whole, events: [frame, { ...frame, id: 1 }] }),
    JSON.stringify({ ...whole, events: Array.from({ length: 2_001 }, (_, i) => ({ ...frame, id: i + 1 })) }),
    'x'.repeat(4 * 1024 * 1024 + 1),
  ].map((text) => readTrace(text))
  expect(problems.map((read) => 'problem' in read && read.problem)).toEqual([
    'not-json',
    'not-a-trace',
    'not-a-trace',
    'other-version',
    'bad-event',
    'bad-event',
    'too-large',
    'too-large',
  ])
})
