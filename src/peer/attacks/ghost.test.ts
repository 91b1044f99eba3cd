/** Ghost listener: who knows the password and stays off the list is told nothing. Guesses by invented members. */
import { expect, test } from 'vitest'
import { encode } from '../../codec/index.ts'
import { type Address, createSelf, initiateHandshake } from '../../identity/index.ts'
import { frame } from '../frames.ts'
import { createStranger, readFrame } from '../simulation/strangers.ts'
import { idOf, type Member } from '../testing/world.ts'
import { inside, names, texts } from './room.ts'

test('ghost listener: who proves the password and never enters the roster is sent nothing', async () => {
  const sent: string[] = []
  let ghost = '' as Address
  const { world, members } = await inside(
    {
      seed: 901,
      observer: {
        watch: (crypto) => crypto,
        stepped: () => undefined,
        relay: (_from, to, bytes) => {
          if (to === ghost) sent.push(readFrame(bytes)?.kind ?? '')
          return [bytes]
        },
      },
    },
    'Ann',
    'Bob',
  )
  const [ann, bob] = members as [Member, Member]
  const right = await world.proofOf('right')
  const outsider = world.outsider((from, bytes) => program.hear(from, bytes))
  ghost = outsider.address
  // It follows the PAKE with the right password to flow 5, and then shows no entry that is its own.
  const program = createStranger({
    crypto: world.crypto,
    address: ghost,
    send: outsider.send,
    manner: 'knocks-guess',
    guess: right,
  })
  await world.pass(500)
  program.knock(ann.address)
  await world.pass(3_000)
  await world.say(ann, 'secret of Ann')
  await world.say(bob, 'secret of Bob')
  await world.pass(120_000)
  // Runs of the PAKE, which show nothing, and no entry of a doorkeeper.
  expect(new Set(sent)).toEqual(new Set(['pake']))
  expect(names(world, ann)).toEqual(['Ann', 'Bob'])
  expect(texts(bob)).toEqual(['secret of Ann'])
})

test('ghost listener: an entry that no member let in opens no session, and its controls count for nothing', async () => {
  const { world, members } = await inside({ seed: 902 }, 'Ann', 'Bob')
  const [ann] = members as [Member, Member]
  const outsider = world.outsider(() => undefined)
  const { crypto, groupId } = world
  const self = await createSelf(crypto, groupId, { name: 'Ghost', lease: 300_000, address: outsider.address })
  const { flow1 } = await initiateHandshake(crypto, {
    groupId,
    self,
    peer: ann.runner.state().self,
    psk: null,
  })
  await world.pass(500)
  const [to, from] = [idOf(ann), self.id]
  outsider.send(ann.address, encode(frame, { kind: 'handshake', from, to, flow: 1, body: flow1 }))
  await world.pass(30_000)
  expect(ann.runner.state().pairs.pairs.has(self.id)).toBe(false)
  expect(names(world, ann)).toEqual(['Ann', 'Bob'])
})

test('ghost listener: an evicted member that knows the password comes back as somebody new, visibly', async () => {
  const { world, members } = await inside({ seed: 903 }, 'Ann', 'Bob', 'Eve')
  const [ann, bob, eve] = members as [Member, Member, Member]
  await world.remove(ann, idOf(eve))
  await world.pass(2_000)
  expect(eve.runner.state().phase).toMatchObject({ kind: 'ended', ending: 'removed' })
  await world.say(bob, 'now that Eve is gone')
  await world.pass(2_000)
  expect(texts(eve)).toEqual([])
  const again = await world.open('Eve again')
  await world.pass(10_000)
  await world.say(bob, 'who is here?')
  await world.pass(2_000)
  expect(texts(again)).toEqual(['who is here?'])
  expect(names(world, bob)).toEqual(['Ann', 'Bob', 'Eve again'])
  expect(bob.notices.map(({ code, name }) => `${code} ${name}`)).toContain('member-joined Eve again')
})
