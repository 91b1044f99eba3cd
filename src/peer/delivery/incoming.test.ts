import { expect, test } from 'vitest'
import { encode, pad, padmeLength } from '../../codec/index.ts'
import { sealMessage } from '../../group/index.ts'
import { textMessage } from '../controls.ts'
import { sealTag } from '../pairs-sealing.ts'
import { createWorld, idOf, type Member } from '../testing/world.ts'
import { begin, Rejection, type Transaction, write } from '../transaction.ts'
import { hearGone, hearMissing, hearNotYours, holesOf, noteShownNumber } from './gaps.ts'
import { hearSaid, receiveGroupFrame } from './incoming.ts'
import { flush, say, tickDelivery } from './outbox.ts'

const three = async (seed: number) => {
  const world = await createWorld({ seed, relayOnly: true })
  const members: Member[] = []
  for (const name of ['Ann', 'Bob', 'Cleo']) {
    members.push(await world.open(name))
    await world.pass(6_000)
  }
  const [ann, bob, cleo] = members as [Member, Member, Member]
  const at = (member: Member, now = world.network.now()): Transaction =>
    begin(world.ports, member.runner.state(), now)
  return { world, ann, bob, cleo, at }
}

const shown = ({ effects }: Transaction): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === 'message' ? [`${effect.name}: ${effect.message.text}`] : []))

const sent = ({ effects }: Transaction) => effects.filter((effect) => effect.kind === 'send')
const kinds = (tx: Transaction): readonly string[] =>
  sent(tx).map(({ facts }) => facts.inside?.kind ?? facts.kind)

test('a message is never shown under the name of another: the tag of one does not pass for the other', async () => {
  const { ann, bob, cleo, at } = await three(51)
  const tx = at(bob)
  const plain = encode(textMessage, { number: 1, at: 0, text: 'I am Cleo' })
  const sealed = await sealMessage(tx.ports.crypto, tx.state.group, pad(plain, padmeLength(plain.length + 4)))
  const body = sealed!.bytes
  const tag = (await sealTag(tx, idOf(ann), body))!
  const asCleo = at(ann)
  await receiveGroupFrame(asCleo, cleo.address, { kind: 'group', body, tag })
  expect([shown(asCleo), kinds(asCleo)]).toEqual([[], []])
  expect(asCleo.effects).toContainEqual({ kind: 'reject', code: 'pair/bad-tag' })
  const asBob = at(ann)
  await receiveGroupFrame(asBob, bob.address, { kind: 'group', body, tag })
  expect(shown(asBob)).toEqual(['Bob: I am Cleo'])
})

test('a message of one that is on no roster is refused, and changes nothing', async () => {
  const { ann, bob, at } = await three(52)
  const tx = at(ann)
  const before = tx.state
  const stranger = 'ab'.repeat(16) as ReturnType<typeof idOf>
  expect(() => hearSaid(tx, stranger, { number: 1, at: 0, text: 'hi' })).toThrow(Rejection)
  expect(() => hearSaid(tx, idOf(bob), { number: 1, at: 0, text: '' })).toThrow(Rejection)
  expect(() => hearSaid(tx, idOf(ann), { number: 1, at: 0, text: 'me' })).toThrow(Rejection)
  expect(tx.state).toBe(before)
})

test('a number is shown once; a copy of it is confirmed again, one that is not mine is not', async () => {
  const { ann, bob, at } = await three(53)
  const tx = at(ann)
  for (const text of ['first', 'second', 'first']) hearSaid(tx, idOf(bob), { number: 1, at: 0, text })
  expect(shown(tx)).toEqual(['Bob: first'])
  expect(tx.state.delivery.owed.get(idOf(bob))).toEqual([1])
  noteShownNumber(tx, idOf(bob), 3)
  hearNotYours(tx, idOf(bob), [2])
  hearSaid(tx, idOf(bob), { number: 2, at: 0, text: 'not for Ann' })
  expect(shown(tx)).toEqual(['Bob: first'])
  expect(tx.state.delivery.owed.get(idOf(bob))).toEqual([1])
})

test('a hole is asked for after 1, 3, 10 and 30 s more, and shows; what its sender no longer has stays lost', async () => {
  const { ann, bob, at, world } = await three(54)
  const tx = at(ann)
  const now = world.network.now()
  hearSaid(tx, idOf(bob), { number: 1, at: 0, text: 'one' })
  hearSaid(tx, idOf(bob), { number: 4, at: 0, text: 'four' })
  expect(holesOf(tx.state)).toEqual([])
  const asked: number[] = []
  for (let ms = 0; ms <= 60_000; ms += 500) {
    const step = begin(tx.ports, tx.state, now + ms)
    await tickDelivery(step)
    tx.state = step.state
    if (kinds(step).includes('missing')) asked.push(ms / 1_000)
  }
  expect(asked).toEqual([1, 4, 14, 44])
  expect(holesOf(tx.state)).toEqual([{ sender: idOf(bob), from: 2, to: 3, state: 'asked' }])
  hearGone(tx, idOf(bob), [2])
  hearNotYours(tx, idOf(bob), [3])
  expect(holesOf(tx.state)).toEqual([{ sender: idOf(bob), from: 2, to: 2, state: 'lost' }])
  hearSaid(tx, idOf(bob), { number: 2, at: 0, text: 'found again' })
  expect(holesOf(tx.state)).toEqual([])
})

test('a number as great as numbers get costs no memory and no flood of requests', async () => {
  const { ann, bob, at } = await three(55)
  const tx = at(ann)
  hearSaid(tx, idOf(bob), { number: 1, at: 0, text: 'one' })
  noteShownNumber(tx, idOf(bob), 2 ** 48 - 1)
  const step = begin(tx.ports, tx.state, tx.now + 1_000)
  await tickDelivery(step)
  const requests = sent(step).filter(({ facts }) => facts.inside?.kind === 'missing')
  expect(requests.map(({ facts }) => facts.inside?.fields)).toEqual([{ messages: 128 }])
  expect(step.state.delivery.incoming.get(idOf(bob))?.lost).toHaveLength(1)
})

test('who asks gets what it was in the audience of, nothing else, and no flood', async () => {
  const { ann, bob, cleo, at } = await three(56)
  const tx = at(ann)
  for (let i = 0; i < 200; i++) await say(tx, `line ${i}`)
  const [first, ...rest] = tx.state.delivery.outbox
  const audience = new Set([idOf(cleo)])
  const outbox = [{ ...first!, audience, copies: new Map() }, ...rest]
  write(tx, 'delivery', { ...tx.state.delivery, outbox })
  tx.effects.length = 0
  await hearMissing(tx, idOf(bob), [1])
  expect(kinds(tx)).toEqual(['not-yours'])
  tx.effects.length = 0
  for (let round = 0; round < 10; round++)
    await hearMissing(
      tx,
      idOf(bob),
      Array.from({ length: 100 }, (_, i) => 2 + i),
    )
  expect(kinds(tx).filter((kind) => kind === 'said')).toHaveLength(128)
  tx.effects.length = 0
  await hearMissing(tx, idOf(bob), [0, 201, 2 ** 47])
  expect(kinds(tx)).toEqual([])
})

test('without a sendable epoch for 1 s, what is said goes through the pair sessions to all on the roster', async () => {
  const { world, ann, bob, cleo, at } = await three(57)
  const tx = at(ann)
  write(tx, 'group', { ...tx.state.group, epochs: [], current: null })
  await tickDelivery(tx)
  await say(tx, 'no epoch')
  expect(kinds(tx)).toEqual([])
  const early = begin(world.ports, tx.state, tx.now + 999)
  await flush(early)
  expect(early.state.delivery.outbox.at(-1)?.sent).toBe(false)
  const late = begin(world.ports, tx.state, tx.now + 1_000)
  await tickDelivery(late)
  expect(kinds(late)).toEqual(['said', 'said'])
  expect(
    sent(late)
      .map(({ to }) => to)
      .sort(),
  ).toEqual([bob.address, cleo.address].sort())
})

test('what is refused to be said', async () => {
  const { ann, at } = await three(58)
  const tx = at(ann)
  await expect(say(tx, '')).rejects.toThrow('message/empty')
  await expect(say(tx, 'x'.repeat(8_193))).rejects.toThrow('message/long')
  write(tx, 'group', { ...tx.state.group, epochs: [], current: null })
  await tickDelivery(tx)
  for (let i = 0; i < 256; i++) await say(tx, `${i}`)
  await expect(say(tx, 'one more')).rejects.toThrow('message/backlog')
  const outside = begin(tx.ports, { ...tx.state, phase: { kind: 'joining' } }, tx.now)
  await expect(say(outside, 'hello')).rejects.toThrow('message/not-joined')
})
