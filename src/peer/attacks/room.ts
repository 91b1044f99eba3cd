/** What the attack tests have in common: members that are inside, and what a hostile relay puts into a mouth. */
import { createWorld, type Member, type World, type WorldOptions } from '../testing/world.ts'

/** Opens the named members one after the other, with fast primitives and by the relay only. */
export const inside = async (
  options: Partial<WorldOptions> & { readonly seed: number },
  ...names: readonly string[]
): Promise<{ readonly world: World; readonly members: readonly Member[] }> => {
  const world = await createWorld({ fast: true, relayOnly: true, ...options })
  const members: Member[] = []
  for (const name of names) {
    members.push(await world.open(name))
    await world.pass(3_000)
  }
  await world.pass(20_000)
  return { world, members }
}

export const texts = ({ heard }: Member): readonly string[] => heard.map(({ text }) => text)

export const names = (world: World, member: Member): readonly string[] =>
  world
    .view(member)
    .members.map(({ name }) => name)
    .sort()
