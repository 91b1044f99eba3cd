import { expect, test } from 'vitest'
import { createWorld } from './testing/world.ts'

test('names that read alike come with digits of their ids, and no other', async () => {
  const world = await createWorld({ seed: 1 })
  const members = []
  for (const name of ['Sam', 'Ѕam', 'Eve']) {
    members.push(await world.open(name))
    await world.pass(4_000)
  }
  for (const member of members) {
    const shown = new Map(world.view(member).members.map(({ id, name, digits }) => [name, { id, digits }]))
    expect([...shown.keys()].sort()).toEqual(['Eve', 'Sam', 'Ѕam'])
    for (const name of ['Sam', 'Ѕam']) expect(shown.get(name)?.digits).toBe(shown.get(name)?.id.slice(0, 4))
    expect(shown.get('Eve')?.digits).toBeNull()
  }
})
