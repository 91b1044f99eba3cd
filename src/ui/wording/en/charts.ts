/** Texts of the charts and panels of the Metrics tab. */

import { pluralsOf } from '../plural.ts'

const plural = pluralsOf('en')

export const chartsEnglish = {
  window: 'Time range',
  windows: {
    30000: '30 s',
    60000: '1 min',
    300000: '5 min',
    900000: '15 min',
    3600000: '1 h',
  },
  resetZoom: (range: string) => `Reset zoom (${range})`,
  pause: 'Pause',
  fresh: (count: string, exact: number) =>
    `Paused: ${plural(exact, { one: 'new record', other: 'new records' }, count)}`,
  viewAsTable: 'View as table',
  save: (chart: string, kind: string) => `Save “${chart}” as ${kind}`,
  series: 'Series',
  soloHint: 'Show only this one',
  keyHint: 'Arrow keys move along the chart. “View as table” shows all values.',
  brushHint:
    'Arrow keys move along the chart, Shift and arrow keys select a range, Enter zooms all charts to it, Escape goes back. “View as table” shows all values.',
  notes: 'Events',
  events: {
    join: 'join',
    leave: 'leave',
    rekey: 'new group key',
    reconnect: 'reconnect',
  },
  throttled: 'in the background',
  throttledHint:
    'Grey: this tab was in the background, where browsers slow pages down. Times measured then say little.',
  perSecond: 'Ops/s',
  handshakes: 'Handshakes',
  overhead: (ns: string, share: string) =>
    `Measuring costs about ${ns} ns per record: ${share} of one core in the last minute.`,
  distribution: 'Distribution',
  form: 'Form',
  forms: { histogram: 'histogram', cdf: 'cumulative share' },
  distributionLabel: {
    histogram: (operation: string) => `Histogram of the durations of ${operation} in milliseconds`,
    cdf: (operation: string) => `Cumulative share of the durations of ${operation} in milliseconds`,
  },
  xNames: { histogram: 'From', cdf: 'Up to' },
  share: 'Share',
  ofRange: (operation: string, range: string) =>
    `${operation}, ${range}. Drag across a chart to choose a range.`,
  throughput: 'Throughput',
  measure: 'Measure',
  measures: { operations: 'operations', bytes: 'bytes' },
  throughputLabel: {
    operations: (operation: string) => `Throughput of ${operation}: operations and errors per second`,
    bytes: (operation: string) => `Throughput of ${operation}: bytes in and out per second`,
  },
  bytes: 'Bytes',
  wire: 'Bytes on the wire',
  wireLabel: 'Bytes per second to and from the members, by type of message',
  noFrames: 'No messages were sent or received in this time range.',
  classical: 'classical equivalent',
  classicalHint:
    'Dotted: the size with elliptic curves alone (CPace with confirmation, X25519 ratchet), which a future quantum computer could break.',
  messages: {
    'pake-1': 'PAKE 1: share',
    'pake-2': 'PAKE 2: share',
    'pake-3': 'PAKE 3: KEM key',
    'pake-4': 'PAKE 4: ciphertext',
    'pake-5': 'PAKE 5: confirmation',
    'pair-turn': 'pair, with new keys',
    pair: 'pair',
    group: 'group message',
    answer: 'pre-key answer',
    hint: 'hint',
    unreadable: 'unreadable',
  },
  slowest: 'The 50 slowest',
  durationMs: 'Duration ms',
  phase: 'Phase',
  peer: 'Member',
  queueWait: 'Waited ms',
  outcome: 'Outcome',
  ok: 'ok',
  traceOf: (operation: string) => `Trace of ${operation}`,
  own: (ms: string) => `${ms} ms self time`,
  errorsByCode: 'Errors by code',
  noErrors: 'No errors in this time range.',
  code: 'Code',
  meaning: 'Meaning',
  shareOfMost: 'Relative share',
} as const
