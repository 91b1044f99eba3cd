import { expect, test } from 'vitest'
import { fromHex } from '../codec/index.ts'
import { Secret } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import { openMessage, sealMessage, tagFor } from './message.ts'
import { openBody, sealBody } from './sender-chain.ts'
import { createWorld } from './testing/world.ts'

const group = await createWorld('messages', 3)
const { crypto } = group
const [ann, bob, cleo] = (await group.found()) as [MemberId, MemberId, MemberId]

test('messages open once, in any order, for their sender only, and mutated ones never', async () => {
  let sender = group.at(ann)
  const sealed: Uint8Array[] = []
  for (let i = 0; i < 6; i++) {
    const made = (await sealMessage(crypto, sender, Uint8Array.of(i, 1, 2, 3)))!
    sender = made.state
    sealed.push(made.bytes)
  }
  let receiver = group.at(bob)
  for (const i of [3, 0, 5, 1, 4, 2]) {
    expect(await openMessage(crypto, receiver, cleo, sealed[i]!)).toMatchObject({
      code: 'group/wrong-sender',
    })
    const opened = await openMessage(crypto, receiver, ann, sealed[i]!)
    if (opened.kind !== 'opened') throw new Error(opened.code)
    expect(opened.body[0]).toBe(i)
    receiver = opened.state
    expect(await openMessage(crypto, receiver, ann, sealed[i]!)).toMatchObject({ code: 'group/replayed' })
  }
  for (let i = 0; i < 400; i++) {
    const changed = sealed[0]!.slice()
    changed[crypto.random(1)[0]! % changed.length]! ^= 1 << (i % 8)
    expect((await openMessage(crypto, group.at(bob), ann, changed)).kind).toBe('rejected')
  }
  expect(await openMessage(crypto, group.at(bob), ann, new Uint8Array(74))).toMatchObject({
    code: 'group/malformed',
  })
})

test('a chain restored from a copy seals under another key and nonce; jumps end at 2,048', async () => {
  const used: string[] = []
  const watching = {
    ...crypto,
    seal: (...args: Parameters<typeof crypto.seal>) => {
      const [key, nonce] = args
      used.push(`${(key as Secret).expose()} ${(nonce as Secret).expose()}`)
      return crypto.seal(...args)
    },
  }
  const chain = { chain: new Secret(fromHex('11'.repeat(32))), generation: 0 }
  const aad = async () => new Uint8Array(0)
  await sealBody(watching, chain, new Uint8Array(4), aad)
  await sealBody(watching, chain, new Uint8Array(4), aad)
  expect(new Set(used).size).toBe(2)
  const receiving = { ...chain, skipped: new Map<number, Secret>() }
  const bytes = new Uint8Array(64)
  expect(await openBody(crypto, receiving, 2_049, bytes, new Uint8Array(0))).toMatchObject({
    code: 'group/jump',
  })
  expect(await openBody(crypto, receiving, 2_048, bytes, new Uint8Array(0))).toMatchObject({
    code: 'group/unreadable',
  })
})

test('a tag is for one pair, one direction and one message', async () => {
  const auth = new Secret(crypto.random(32))
  const bytes = crypto.random(50)
  const tag = await tagFor(crypto, auth, { sender: ann, recipient: bob }, bytes)
  expect(tag).toHaveLength(16)
  expect(await tagFor(crypto, auth, { sender: bob, recipient: ann }, bytes)).not.toEqual(tag)
  expect(await tagFor(crypto, auth, { sender: ann, recipient: cleo }, bytes)).not.toEqual(tag)
  expect(await tagFor(crypto, auth, { sender: ann, recipient: bob }, bytes.slice(1))).not.toEqual(tag)
})
