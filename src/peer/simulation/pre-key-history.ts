import { createWorld, type Member } from '../testing/network.ts'
import { createInvariants, Violation } from './invariants.ts'
import { seededDraw } from './schedule.ts'

/**
 * A member sleeps; newcomers answer its pre-keys; the relay serves one to several of them and delivers answers
 * twice. Whoever comes back: `null` when no pre-key opened two sessions and all end in one group.
 */
export const runPreKeyHistory = async (seed: number): Promise<string | null> => {
  const draw = seededDraw(seed)
  let clock = (): number => 0
  const { watch, stepped } = createInvariants(() => clock())
  const world = await createWorld({
    seed,
    fast: true,
    observer: { watch, stepped, relay: (_from, _to, bytes) => [bytes] },
  })
  clock = () => world.network.now()
  try {
    const ann = world.open('Ann')
    await world.pass(1_000)
    await world.dispatch(ann, { kind: 'restock', count: 3 })
    world.close(ann)
    const published = world.preKeys.get(ann.id) ?? []
    world.preKeys.set(
      ann.id,
      Array.from({ length: 6 }, () => published[draw(published.length)]!),
    )
    const newcomers: Member[] = []
    /** How often the sleeper has to hear what each left: whoever did not know of it wrote to others. */
    const expected: number[] = []
    for (let i = 0; i < 2 + draw(3); i++) {
      const member = world.open(`newcomer ${i}`)
      newcomers.push(member)
      await world.pass(draw(3_000))
      await world.collect(member)
      const knowsAnn = world.view(member).members.some(({ id }) => id === ann.id)
      await world.say(member, `left by ${i}`)
      expected.push(knowsAnn ? 1 : 0)
    }
    const box = world.letters.get(ann.id) ?? []
    for (const letter of [...box]) if (draw(2) === 0) box.splice(draw(box.length), 0, letter)
    const back = await world.resume(ann)
    await world.collect(back)
    await world.pass(60_000)
    if (world.standing().length !== 1) return `I4: split: ${world.standing().join(' | ')}`
    for (const [i, member] of newcomers.entries()) {
      if (!member.state.joined) return `I4: ${member.name} never got in`
      const times = back.heard.filter((text) => text === `left by ${i}`).length
      if (times > 1 || times < expected[i]!) return `I4: Ann heard what ${member.name} left ${times} times`
    }
    return null
  } catch (error) {
    if (error instanceof Violation) return error.message
    throw error
  }
}
