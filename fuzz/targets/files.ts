/**
 * Files: what the other end of a transfer says, its sealed chunks, and what a receiver stored. The other end is an
 * insider: it has the file's key, and seals chunks of any length for any place.
 */

import { type Bytes, bytes, type Codec, encode, oneOf, struct, u32, union } from '../../src/codec/index.ts'
import { Secret } from '../../src/crypto/index.ts'
import {
  answerUnknown,
  chunkBytes,
  decodeChunk,
  decodeReceiver,
  encodeChunk,
  encodeReceiver,
  type FileControl,
  type FileEvent,
  type FileId,
  type FileOffer,
  type FileState,
  fileControl,
  offered,
  offering,
  openChunk,
  progressOf,
  stepFile,
  streamKey,
} from '../../src/files/index.ts'
import { fieldsBy } from '../fields.ts'
import { createPrimitives } from '../primitives.ts'
import { decodeStrictly, readOrRefuse } from '../strict.ts'
import { demand, type Target } from '../target.ts'

/** What happens at one end. `waitMs` passes before it. */
type Word =
  | { readonly kind: 'control'; readonly waitMs: number; readonly control: FileControl }
  | {
      readonly kind: 'user'
      readonly waitMs: number
      readonly does: 'accept' | 'decline' | 'pause' | 'resume' | 'cancel'
    }
  | { readonly kind: 'host'; readonly waitMs: number; readonly says: HostWord; readonly number: number }
  | { readonly kind: 'chunk'; readonly frame: Bytes }
  /** Sealed under the right key for this place, with any length. */
  | { readonly kind: 'sealed'; readonly index: number; readonly plaintext: Bytes }
  | { readonly kind: 'stored'; readonly durable: number; readonly state: Bytes }
type HostWord =
  | 'direct'
  | 'relay'
  | 'away'
  | 'room'
  | 'unreadable'
  | 'opened'
  | 'stored'
  | 'failed'
  | 'right'
  | 'wrong'
  | 'wake'

const word: Codec<Word> = union<Word>({
  control: [1, struct({ waitMs: u32, control: fileControl })],
  user: [2, struct({ waitMs: u32, does: oneOf('accept', 'decline', 'pause', 'resume', 'cancel') })],
  host: [
    3,
    struct({
      waitMs: u32,
      says: oneOf<HostWord>(
        'direct',
        'relay',
        'away',
        'room',
        'unreadable',
        'opened',
        'stored',
        'failed',
        'right',
        'wrong',
        'wake',
      ),
      number: u32,
    }),
  ],
  chunk: [4, struct({ frame: bytes(60_000) })],
  sealed: [5, struct({ index: u32, plaintext: bytes(60_000) })],
  stored: [6, struct({ durable: u32, state: bytes(1_000) })],
})

const id = 'ab'.repeat(16) as FileId
const offer: FileOffer = {
  id,
  name: 'file.txt',
  type: 'text/plain',
  size: 3 * chunkBytes + 7,
  hash: new Uint8Array(32).fill(1),
  key: new Uint8Array(32).fill(2),
  audience: 'member',
}
const place = (index: number) => ({ id, index, size: offer.size })

const hostEvent = (says: HostWord, number: number): Omit<FileEvent, 'now'> | object => {
  switch (says) {
    case 'direct':
    case 'relay':
      return { kind: 'path', path: says, share: 1 + (number % 8) }
    case 'away':
      return { kind: 'path', path: null, share: 1 }
    case 'room':
      return { kind: 'room', count: number % 64 }
    case 'opened':
      return { kind: 'opened', index: number }
    case 'stored':
      return { kind: 'stored', next: number }
    case 'failed':
      return { kind: 'storage-failed' }
    case 'right':
    case 'wrong':
      return { kind: 'checked', right: says === 'right' }
    case 'unreadable':
    case 'wake':
      return { kind: says }
  }
}

/** Both ends hear the same: what is nonsense at one is right at the other. */
const createEnds = () => {
  const ends: FileState[] = [offering(offer), offered(offer)]
  let now = 0
  const feed = (waitMs: number, event: object): string => {
    now += waitMs % 2 ** 31
    const kinds = ends.map((before, i) => {
      const shown = JSON.stringify(before)
      const step = stepFile(before, { ...event, now } as FileEvent)
      demand(JSON.stringify(before) === shown, 'a step leaves the state before it as it was')
      demand(step.wakeAt === null || Number.isFinite(step.wakeAt), 'a time to wake is a time')
      demand(step.effects.length <= 64, 'one event has a bounded number of effects')
      demand(step.state.marks.length <= 1_000, 'marks are bounded')
      for (const effect of step.effects) if (effect.kind === 'control') encode(fileControl, effect.control)
      progressOf(step.state, now)
      if (step.state.role === 'receiver') encodeReceiver(step.state)
      ends[i] = step.state
      return `${step.state.phase} ${step.effects.map(({ kind }) => kind)[0] ?? ''}`
    })
    return kinds.join(' / ')
  }
  return feed
}

export const createTarget = async (): Promise<Target> => {
  const { crypto, reset } = await createPrimitives()
  const salt = crypto.random(16)
  const key = await streamKey(crypto, new Secret(offer.key.slice()), id, salt)
  const seal = (index: number, plaintext: Bytes): Promise<Bytes> => {
    const isLast = index === Math.ceil(offer.size / chunkBytes) - 1 ? 1 : 0
    const tail = [...encode(u32, index), isLast]
    const label = new TextEncoder().encode('mlwe-pake v2 file chunk')
    const aad = new Uint8Array([...label, ...Buffer.from(id, 'hex'), ...tail])
    return crypto.seal(key, new Uint8Array([0, 0, 0, 0, 0, 0, 0, ...tail]), aad, plaintext)
  }
  const controls: readonly FileControl[] = [
    { kind: 'offer', offer },
    { kind: 'accept', id, next: 0 },
    { kind: 'decline', id },
    { kind: 'cancel', id, reason: 'user' },
    { kind: 'pause', id },
    { kind: 'resume', id, next: 2 },
    { kind: 'have', id, next: 1 },
    { kind: 'query', id },
    { kind: 'done', id },
  ]
  const last = new Uint8Array(7)
  const frame = encodeChunk({ id, salt, index: 3, sealed: await seal(3, last) })
  const stored = encodeReceiver({ ...offered(offer), phase: 'receiving' }) ?? new Uint8Array(0)
  const words: readonly Word[] = [
    ...controls.map((control) => ({ kind: 'control' as const, waitMs: 100, control })),
    ...(['accept', 'decline', 'pause', 'resume', 'cancel'] as const).map((does) => ({
      kind: 'user' as const,
      waitMs: 10,
      does,
    })),
    ...(
      [
        'direct',
        'relay',
        'away',
        'room',
        'unreadable',
        'opened',
        'stored',
        'failed',
        'right',
        'wrong',
        'wake',
      ] as const
    ).map((says) => ({ kind: 'host' as const, waitMs: 10, says, number: 1 })),
    { kind: 'chunk', frame },
    { kind: 'sealed', index: 3, plaintext: last },
    { kind: 'stored', durable: 1, state: stored },
  ]

  const take = async (feed: ReturnType<typeof createEnds>, said: Word): Promise<string> => {
    switch (said.kind) {
      case 'control': {
        const answer = answerUnknown(said.control)
        if (answer !== null) encode(fileControl, answer)
        return `${said.control.kind}: ${feed(said.waitMs, { kind: 'control', control: said.control })}`
      }
      case 'user':
        return `${said.does}: ${feed(said.waitMs, { kind: said.does })}`
      case 'host':
        return `${said.says}: ${feed(said.waitMs, hostEvent(said.says, said.number))}`
      case 'chunk': {
        const chunk = decodeChunk(said.frame)
        if (chunk === null) return 'not a chunk'
        demand(Buffer.from(encodeChunk(chunk)).equals(said.frame), 'what decodes encodes to the same bytes')
        return (await openChunk(crypto, key, place(chunk.index), chunk.sealed)) === null ? 'shut' : 'opened'
      }
      case 'sealed': {
        const opened = await openChunk(crypto, key, place(said.index), await seal(said.index, said.plaintext))
        const isWhole = said.plaintext.length === (said.index === 3 ? 7 : chunkBytes) && said.index <= 3
        demand((opened !== null) === isWhole, 'a chunk opens if it has the length of its place')
        return `sealed: ${opened === null ? 'refused' : 'opened'}`
      }
      case 'stored': {
        const read = readOrRefuse(() => decodeReceiver(said.state, said.durable))
        if ('refusal' in read) return `stored: ${read.refusal}`
        const again = encodeReceiver(read.value)
        demand(
          again !== null && Buffer.from(again).equals(said.state),
          'what decodes encodes to the same bytes',
        )
        return 'stored: read'
      }
    }
  }

  return {
    fields: fieldsBy(word),
    seeds: words.map((one) => encode(word, one)),
    longest: 40,
    async run(input) {
      reset()
      const feed = createEnds()
      const outcomes: string[] = []
      for (const message of input) {
        const read = decodeStrictly(word, message)
        outcomes.push('refusal' in read ? read.refusal : await take(feed, read.value))
      }
      return outcomes
    },
  }
}
