/**
 * What travels between members, by kind of frame: real peers and real cryptography around the real relay core, in virtual
 * time. Bytes of frames as sealed, without the envelope of the relay or of a data channel. The world brings links up without
 * WebRTC: its descriptions are a word where real ones have about a kilobyte, so those of newcomers are larger in the app.
 */
import type { FrameFacts } from '../src/peer/index.ts'
import { createWorld, type Member, type World } from '../src/peer/testing/world.ts'
import { type Choice, type Figure, figureOf } from './runner.ts'

/** Version 1, measured on commit 9d37f63: a line of chat and its receipt; `heads`, each direction, every 5 s. */
const versionOne = { name: 'version 1', line: 198, receipt: 4_439, idlePerSecond: 4_439 / 5 } as const

const second = 1_000
const minute = 60 * second
const linesPerMinute = 20
/** Four epochs and more than ten minutes, so that every turn is in it. */
const lines = 256

interface Sent {
  readonly by: Member
  readonly label: string
  readonly bytes: number
}

const labelOf = ({ kind, fields, inside }: FrameFacts): string =>
  [
    kind,
    fields.flow ?? '',
    inside === null ? '' : inside.kind,
    // A turn block doubles a frame: it is counted apart.
    fields.turn === 1 ? 'with a turn' : '',
  ]
    .filter((part) => part !== '')
    .join(' ')

const createCounted = async (seed: number) => {
  const sent: Sent[] = []
  const world = await createWorld({
    seed,
    observer: {
      watch: (crypto) => crypto,
      relay: (_from, _to, bytes) => [bytes],
      stepped(by, { effects }) {
        for (const effect of effects)
          if (effect.kind === 'send')
            sent.push({ by, label: labelOf(effect.facts), bytes: effect.bytes.length })
      },
    },
  })
  return { world, sent }
}

const total = (sent: readonly Sent[]): number => sent.reduce((sum, { bytes }) => sum + bytes, 0)

/** Bytes and frames of each kind, the heaviest first. */
const byLabel = (sent: readonly Sent[]) =>
  [...new Set(sent.map(({ label }) => label))]
    .map((label) => {
      const frames = sent.filter((one) => one.label === label)
      return { label, bytes: total(frames), frames: frames.length }
    })
    .toSorted((a, b) => b.bytes - a.bytes)

const settle = async (world: World, count: number): Promise<void> => {
  for (let waited = 0; waited < 5 * minute; waited += second) {
    await world.pass(second)
    const agreed = world.standing()
    if (agreed.length === 1 && agreed[0]?.endsWith(` ${count}`)) return
  }
  throw new Error(`the members do not agree: ${world.standing().join(' | ')}`)
}

const openRoom = async (world: World, count: number): Promise<readonly Member[]> => {
  const members: Member[] = []
  for (let i = 0; i < count; i++) {
    members.push(await world.open(`member ${i + 1}`))
    await settle(world, i + 1)
  }
  await world.pass(minute)
  return members
}

type Row = (name: string, n: number, unit: string, ours: number, before?: number) => void

const measureJoin = async (row: Row, count: number): Promise<void> => {
  const { world, sent } = await createCounted(count)
  await openRoom(world, count)
  sent.length = 0
  const newcomer = await world.open('newcomer')
  await settle(world, count + 1)
  await world.pass(5 * second)
  const name = `one joins a room of ${count}`
  row(`${name}: all frames of all`, count, 'bytes', total(sent))
  row(`${name}: sent by the newcomer`, count, 'bytes', total(sent.filter(({ by }) => by === newcomer)))
  for (const { label, bytes, frames } of byLabel(sent))
    row(`${name}: ${frames} × ${label}`, count, 'bytes', bytes)
}

const measureChat = async (row: Row, count: number): Promise<void> => {
  const { world, sent } = await createCounted(100 + count)
  const members = await openRoom(world, count)
  sent.length = 0
  for (let i = 0; i < lines; i++) {
    await world.say(members[i % count]!, `line ${i + 1} of a short chat`)
    await world.pass(minute / linesPerMinute)
  }
  if (members.some(({ heard, said }) => heard.length + said.length !== lines))
    throw new Error('a line was missed')
  const shares = lines * (count - 1)
  const name = 'a line of chat, per recipient and back'
  row(name, count, 'bytes', total(sent) / shares, versionOne.line + versionOne.receipt)
  for (const { label, bytes, frames } of byLabel(sent))
    row(`${name}: ${(frames / shares).toFixed(2)} × ${label}`, count, 'bytes', bytes / shares)
}

const measureIdle = async (row: Row, count: number): Promise<void> => {
  const { world, sent } = await createCounted(200 + count)
  await openRoom(world, count)
  await world.pass(2 * minute)
  sent.length = 0
  const idle = 10 * minute
  await world.pass(idle)
  const directions = count * (count - 1)
  const perSecond = (bytes: number): number => (bytes / directions / idle) * second
  const name = 'idle, each direction of a pair'
  row(name, count, 'bytes/s', perSecond(total(sent)), versionOne.idlePerSecond)
  for (const { label, bytes } of byLabel(sent)) row(`${name}: ${label}`, count, 'bytes/s', perSecond(bytes))
}

export const measure = async (report: (figure: Figure) => void, choice: Choice): Promise<void> => {
  const row: Row = (name, n, unit, ours, before) =>
    report(
      figureOf(
        { name, n, unit, better: 'less', rounds: 1 },
        { area: 'bytes', where: 'node' },
        [ours],
        before === undefined ? null : { name: versionOne.name, figures: [before] },
      ),
    )
  const parts = [
    [3, measureJoin],
    [8, measureJoin],
    [8, measureChat],
    [2, measureIdle],
    [8, measureIdle],
  ] as const
  for (const [n, part] of parts) if (choice.n === null || choice.n === n) await part(row, n)
}
