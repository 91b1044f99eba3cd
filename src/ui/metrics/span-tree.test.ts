import { describe, expect, it } from 'vitest'
import type { OperationRecord } from '../../metrics/index.ts'
import { type SpanNode, spanTree } from './span-tree.ts'

const record = (id: number, parent: number | null, start: number, duration: number): OperationRecord => ({
  operation: `op-${id}`,
  algorithm: 'x',
  start,
  duration,
  bytesIn: 0,
  bytesOut: 0,
  error: null,
  id,
  parent,
  trace: 1,
  phase: null,
  peer: null,
  epoch: null,
  thread: 'worker',
  queueWait: 0,
  throttled: false,
})
type Shape = readonly [number, number, readonly Shape[]]
const shape = (nodes: readonly SpanNode[]): readonly Shape[] =>
  nodes.map(({ record: { id }, own, parts }) => [id, own, shape(parts)])

describe('spanTree', () => {
  it('puts parts into their wholes, by their start, and tells what a whole did by itself', () => {
    const records = [record(3, 1, 6, 2), record(4, 2, 2, 1), record(2, 1, 1, 4), record(1, null, 0, 10)]
    expect(shape(spanTree(records))).toEqual([
      [
        1,
        4,
        [
          [2, 3, [[4, 1, []]]],
          [3, 2, []],
        ],
      ],
    ])
  })

  it('lets what lost its whole stand alone', () => {
    expect(shape(spanTree([record(5, 99, 0, 1), record(6, 6, 1, 1)]))).toEqual([
      [5, 1, []],
      [6, 1, []],
    ])
  })
})
