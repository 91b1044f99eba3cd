/** An operation record for tests. */

import type { OperationRecord } from '../../../metrics/index.ts'

export const testRecord = (start: number, change: Partial<OperationRecord> = {}): OperationRecord => ({
  operation: 'aead_seal',
  algorithm: 'AES-256-GCM',
  start,
  duration: 1,
  bytesIn: 10,
  bytesOut: 26,
  error: null,
  id: start + 1,
  parent: null,
  trace: start + 1,
  phase: 'joined',
  peer: null,
  epoch: 1,
  thread: 'worker',
  queueWait: 0,
  throttled: false,
  ...change,
})
