import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyChange, changeOf } from './list-change.ts'

interface Entry {
  readonly id: string
  readonly text: string
}
const entry = (id: number, text = ''): Entry => ({ id: `m${id}`, text })

const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('drop' as const), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('change' as const), at: fc.nat({ max: 20 }) }),
  fc.constant({ kind: 'reverse' as const }),
  fc.constant({ kind: 'clear' as const }),
)

test('applying every change keeps a copy equal to the list', () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 20 }), (rounds) => {
      let next = 0
      let list: readonly Entry[] = []
      let followed: readonly Entry[] = []
      for (const round of rounds) {
        const before = list
        for (const one of round) {
          if (one.kind === 'add') for (let i = 0; i < one.count; i++) list = [...list, entry(next++)]
          if (one.kind === 'drop') list = list.slice(one.count)
          if (one.kind === 'change')
            list = list.map((old, i) => (i === one.at ? { ...old, text: 'new' } : old))
          if (one.kind === 'reverse') list = list.toReversed()
          if (one.kind === 'clear') list = []
        }
        const change = structuredClone(changeOf(before, list))
        followed = applyChange(followed, change)
        expect(followed).toEqual(list)
      }
    }),
  )
})

test('a change holds only what changed, and unchanged entries stay the same objects', () => {
  const before = [entry(0), entry(1), entry(2)]
  const [, one, two] = before as [Entry, Entry, Entry]
  const confirmed = { ...two, text: 'confirmed' }
  const change = changeOf(before, [one, confirmed, entry(3)])
  expect(change).toEqual({ dropped: 1, replaced: [[1, confirmed]], added: [entry(3)] })
  expect(applyChange(before, change)[0]).toBe(one)
  expect(applyChange(before, changeOf(before, [...before]))).toBe(before)
})
