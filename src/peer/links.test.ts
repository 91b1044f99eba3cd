import { expect, test } from 'vitest'
import type { MemberId } from '../identity/index.ts'
import { fullMesh, linkedMembers } from './links.ts'

const idsOf = (count: number): readonly MemberId[] =>
  Array.from({ length: count }, (_, i) => ((i * 0x9e3779b1) >>> 0).toString(16).padStart(32, '0') as MemberId)

test('up to 16 members all are linked', () => {
  for (let count = 1; count <= fullMesh; count++) {
    const ids = idsOf(count)
    for (const id of ids) expect(linkedMembers(ids, id)).toEqual(new Set(ids.filter((other) => other !== id)))
  }
})

test.each([17, 40, 64, 192])('of %i members each keeps 14 links, and both ends agree', (count) => {
  const ids = idsOf(count)
  const links = new Map(ids.map((id) => [id, linkedMembers(ids, id)]))
  for (const [id, linked] of links) {
    expect(linked.size).toBe(14)
    expect(linked.has(id)).toBe(false)
    for (const other of linked) expect(links.get(other)?.has(id)).toBe(true)
  }
})

test('somebody who comes changes few links', () => {
  const [newcomer, ...ids] = idsOf(41) as readonly [MemberId, ...MemberId[]]
  let changed = 0
  for (const id of ids) {
    const before = linkedMembers(ids, id)
    for (const other of linkedMembers([...ids, newcomer], id)) if (!before.has(other)) changed += 1
  }
  expect(changed).toBe(14)
})
