import { expect, test } from 'vitest'
import { chunkBytes, chunkCount } from './chunk.ts'
import type { FileControl, FileId, FileOffer } from './control.ts'
import { answerUnknown, stepFile } from './file.ts'
import { type FileEffect, type FileEvent, type FileState, offered, offering } from './state.ts'
import { decodeReceiver, encodeReceiver } from './stored.ts'
import { progressOf, relayPace } from './timing.ts'

type Untimed<T> = T extends unknown ? Omit<T, 'now'> : never

const id = 'ab'.repeat(16) as FileId
const offerOf = (chunks: number): FileOffer => ({
  id,
  name: 'file',
  type: 'text/plain',
  size: chunks * chunkBytes,
  hash: new Uint8Array(32),
  key: new Uint8Array(32),
  audience: 'member',
})

const endOf = (given: FileState) => {
  let state = given
  let due: number | null = null
  return {
    state: () => state,
    due: () => due,
    take: (now: number, event: Untimed<FileEvent>): readonly FileEffect[] => {
      const step = stepFile(state, { ...event, now } as FileEvent)
      state = step.state
      due = step.wakeAt
      return step.effects
    },
  }
}
const sent = (effects: readonly FileEffect[]): readonly number[] =>
  effects.flatMap((effect) => (effect.kind === 'send' ? [effect.index] : []))
const said = (effects: readonly FileEffect[]): readonly FileControl[] =>
  effects.flatMap((effect) => (effect.kind === 'control' ? [effect.control] : []))
const control = (given: FileControl) => ({ kind: 'control', control: given }) as const
const direct = { kind: 'path', path: 'direct', share: 1 } as const
const relay = { kind: 'path', path: 'relay', share: 1 } as const

const sendingTo = (chunks: number, path: typeof direct | typeof relay) => {
  const end = endOf(offering(offerOf(chunks)))
  end.take(0, path)
  const effects = end.take(0, control({ kind: 'accept', id, next: 0 }))
  return { ...end, effects }
}

test('a file is offered once the other end is there, again after 5, 15, 35 s …, and sent when accepted', () => {
  const end = endOf(offering(offerOf(3)))
  expect(end.due()).toBeNull()
  expect(said(end.take(0, direct)).map(({ kind }) => kind)).toEqual(['offer'])
  const times: number[] = []
  for (let i = 0; i < 6; i++) {
    times.push(end.due() ?? 0)
    end.take(end.due() ?? 0, { kind: 'wake' })
  }
  expect(times).toEqual([5_000, 15_000, 35_000, 75_000, 135_000, 195_000])
  expect(sent(end.take(200_000, control({ kind: 'accept', id, next: 0 })))).toEqual([0, 1, 2])
})

test('directly, no more chunks leave than the channel has room for, nor than a window ahead', () => {
  const end = sendingTo(1_000, direct)
  expect(sent(end.effects)).toHaveLength(16)
  expect(sent(end.take(1, { kind: 'room', count: 100 }))).toHaveLength(48)
  expect(sent(end.take(2, { kind: 'room', count: 100 }))).toEqual([])
  expect(sent(end.take(3, control({ kind: 'have', id, next: 10 })))).toEqual(
    Array.from({ length: 10 }, (_, i) => 64 + i),
  )
})

test('by the relay chunks leave at 1 MiB a second, shared by the transfers under way', () => {
  const count = (share: number): number => {
    const end = endOf(offering(offerOf(10_000)))
    end.take(0, { ...relay, share })
    let total = 0
    const note = (effects: readonly FileEffect[]) => {
      total += sent(effects).length
    }
    note(end.take(0, control({ kind: 'accept', id, next: 0 })))
    for (let now = 0; now <= 10_000; now += 10) {
      note(end.take(now, control({ kind: 'have', id, next: total })))
      note(end.take(now, { kind: 'wake' }))
    }
    return (total * chunkBytes) / 10
  }
  expect(count(1) / (1024 * 1024)).toBeCloseTo(1, 1)
  expect(count(4) / (1024 * 1024)).toBeCloseTo(0.25, 1)
  expect(relayPace(1)).toBeCloseTo(46.9, 1)
})

test('another path goes back to what the receiver has, under another salt', () => {
  const end = sendingTo(100, direct)
  end.take(1, control({ kind: 'have', id, next: 5 }))
  const effects = end.take(2, relay)
  expect(effects).toEqual([{ kind: 'send', index: 5, fresh: true, path: 'relay' }])
  expect(end.take(1_000, { kind: 'wake' })[0]).toMatchObject({ index: 6, fresh: false })
  expect(end.take(2_000, { kind: 'path', path: null, share: 1 })).toEqual([])
  expect(end.due()).toBeNull()
})

test('either end holds a transfer, and it runs while neither does', () => {
  const end = sendingTo(1_000, direct)
  expect(said(end.take(1, { kind: 'pause' }))).toEqual([{ kind: 'pause', id }])
  expect(sent(end.take(2, { kind: 'room', count: 10 }))).toEqual([])
  end.take(3, control({ kind: 'pause', id }))
  expect(sent(end.take(4, { kind: 'resume' }))).toEqual([])
  expect(sent(end.take(5, control({ kind: 'resume', id, next: 16 })))).toHaveLength(10)
})

test('late, doubled and absurd controls do no harm', () => {
  const end = sendingTo(10, direct)
  end.take(1, control({ kind: 'have', id, next: 6 }))
  end.take(2, control({ kind: 'have', id, next: 3 }))
  expect(end.state()).toMatchObject({ have: 6 })
  // The receiver knows best what it has: a late one costs chunks that it drops.
  expect(sent(end.take(3, control({ kind: 'resume', id, next: 2 })))).toEqual([2, 3, 4, 5, 6, 7])
  end.take(5, control({ kind: 'have', id, next: 2 ** 32 - 1 }))
  expect(end.state()).toMatchObject({ have: 10, next: 10 })
  end.take(6, control({ kind: 'decline', id }))
  expect(end.state().phase).toBe('sending')
  end.take(7, control({ kind: 'done', id }))
  end.take(8, control({ kind: 'cancel', id, reason: 'user' }))
  expect(end.state().phase).toBe('done')
})

const receivingOf = (chunks: number) => {
  const end = endOf(offered(offerOf(chunks)))
  end.take(0, direct)
  end.take(0, { kind: 'accept' })
  return end
}

test('chunks are stored in order, and reported every 8', () => {
  const end = receivingOf(20)
  const reports: FileControl[] = []
  for (let index = 0; index < 20; index++) {
    expect(end.take(index, { kind: 'opened', index })).toEqual([{ kind: 'store', index }])
    reports.push(...said(end.take(index, { kind: 'stored', next: index + 1 })))
  }
  expect(reports).toEqual([8, 16, 20].map((next) => ({ kind: 'have', id, next })))
  expect(end.state().phase).toBe('checking')
  expect(end.take(100, { kind: 'checked', right: true })).toEqual([
    { kind: 'control', control: { kind: 'done', id } },
    { kind: 'finished' },
  ])
})

test('a doubled chunk is dropped, a gap is asked for after 1 s, once', () => {
  const end = receivingOf(20)
  end.take(1, { kind: 'opened', index: 0 })
  expect(end.take(2, { kind: 'opened', index: 0 })).toEqual([])
  for (const index of [2, 3, 4]) expect(end.take(10 * index, { kind: 'opened', index })).toEqual([])
  expect(end.due()).toBe(1_020)
  expect(said(end.take(1_020, { kind: 'wake' }))).toEqual([{ kind: 'resume', id, next: 1 }])
  expect(end.take(1_030, { kind: 'opened', index: 5 })).toEqual([])
})

test('a wrong hash ends it: nothing stays', () => {
  const end = receivingOf(1)
  end.take(1, { kind: 'opened', index: 0 })
  expect(end.take(2, { kind: 'stored', next: 1 }).map(({ kind }) => kind)).toEqual(['check', 'control'])
  expect(end.take(3, { kind: 'checked', right: false })).toEqual([
    { kind: 'control', control: { kind: 'cancel', id, reason: 'hash' } },
    { kind: 'discard' },
  ])
})

test('a full disk ends it on both sides, and the sender hears why', () => {
  const end = receivingOf(5)
  const [cancel] = said(end.take(1, { kind: 'storage-failed' }))
  const sender = sendingTo(5, direct)
  sender.take(1, control(cancel ?? expect.unreachable()))
  expect(sender.state()).toMatchObject({ phase: 'cancelled', reason: 'storage' })
})

test('an end that missed how it ended is told again', () => {
  const done = receivingOf(1)
  done.take(1, { kind: 'opened', index: 0 })
  done.take(2, { kind: 'stored', next: 1 })
  done.take(3, { kind: 'checked', right: true })
  expect(said(done.take(4, control({ kind: 'query', id })))).toEqual([{ kind: 'done', id }])
  const cancelled = sendingTo(5, direct)
  cancelled.take(1, { kind: 'cancel' })
  expect(said(cancelled.take(2, control({ kind: 'have', id, next: 1 })))).toEqual([
    { kind: 'cancel', id, reason: 'user' },
  ])
  const declined = endOf(offered(offerOf(1)))
  declined.take(0, { kind: 'decline' })
  expect(said(declined.take(1, control({ kind: 'offer', offer: offerOf(1) })))).toEqual([
    { kind: 'decline', id },
  ])
})

test('what nobody knows is cancelled, and cancelling is not answered', () => {
  expect(answerUnknown({ kind: 'resume', id, next: 3 })).toEqual({ kind: 'cancel', id, reason: 'unknown' })
  expect(answerUnknown({ kind: 'cancel', id, reason: 'user' })).toBeNull()
  expect(answerUnknown({ kind: 'offer', offer: offerOf(1) })).toBeNull()
})

test('a receiver that was stored goes on at the last chunk that is whole', () => {
  const end = receivingOf(20)
  for (let index = 0; index < 9; index++) end.take(1, { kind: 'opened', index })
  end.take(2, { kind: 'stored', next: 9 })
  end.take(3, { kind: 'pause' })
  const state = end.state()
  const bytes = state.role === 'receiver' ? encodeReceiver(state) : null
  const back = endOf(decodeReceiver(bytes ?? expect.unreachable(), 7))
  expect(back.state()).toMatchObject({ stored: 7, next: 7, heldBySelf: true })
  back.take(10, direct)
  expect(said(back.take(11, { kind: 'resume' }))).toEqual([{ kind: 'resume', id, next: 7 }])
})

test('speed and time left are those of the last seconds', () => {
  const end = sendingTo(1_000, direct)
  for (let i = 1; i <= 20; i++) end.take(500 * i, control({ kind: 'have', id, next: 10 * i }))
  const { bytesPerSecond, secondsLeft } = progressOf(end.state(), 10_000)
  expect(bytesPerSecond).toBeCloseTo(20 * chunkBytes, -3)
  expect(secondsLeft).toBeCloseTo(40, 0)
  end.take(10_001, { kind: 'pause' })
  expect(progressOf(end.state(), 10_002).bytesPerSecond).toBeNull()
  expect(chunkCount(offerOf(1_000).size)).toBe(1_000)
})
