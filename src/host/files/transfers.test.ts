import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Bytes, concat, decode, encode, equal } from '../../codec/index.ts'
import { seededCrypto } from '../../crypto/testing/seeded.ts'
import { chunkBytes, type FilePath, fileControl } from '../../files/index.ts'
import type { MemberId } from '../../identity/index.ts'
import type { FileSource, TransferView } from './file-ports.ts'
import { createTransfers, type Transfers } from './transfers.ts'

const hashOfAll = () => {
  const hash = createHash('sha256')
  return { update: (bytes: Bytes) => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) }
}

const toOne = { audience: 'member', batch: 'one', onRead: () => true } as const

interface Member {
  readonly id: MemberId
  readonly transfers: Transfers
  views: readonly TransferView[]
  readonly files: Map<string, { readonly parts: Bytes[]; state: 'open' | 'finished' | 'discarded' }>
  /** Bytes that its disk takes. */
  space: number
}

/** Members whose controls and chunks reach each other after a turn, by the path that the test sets. */
const roomOf = async (names: readonly string[]) => {
  const world = { path: 'direct' as FilePath, chunks: { direct: 0, relay: 0 }, tamper: false }
  const members = new Map<MemberId, Member>()
  for (const name of names) {
    const id = name.repeat(32) as MemberId
    const { crypto } = await seededCrypto(`transfers ${name}`, globalThis.crypto.subtle as never)
    const arrive = (to: MemberId, bytes: Bytes) =>
      setTimeout(() => members.get(to)?.transfers.receive(id, bytes), 0)
    const member: Member = {
      id,
      views: [],
      files: new Map(),
      space: Number.POSITIVE_INFINITY,
      transfers: createTransfers({
        crypto,
        now: () => performance.now(),
        setTimer: (run, ms) => {
          const timer = setTimeout(run, ms)
          return () => clearTimeout(timer)
        },
        createHash: hashOfAll,
        sendControl: (to, control) => {
          const bytes = encode(fileControl, control)
          if (world.path === null) return
          setTimeout(() => members.get(to)?.transfers.hear(id, decode(fileControl, bytes)), 0)
        },
        pathOf: () => world.path,
        sendChunk: (to, bytes) => {
          world.chunks.direct += 1
          const sent = bytes.slice()
          if (world.tamper) sent[sent.length - 1]! ^= 1
          arrive(to, sent)
          setTimeout(() => member.transfers.chunksSent(to, 1), 0)
          return true
        },
        relayChunk: (to, bytes) => {
          world.chunks.relay += 1
          arrive(to, bytes.slice())
        },
        createSink: async (offer) => {
          const file = { parts: [] as Bytes[], state: 'open' as 'open' | 'finished' | 'discarded' }
          member.files.set(offer.name, file)
          return {
            write: async (bytes) => {
              member.space -= bytes.length
              if (member.space < 0) throw new Error('QuotaExceededError')
              file.parts.push(bytes)
            },
            finish: async () => {
              file.state = 'finished'
            },
            discard: async () => {
              file.state = 'discarded'
            },
          }
        },
        keep: () => undefined,
        forget: () => undefined,
        show: (views) => {
          member.views = views
        },
      }),
    }
    members.set(id, member)
  }
  return { world, members: [...members.values()] }
}

const sourceOf = (bytes: Bytes, name = 'folder/file.bin'): FileSource => ({
  name,
  type: 'application/x-test',
  size: bytes.length,
  read: async (start, end) => bytes.slice(start, end),
})
const fileOf = (length: number): Bytes => new Uint8Array(randomBytes(length))
const until = async (done: () => boolean): Promise<void> => {
  await expect.poll(done, { timeout: 60_000, interval: 5 }).toBe(true)
}
const phases = ({ views }: Member) => views.map(({ phase }) => phase)
const accept = async (member: Member): Promise<void> => {
  await until(() => phases(member).includes('offered'))
  for (const { id, phase } of member.views) if (phase === 'offered') member.transfers.command(id, 'accept')
}

test('a file goes to three receivers at once, each of whom accepts, and one who declines gets nothing', async () => {
  const { members } = await roomOf(['a', 'b', 'c', 'd', 'e'])
  const [a, ...others] = members as [Member, ...Member[]]
  const bytes = fileOf(30 * chunkBytes + 17)
  await a.transfers.offer(
    sourceOf(bytes),
    others.map(({ id }) => id),
    { ...toOne, audience: 'group' },
  )
  const decliner = others[3] ?? expect.unreachable()
  await until(() => phases(decliner).includes('offered'))
  decliner.transfers.command(decliner.views[0]?.id ?? '', 'decline')
  for (const member of others.slice(0, 3)) await accept(member)
  await until(() => phases(a).filter((phase) => phase === 'done').length === 3)
  expect(phases(a).sort()).toEqual(['declined', 'done', 'done', 'done'])
  for (const { files } of others.slice(0, 3)) {
    const file = files.get('file.bin') ?? expect.unreachable()
    expect(file.state).toBe('finished')
    expect(equal(concat(...file.parts), bytes)).toBe(true)
  }
  expect(decliner.files.size).toBe(0)
})

test('by the relay alone it goes at its rate; another path on the way changes nothing', async () => {
  const { world, members } = await roomOf(['a', 'b'])
  const [a, b] = members as [Member, Member]
  world.path = 'relay'
  const bytes = fileOf(24 * chunkBytes)
  await a.transfers.offer(sourceOf(bytes), [b.id], toOne)
  await accept(b)
  await until(() => world.chunks.relay >= 10)
  const elapsed = world.chunks.relay
  expect(elapsed).toBeLessThan(20)
  world.path = 'direct'
  for (const { transfers } of members) transfers.follow()
  await until(() => phases(a).includes('done'))
  expect(equal(concat(...(b.files.get('file.bin')?.parts ?? [])), bytes)).toBe(true)
  expect(world.chunks.direct).toBeGreaterThan(0)
})

test('pause holds it at either end, cancel removes what came', async () => {
  const { world, members } = await roomOf(['a', 'b'])
  const [a, b] = members as [Member, Member]
  world.path = 'relay'
  await a.transfers.offer(sourceOf(fileOf(200 * chunkBytes)), [b.id], toOne)
  await accept(b)
  await until(() => world.chunks.relay >= 3)
  const id = b.views[0]?.id ?? ''
  b.transfers.command(id, 'pause')
  await until(() => a.views[0]?.heldByOther === true)
  const before = world.chunks.relay
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(world.chunks.relay).toBe(before)
  b.transfers.command(id, 'resume')
  await until(() => world.chunks.relay > before)
  a.transfers.command(id, 'cancel')
  await until(() => phases(b).includes('cancelled'))
  await until(() => b.files.get('file.bin')?.state === 'discarded')
  expect(b.views[0]?.reason).toBe('user')
})

test('a full disk, a file that changed, and chunks that were tampered with', async () => {
  const { world, members } = await roomOf(['a', 'b'])
  const [a, b] = members as [Member, Member]
  b.space = 3 * chunkBytes
  await a.transfers.offer(sourceOf(fileOf(10 * chunkBytes), 'large.bin'), [b.id], toOne)
  await accept(b)
  await until(() => phases(a).includes('cancelled'))
  expect(a.views[0]?.reason).toBe('storage')
  b.space = Number.POSITIVE_INFINITY
  const bytes = fileOf(10 * chunkBytes)
  let reads = 0
  const changing: FileSource = {
    ...sourceOf(bytes, 'changing.bin'),
    read: async (start, end) => {
      reads += 1
      if (reads > 3) throw new Error('NotReadableError')
      return bytes.slice(start, end)
    },
  }
  await a.transfers.offer(changing, [b.id], toOne)
  await accept(b)
  await until(() => b.views.at(-1)?.phase === 'cancelled')
  expect(b.views.at(-1)?.reason).toBe('unreadable')
  world.tamper = true
  await a.transfers.offer(sourceOf(fileOf(chunkBytes), 'tampered.bin'), [b.id], toOne)
  await accept(b)
  await until(() => world.chunks.direct > 0)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(b.files.has('tampered.bin')).toBe(false)
  expect(b.views.at(-1)?.phase).toBe('receiving')
})

test('a sender whose file has another hash than it said is refused at the end', async () => {
  const { members } = await roomOf(['a', 'b'])
  const [a, b] = members as [Member, Member]
  const [first, then] = [fileOf(4 * chunkBytes), fileOf(4 * chunkBytes)]
  let reads = 0
  const lying: FileSource = {
    ...sourceOf(first),
    read: async (start, end) => {
      reads += 1
      return (reads > 1 ? then : first).slice(start, end)
    },
  }
  await a.transfers.offer(lying, [b.id], toOne)
  await accept(b)
  await until(() => phases(a).includes('cancelled'))
  expect(a.views[0]?.reason).toBe('hash')
  await until(() => b.files.get('file.bin')?.state === 'discarded')
})

test('a member that is gone hears nothing more, and foreign members change no transfer', async () => {
  const { world, members } = await roomOf(['a', 'b', 'c'])
  const [a, b, c] = members as [Member, Member, Member]
  world.path = 'relay'
  await a.transfers.offer(sourceOf(fileOf(50 * chunkBytes)), [b.id], toOne)
  await accept(b)
  await until(() => world.chunks.relay >= 2)
  const id = a.views[0]?.id as never
  a.transfers.hear(c.id, { kind: 'cancel', id, reason: 'user' })
  expect(phases(a)).toEqual(['sending'])
  a.transfers.memberGone(b.id)
  const before = world.chunks.relay
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(world.chunks.relay).toBe(before)
  expect(phases(a)).toEqual(['cancelled'])
})

test('no more than 16 offers of one member wait', async () => {
  const { members } = await roomOf(['a', 'b'])
  const [a, b] = members as [Member, Member]
  for (let i = 0; i < 20; i++) await a.transfers.offer(sourceOf(fileOf(10), `${i}.bin`), [b.id], toOne)
  await until(() => phases(a).filter((phase) => phase === 'declined').length === 4)
  expect(b.views).toHaveLength(16)
})
