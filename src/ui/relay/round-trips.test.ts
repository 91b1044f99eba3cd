import { expect, test } from 'vitest'
import { summarise } from './round-trips.ts'

test.each([
  [[], null],
  [[3], { median: 3, slowest: 3, last: 3 }],
  [[9, 1], { median: 5, slowest: 9, last: 1 }],
  [[5, 10, 2], { median: 5, slowest: 10, last: 2 }],
  [[4, 1, 3, 2], { median: 2.5, slowest: 4, last: 2 }],
])('%j', (durations, summary) => expect(summarise(durations)).toEqual(summary))
