import { expect, it } from 'vitest'
import { joinRows } from './join-rows.ts'

it('puts another tab into the rows of this one, in order, without touching what was there', () => {
  const rows = [
    { x: 1_000, values: { p50: 1 } },
    { x: 3_000, values: { p50: 3 } },
  ]
  const added = [
    {
      key: 'bob',
      points: [
        { at: 1_400, value: 7 },
        { at: 1_600, value: 8 },
      ],
    },
  ]
  expect(joinRows(rows, added, 1_000)).toEqual([
    { x: 1_000, values: { p50: 1, bob: 7 } },
    { x: 2_000, values: { bob: 8 } },
    { x: 3_000, values: { p50: 3 } },
  ])
  expect(joinRows(rows, [{ key: 'bob', points: [] }], 1_000)).toBe(rows)
})
