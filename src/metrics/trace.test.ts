import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTraceEvent, type TraceFrame, type TraceMark } from './trace.ts'

const frame: TraceFrame = {
  kind: 'frame',
  id: 1,
  at: 1_700_000_000_000,
  from: 'me',
  to: 'peer-1',
  path: 'relay',
  type: 'pair',
  inside: 'epoch',
  size: 1_308,
  classical: 120,
  fields: { turn: 1 },
  insideFields: { epoch: 7 },
  address: '00ff00ff',
}
const mark: TraceMark = { kind: 'mark', id: 2, at: 5, mark: 'rekey', peer: null }

test('an event survives the way through JSON', () => {
  for (const event of [frame, mark]) expect(parseTraceEvent(JSON.parse(JSON.stringify(event)))).toEqual(event)
})

test.each([
  { ...frame, from: 'Alice' },
  { ...frame, path: 'pigeon' },
  { ...frame, type: 'pake <3>' },
  { ...frame, classical: 1_309 },
  { ...frame, size: -1 },
  { ...frame, fields: { flow: 'three' } },
  { ...frame, fields: [1] },
  { ...frame, inside: 'a <b>' },
  { ...frame, insideFields: { epoch: 'x' } },
  { ...frame, address: '00ff00ff00' },
  { ...frame, plaintext: 'hello' },
  { ...frame, id: 0 },
  { ...mark, mark: 'joined' },
  { ...mark, peer: 'Bob' },
  { ...mark, at: Number.NaN },
  { ...mark, name: 'Bob' },
  null,
  [],
])('%j is no event', (value) => {
  expect(parseTraceEvent(value)).toBeNull()
})

test('whatever is changed, what parses is a whole event again', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(frame)), fc.jsonValue(), (key, value) => {
      const parsed = parseTraceEvent({ ...frame, [key]: value })
      if (parsed !== null) expect(parseTraceEvent(parsed)).toEqual(parsed)
    }),
  )
})
