/** What one member that runs any program can do to the others: all of it sealed in its real sessions. */
import { expect, test } from 'vitest'
import type { Bytes } from '../../codec/index.ts'
import type { MemberId } from '../../identity/index.ts'
import { receivingAuths } from '../../ratchet/index.ts'
import { seededDraw } from '../simulation/draw.ts'
import { impersonate } from '../simulation/ex-member.ts'
import { playInsider, says } from '../simulation/insider.ts'
import { idOf, type Member } from '../testing/world.ts'
import { inside, names, texts } from './room.ts'

type Four = [Member, Member, Member, Member]

const defects = (members: readonly Member[]): readonly string[] =>
  members.flatMap(({ rejects }) => rejects.filter((code) => code === 'peer/defect'))

test('impersonation: an ex-member with the relay makes no session in the name of a member', async () => {
  const seen: Bytes[] = []
  let spied = false
  const { world, members } = await inside(
    {
      seed: 941,
      observer: {
        watch: (crypto) => crypto,
        stepped: () => undefined,
        relay: (_from, _to, bytes) => {
          if (spied) seen.push(bytes)
          return [bytes]
        },
      },
    },
    'Ann',
    'Bob',
    'Eve',
  )
  const [ann, bob, eve] = members as [Member, Member, Member]
  await world.remove(bob, idOf(eve))
  await world.pass(3_000)
  const number = world.view(bob).members.find(({ id }) => id === idOf(ann))?.number
  spied = true
  await impersonate(world, { as: ann, to: bob }, () => seen)
  await world.pass(60_000)
  expect(seen.length).toBeGreaterThan(0)
  expect(texts(bob)).toEqual([])
  expect(world.view(bob).members.find(({ id }) => id === idOf(ann))?.number).toEqual(number)
  await world.say(ann, 'it is me')
  await world.pass(3_000)
  expect(texts(bob)).toEqual(['it is me'])
})

test('roster overflow: invented entries, long names and removals end no step of an honest member', async () => {
  const { world, members } = await inside({ seed: 921 }, 'Ann', 'Bob', 'Mallory')
  const [ann, bob, mallory] = members as [Member, Member, Member]
  const draw = seededDraw(1)
  for (let i = 0; i < 30; i++) {
    await playInsider(world, 'entries', { insider: mallory, victim: ann, draw })
    await playInsider(world, 'tombstones', { insider: mallory, victim: bob, draw })
    await world.pass(500)
  }
  world.close(mallory)
  await world.feed(ann, { kind: 'remove', member: idOf(mallory), withInvited: true, password: null })
  await world.pass(12 * 60_000)
  expect(defects([ann, bob])).toEqual([])
  await world.say(ann, 'still here')
  await world.pass(3_000)
  expect(texts(bob)).toEqual(['still here'])
  expect(new Set([ann, bob].map(world.standingOf)).size).toBe(1)
})

test('a long description of a connection is refused, and the link stays with the relay', async () => {
  const { world, members } = await inside({ seed: 922 }, 'Ann', 'Bob')
  const [ann, bob] = members as [Member, Member]
  await world.feed(ann, { kind: 'signal', address: bob.address, data: new Uint8Array(100_000) })
  expect(ann.rejects.at(-1)).toBe('frame/too-long')
  await world.say(ann, 'by the relay')
  await world.pass(2_000)
  expect(texts(bob)).toEqual(['by the relay'])
})

test('counter wedge: one victim that is led away is found again, with the insider in place and after it', async () => {
  const { world, members } = await inside({ seed: 931 }, 'Ann', 'Bob', 'Cleo', 'Mallory')
  const [ann, bob, cleo, mallory] = members as Four
  const draw = seededDraw(2)
  for (let i = 0; i < 3; i++) {
    await playInsider(world, 'counter', { insider: mallory, victim: cleo, draw })
    await playInsider(world, 'two-faced', { insider: mallory, victim: cleo, draw })
  }
  await world.pass(120_000)
  expect(new Set([ann, bob, cleo].map(world.standingOf)).size).toBe(1)
  await world.remove(ann, idOf(mallory))
  world.close(mallory)
  await world.pass(30_000)
  expect(new Set([ann, bob, cleo].map(world.standingOf)).size).toBe(1)
})

test('an insider that says anything at all ends no step, and the others go on', async () => {
  const { world, members } = await inside({ seed: 951 }, 'Ann', 'Bob', 'Cleo', 'Mallory')
  const [ann, bob, cleo, mallory] = members as Four
  const draw = seededDraw(3)
  for (let i = 0; i < 25; i++) await playInsider(world, 'anything', { insider: mallory, victim: bob, draw })
  await world.pass(120_000)
  expect(defects([ann, bob, cleo])).toEqual([])
  await world.say(ann, 'and so on')
  await world.pass(3_000)
  expect(texts(bob)).toContain('and so on')
  expect(texts(cleo)).toContain('and so on')
  expect(new Set([ann, bob, cleo].map(world.standingOf)).size).toBe(1)
})

test('one revision with two verifiers: all hold one record in the end, and one password lets in', async () => {
  const { world, members } = await inside({ seed: 961 }, 'Ann', 'Bob', 'Cleo')
  const [ann, bob] = members as [Member, Member, Member]
  await Promise.all([
    world.feed(ann, { kind: 'change-password', password: await world.passwordOf('of Ann') }),
    world.feed(bob, { kind: 'change-password', password: await world.passwordOf('of Bob') }),
  ])
  await world.pass(180_000)
  const hashes = members.map(({ runner }) => runner.state().password.record?.hash)
  expect(new Set(hashes).size).toBe(1)
  const verifiers = members.map(({ runner }) => [...runner.state().password.verifier.expose()].join())
  expect(new Set(verifiers).size).toBe(1)
})

test('a removal that its target missed is told when it comes back, by whom', async () => {
  const { world, members } = await inside({ seed: 971 }, 'Ann', 'Bob', 'Cleo')
  const [ann, bob, cleo] = members as [Member, Member, Member]
  world.close(cleo)
  await world.pass(1_000)
  await world.remove(bob, idOf(cleo))
  await world.say(ann, 'after Cleo')
  await world.pass(2_000)
  const back = await world.resume(cleo)
  await world.pass(130_000)
  expect(back.runner.state().phase).toMatchObject({ kind: 'ended', ending: 'removed', by: 'Bob' })
  expect(texts(back)).toEqual([])
  expect(names(world, ann)).toEqual(['Ann', 'Bob'])
})

test('roster frame amplification: twelve lists of an insider cause a few answers, not hundreds of frames', async () => {
  const { world, members } = await inside({ seed: 981 }, 'Ann', 'Bob', 'Cleo', 'Mallory')
  const [ann, bob, cleo, mallory] = members as Four
  const before = [ann, bob, cleo].reduce((sum, { relayed }) => sum + relayed.length, 0)
  const live = Array.from({ length: 100 }, () => [...world.crypto.random(32)]).map(
    (bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('') as never,
  )
  for (let i = 0; i < 12; i++)
    for (const to of [ann, bob, cleo])
      await says(world, mallory, [
        { to: idOf(to), message: { kind: 'group', message: { kind: 'ids', live } } },
      ])
  await world.pass(10_000)
  const after = [ann, bob, cleo].reduce((sum, { relayed }) => sum + relayed.length, 0)
  expect(after - before).toBeLessThan(120)
})

test('tags that heal: what a copied state can tag is no longer taken once both sides have turned', async () => {
  const { world, members } = await inside({ seed: 991 }, 'Ann', 'Bob')
  const [ann, bob] = members as [Member, Member]
  const sessionOf = (of: Member, with_: MemberId) => of.runner.state().pairs.pairs.get(with_)?.session
  const known = () => receivingAuths(sessionOf(bob, idOf(ann))!).map(({ auth }) => [...auth.expose()].join())
  const stolen = new Set(known())
  for (let i = 0; i < 40; i++) {
    await world.say(i % 2 === 0 ? ann : bob, `turn ${i}`)
    await world.pass(60_000)
  }
  expect(known().some((auth) => stolen.has(auth))).toBe(false)
})
