/** Both ends of a transfer with real chunks over a way that loses, doubles, reorders, breaks and forges, under seeds. */

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Bytes, concat, equal } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { chunkBytes, decodeChunk, encodeChunk, openChunk, rangeOf, sealChunk, streamKey } from './chunk.ts'
import type { FileId, FileOffer } from './control.ts'
import { answerUnknown, stepFile } from './file.ts'
import { type FileEffect, type FileEvent, type FileState, offered, offering } from './state.ts'
import { decodeReceiver, encodeReceiver } from './stored.ts'

type Untimed<T> = T extends unknown ? Omit<T, 'now'> : never
type Name = 'sender' | 'receiver'

interface Weather {
  readonly loss: number
  readonly doubling: number
  readonly forging: number
  /** A step in which the path changes, or the receiver loads its page again. */
  readonly breaks: number
}

const sha256 = (bytes: Uint8Array): Bytes => new Uint8Array(createHash('sha256').update(bytes).digest())

/** Plays one transfer to its end, in virtual time. */
const play = async (crypto: Crypto, seed: number, weather: Weather, file: Bytes) => {
  let dice = seed
  const random = (): number => {
    dice = (Math.imul(dice, 1_664_525) + 1_013_904_223) >>> 0
    return dice / 2 ** 32
  }
  const id = 'ab'.repeat(16) as FileId
  const offer: FileOffer = {
    id,
    name: 'file',
    type: 'text/plain',
    size: file.length,
    hash: sha256(file),
    key: crypto.random(32),
    audience: 'member',
  }
  const key = new Secret(offer.key.slice())
  const states: { sender: FileState; receiver: FileState | null } = {
    sender: offering(offer),
    receiver: null,
  }
  const jobs: { at: number; run: () => Promise<void> }[] = []
  const used = new Set<string>()
  let now = 0
  let salt = crypto.random(16)
  let stored: Bytes[] = []
  let arrived: Bytes | null = null
  let path: 'direct' | 'relay' | null = 'relay'
  const later = (ms: number, run: () => Promise<void>): void => {
    jobs.push({ at: now + ms, run })
    jobs.sort((a, b) => a.at - b.at)
  }

  const feed = async (name: Name, event: Untimed<FileEvent>): Promise<void> => {
    const state = states[name]
    if (state === null) return
    const step = stepFile(state, { ...event, now } as FileEvent)
    states[name] = step.state
    const at = step.wakeAt
    if (at !== null) later(Math.max(1, at - now), () => feed(name, { kind: 'wake' }))
    for (const effect of step.effects) await carryOut(name, effect)
  }

  const hear = async (
    name: Name,
    control: Extract<FileEffect, { kind: 'control' }>['control'],
  ): Promise<void> => {
    if (name === 'receiver' && states.receiver === null) {
      if (control.kind !== 'offer') {
        const answer = answerUnknown(control)
        return answer === null ? undefined : hear('sender', answer)
      }
      states.receiver = offered(control.offer)
      await feed('receiver', { kind: 'path', path, share: 1 })
      return feed('receiver', { kind: 'accept' })
    }
    return feed(name, { kind: 'control', control })
  }

  const carryOut = async (name: Name, effect: FileEffect): Promise<void> => {
    switch (effect.kind) {
      case 'control':
        if (random() >= weather.loss)
          later(5 + 40 * random(), () => hear(name === 'sender' ? 'receiver' : 'sender', effect.control))
        return
      case 'send':
        return send(effect)
      case 'store':
        if (arrived !== null) stored.push(arrived)
        return later(2, () => feed('receiver', { kind: 'stored', next: stored.length }))
      case 'check': {
        const right = equal(sha256(concat(...stored)), offer.hash)
        return later(1, () => feed('receiver', { kind: 'checked', right }))
      }
      case 'finished':
      case 'discard':
        return
    }
  }

  const send = async ({ index, fresh }: Extract<FileEffect, { kind: 'send' }>): Promise<void> => {
    if (fresh) salt = crypto.random(16)
    const { start, end } = rangeOf(index, file.length)
    const place = { id, index, size: file.length }
    const nonce = `${salt.join()} ${index}`
    expect(used.has(nonce)).toBe(false)
    used.add(nonce)
    const stream = await streamKey(crypto, key, id, salt)
    const sealed = await sealChunk(crypto, stream, place, file.slice(start, end))
    const bytes = encodeChunk({ id, salt, index, sealed })
    if (random() < weather.forging) bytes[Math.floor(random() * bytes.length)]! ^= 1
    const copies = random() < weather.loss ? 0 : random() < weather.doubling ? 2 : 1
    for (let i = 0; i < copies; i++) later(5 + 30 * random(), () => receive(bytes))
    later(10, () => feed('sender', { kind: 'room', count: 1 }))
  }

  const receive = async (bytes: Bytes): Promise<void> => {
    const frame = decodeChunk(bytes)
    if (frame === null || frame.id !== id) return
    const stream = await streamKey(crypto, key, frame.id, frame.salt)
    const opened = await openChunk(
      crypto,
      stream,
      { id, index: frame.index, size: file.length },
      frame.sealed,
    )
    if (opened === null) return
    arrived = opened
    await feed('receiver', { kind: 'opened', index: frame.index })
    arrived = null
  }

  const breakPath = async (): Promise<void> => {
    path = random() < 0.3 ? null : random() < 0.5 ? 'direct' : 'relay'
    for (const name of ['sender', 'receiver'] as const) await feed(name, { kind: 'path', path, share: 1 })
    if (path === null) later(2_000, breakPath)
  }

  /** A stored receiver comes back with what it had. */
  const reload = async (): Promise<void> => {
    const { receiver } = states
    const bytes = receiver?.role === 'receiver' ? encodeReceiver(receiver) : null
    if (bytes === null) return
    const whole = Math.max(0, stored.length - Math.floor(2 * random()))
    const back = decodeReceiver(bytes, whole)
    stored = stored.slice(0, back.stored)
    states.receiver = back
    await feed('receiver', { kind: 'path', path, share: 1 })
  }

  later(0, () => feed('sender', { kind: 'path', path, share: 1 }))
  let steps = 0
  while (jobs.length > 0 && now < 3_600_000 && states.sender.phase !== 'done' && steps < 50_000) {
    const job = jobs.shift() ?? expect.unreachable()
    now = job.at
    steps += 1
    await job.run()
    if (now < 600_000 && random() < weather.breaks) await (random() < 0.5 ? breakPath() : reload())
  }
  return {
    sender: states.sender.phase,
    receiver: states.receiver?.phase,
    same: equal(concat(...stored), file),
    steps,
  }
}

const whole = { sender: 'done', receiver: 'done', same: true }
const clear: Weather = { loss: 0, doubling: 0, forging: 0, breaks: 0 }
const fileOf = (crypto: Crypto, size: number): Bytes => {
  const file = new Uint8Array(size)
  file.set(crypto.random(Math.min(size, 64)))
  for (let i = 64; i < size; i++) file[i] = (file[i - 64]! + i) % 256
  return file
}

test.each([0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 40 * chunkBytes])(
  'a file of %i bytes arrives',
  async (size) => {
    const { crypto } = await seededCrypto(`file ${size}`, globalThis.crypto.subtle as never)
    expect(await play(crypto, 1, clear, fileOf(crypto, size))).toMatchObject(whole)
  },
)

test.each([
  ['loss', { ...clear, loss: 0.1 }],
  ['doubling', { ...clear, doubling: 0.5 }],
  ['forged bytes', { ...clear, forging: 0.1 }],
  ['broken paths and reloads', { ...clear, breaks: 0.02 }],
  ['all of it', { loss: 0.05, doubling: 0.2, forging: 0.05, breaks: 0.01 }],
])('through %s every file arrives whole, and no (key, nonce) is used twice', async (_, weather) => {
  const { crypto } = await seededCrypto('rough', globalThis.crypto.subtle as never)
  const file = fileOf(crypto, 12 * chunkBytes + 77)
  for (let seed = 1; seed <= 12; seed++)
    expect({ seed, ...(await play(crypto, seed, weather, file)) }).toMatchObject({ seed, ...whole })
})
