/** Before a door opens after a resume. */
import { expect, test } from 'vitest'
import { decode, encode } from '../../codec/index.ts'
import { isDoorOpen, noteLettersRead } from './door-open.ts'
import { admissionCodec } from './state.ts'
import { createWorld, isIn, type Person } from './testing/people.ts'

/** As a stored profile brings it back. */
const resume = (person: Person): void => {
  const admission = decode(admissionCodec, encode(admissionCodec, person.state.admission))
  person.state = { ...person.state, admission, reach: { ...person.state.reach, heard: new Map() } }
}

test('alone, with its letters read, it opens; before that a newcomer who knocks waits in silence', async () => {
  const world = await createWorld('resumed alone')
  const ann = await world.join('Ann')
  await world.pass(1_000)
  resume(ann)
  const bob = await world.join('Bob')
  await world.pass(10_000)
  expect(isIn(bob)).toBe(false)
  expect(ann.sent.filter(({ frame }) => frame.kind === 'pake')).toEqual([])
  await world.act(ann, noteLettersRead)
  expect(isDoorOpen(ann.state, world.now())).toBe(true)
  await world.pass(10_000)
  expect(isIn(bob)).toBe(true)
})

test('with others present it opens when they were met, 10 s after the letters at the latest', async () => {
  const world = await createWorld('resumed among others')
  const ann = await world.join('Ann')
  await world.pass(100)
  const bob = await world.join('Bob')
  await world.pass(3_000)
  resume(ann)
  const between = [ann.address, bob.address]
  world.wire.delay = (from, to) => (between.includes(from) && between.includes(to) ? null : 5)
  await world.act(ann, noteLettersRead)
  await world.pass(9_900)
  expect(isDoorOpen(ann.state, world.now())).toBe(false)
  await world.pass(200)
  expect(isDoorOpen(ann.state, world.now())).toBe(true)
  resume(ann)
  world.wire.delay = () => 5
  await world.act(ann, noteLettersRead)
  expect(isDoorOpen(ann.state, world.now())).toBe(false)
  await world.pass(9_000)
  expect(isDoorOpen(ann.state, world.now())).toBe(true)
})

test('a relay that never hands the letters over keeps the door shut for 70 s', async () => {
  const world = await createWorld('no letters')
  const ann = await world.join('Ann')
  await world.pass(1_000)
  resume(ann)
  await world.pass(0)
  await world.act(ann, () => undefined)
  await world.pass(69_900)
  expect(isDoorOpen(ann.state, world.now())).toBe(false)
  await world.pass(200)
  expect(isDoorOpen(ann.state, world.now())).toBe(true)
})
