import { describe, expect, it } from 'vitest'
import type { OperationRow } from '../../metrics/index.ts'
import { arrange, type Column, nextOrder } from './sorting.ts'

const row = (operation: string, algorithm: string, count: number): OperationRow => ({
  operation,
  algorithm,
  peer: '',
  thread: '',
  count,
  avgMs: count,
  minMs: 0,
  maxMs: 0,
  throughputBps: 0,
  successRate: 1,
  p50: 0,
  p90: 0,
  p95: 0,
  p99: 0,
})
const rows = [
  row('pake_run', 'CPaceOQUAKE', 9),
  row('aead_seal', 'AES-256-GCM', 100),
  row('aead_open', 'AES-256-GCM', 20),
]
const names = (search: string, column: Column, descending: boolean) =>
  arrange(rows, search, { column, descending }).map(({ operation }) => operation)

describe('arrange', () => {
  it('sorts texts as texts and figures as figures', () => {
    expect(names('', 'operation', false)).toEqual(['aead_open', 'aead_seal', 'pake_run'])
    expect(names('', 'count', true)).toEqual(['aead_seal', 'aead_open', 'pake_run'])
    expect(names('', 'count', false)).toEqual(['pake_run', 'aead_open', 'aead_seal'])
  })

  it('finds by operation and algorithm, every word, in any case', () => {
    expect(names('AEAD', 'operation', false)).toEqual(['aead_open', 'aead_seal'])
    expect(names('gcm open', 'operation', false)).toEqual(['aead_open'])
    expect(names('oquake', 'operation', false)).toEqual(['pake_run'])
    expect(names('nothing', 'operation', false)).toEqual([])
  })
})

describe('nextOrder', () => {
  it('starts figures at the greatest and texts at the beginning, and turns round after that', () => {
    const byName = { column: 'operation', descending: false } as const
    expect(nextOrder(byName, 'p99')).toEqual({ column: 'p99', descending: true })
    expect(nextOrder(nextOrder(byName, 'p99'), 'p99')).toEqual({ column: 'p99', descending: false })
    expect(nextOrder({ column: 'p99', descending: true }, 'algorithm')).toEqual({
      column: 'algorithm',
      descending: false,
    })
  })
})
