import { expect, test } from 'vitest'
import type { TraceEvent } from '../../metrics/index.ts'
import { createTraceLog, traceCapacity } from './trace-log.ts'

const frame = (id: number, type: string): TraceEvent => ({
  kind: 'frame',
  id,
  at: id,
  from: 'me',
  to: 'peer-1',
  path: 'relay',
  type,
  inside: null,
  size: 1,
  classical: 1,
  fields: {},
  insideFields: {},
  address: '00112233',
})

test('what an idle room adds does not push out how its members came in', () => {
  const log = createTraceLog()
  log.append([1, 2, 3, 4, 5].map((flow) => frame(flow, `pake ${flow}`)))
  for (let id = 6; id <= 3 * traceCapacity; id++) log.append([frame(id, 'pair')])
  const kept = log.get()
  expect(kept.length).toBeLessThanOrEqual(traceCapacity)
  expect(kept.slice(0, 5).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5])
  expect(kept.at(-1)?.id).toBe(3 * traceCapacity)
})

test('entrances without end take no more than their part', () => {
  const log = createTraceLog()
  for (let id = 1; id <= 2 * traceCapacity; id++) log.append([frame(id, 'pake 1')])
  for (let id = 1; id <= traceCapacity; id++) log.append([frame(2 * traceCapacity + id, 'pair')])
  const kept = log.get()
  expect(kept).toHaveLength(traceCapacity)
  expect(kept.filter((one) => one.kind === 'frame' && one.type === 'pake 1')).toHaveLength(300)
  expect(kept.map(({ id }) => id)).toEqual(kept.map(({ id }) => id).toSorted((a, b) => a - b))
})
