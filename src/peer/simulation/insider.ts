/**
 * A member with a program of its own: what it says is well formed and sealed in its real pair sessions.
 */
import { toHex } from '../../codec/index.ts'
import { authorEpoch } from '../../group/epoch.ts'
import { liveMembers } from '../../group/index.ts'
import { type Address, createSelf, type EntryHash, type MemberId } from '../../identity/index.ts'
import type { Control } from '../controls.ts'
import { type Letter, sendControls } from '../pairs-sealing.ts'
import { idOf, type Member, type World } from '../testing/world.ts'
import type { Draw } from './draw.ts'

export const insiderPrograms = [
  /** Controls of every kind with extreme values. */
  'anything',
  /** Another epoch to each. */
  'two-faced',
  /** One header with two secrets. */
  'two-secrets',
  /** An epoch to one member that it does not name. */
  'misdelivers',
  /** Leads one member's counter away. */
  'counter',
  /** Says of each message that it came, of what it never got as well. */
  'false-receipts',
  'false-standings',
  /** Entries that it made up, in another's name. */
  'entries',
  'tombstones',
  /** Tells one member only that another left. */
  'false-removal',
  /** Its own messages again under the same numbers. */
  'same-numbers',
  'foreign-record',
  'silent',
] as const
export type InsiderProgram = (typeof insiderPrograms)[number]

const most = 2 ** 48 - 1

const others = ({ runner }: Member): readonly MemberId[] => {
  const { group, self } = runner.state()
  return liveMembers(group).flatMap(({ id }) => (id === self.id ? [] : [id]))
}

/** What an insider seals, by its own sessions. */
export const says = (world: World, insider: Member, letters: readonly Letter[]): Promise<void> =>
  world.inject(insider, (tx) => sendControls(tx, letters))

const toAll = (insider: Member, message: Control): readonly Letter[] =>
  others(insider).map((to) => ({ to, message }))

/** An epoch that the insider could author now, by the real code. */
const authored = async (world: World, insider: Member, counter: number, members?: readonly MemberId[]) => {
  const { group, self } = insider.runner.state()
  const { header, joint } = await authorEpoch(world.crypto, {
    group: group.groupId,
    counter,
    author: self.id,
    members: members ?? liveMembers(group).map(({ id }) => id),
    contributions: new Map(),
    now: world.network.now(),
  })
  const message: Extract<Control, { kind: 'group' }> = {
    kind: 'group',
    message: { kind: 'epoch', header, joint: joint.expose().slice() },
  }
  return message
}

const greatest = ({ runner }: Member): number => runner.state().group.counter.greatest

const inventedEntry = async (world: World, name: string) => {
  const address = toHex(world.crypto.random(32)) as Address
  const lease = 5 * 60_000
  return (await createSelf(world.crypto, world.groupId, { name, lease, address })).entry
}

const programs: Record<
  InsiderProgram,
  (world: World, insider: Member, victim: Member, draw: Draw) => Promise<void> | void
> = {
  anything: async (world, insider, victim, draw) => {
    for (let i = 0; i < 12; i++) {
      const message = await anyControl(world, insider, draw)
      const to = draw(2) === 0 ? [idOf(victim)] : others(insider)
      await says(
        world,
        insider,
        to.map((one) => ({ to: one, message })),
      )
      await world.pass(draw(300))
    }
  },
  'two-faced': async (world, insider) => {
    for (const to of others(insider))
      await says(world, insider, [{ to, message: await authored(world, insider, greatest(insider) + 1) }])
  },
  'two-secrets': async (world, insider) => {
    const [one, other] = [
      await authored(world, insider, greatest(insider) + 1),
      await authored(world, insider, greatest(insider) + 1),
    ]
    if (one.message.kind !== 'epoch' || other.message.kind !== 'epoch') return
    const crossed: Control = { kind: 'group', message: { ...one.message, joint: other.message.joint } }
    const letters = others(insider).map((to, i) => ({ to, message: i % 2 === 0 ? one : crossed }))
    await says(world, insider, letters)
  },
  misdelivers: async (world, insider, victim) => {
    const members = others(insider).filter((id) => id !== idOf(victim))
    const message = await authored(world, insider, greatest(insider) + 1, [...members, idOf(insider)].sort())
    await says(world, insider, [{ to: idOf(victim), message }])
  },
  counter: async (world, insider, victim) => {
    let counter = victim.runner.state().group.counter.greatest
    for (let i = 0; i < 3; i++) {
      counter += 65_500
      await says(world, insider, [{ to: idOf(victim), message: await authored(world, insider, counter) }])
      await world.pass(50)
    }
  },
  'false-receipts': (world, insider) =>
    says(world, insider, toAll(insider, { kind: 'receipt', numbers: [1, 2, 3, 4, 5, 99, most] })),
  'false-standings': async (world, insider, _victim, draw) => {
    for (let i = 0; i < 5; i++) {
      const id = toHex(world.crypto.random(32)) as never
      const rosterHash = draw(2) === 0 ? insider.runner.state().group.hash : toHex(world.crypto.random(32))
      const standing = { current: { id, counter: draw(100) }, rosterHash, lastNumber: draw(9) }
      await says(world, insider, toAll(insider, { kind: 'heartbeat', intervalMs: 1_000, standing }))
      await world.pass(1_000)
    }
  },
  entries: async (world, insider, victim) => {
    const entries = []
    for (let i = 0; i < 4; i++)
      entries.push({ entry: await inventedEntry(world, `invented ${i}`), by: idOf(victim) })
    const message: Control = { kind: 'group', message: { kind: 'entries', entries } }
    await says(world, insider, toAll(insider, message))
  },
  tombstones: (world, insider, victim) => {
    const removals = Array.from({ length: 192 }, () => ({
      id: toHex(world.crypto.random(16)) as MemberId,
      by: idOf(victim),
      reason: 'left' as const,
      teller: idOf(insider),
    }))
    return says(world, insider, toAll(insider, { kind: 'group', message: { kind: 'removals', removals } }))
  },
  'false-removal': (world, insider, victim) => {
    const [to] = others(insider).filter((id) => id !== idOf(victim))
    if (to === undefined) return
    const removal = { id: idOf(victim), by: idOf(victim), reason: 'left' as const, teller: idOf(insider) }
    const message: Control = { kind: 'group', message: { kind: 'removals', removals: [removal] } }
    return says(world, insider, [{ to, message }])
  },
  'same-numbers': async (world, insider) => {
    const { lastNumber } = insider.runner.state().delivery
    for (const to of others(insider)) {
      const message = { number: Math.max(1, lastNumber), at: 0, text: `another text for ${to.slice(0, 4)}` }
      await says(world, insider, [{ to, message: { kind: 'said', message } }])
    }
  },
  'foreign-record': async (world, insider, victim) => {
    const { record: head, verifier, publicKey, door } = insider.runner.state().password
    if (head === null) return
    const relayToken = world.crypto.random(32)
    const record = { ...head, verifier: verifier.expose().slice(), publicKey, door }
    const foreign = { ...record, by: idOf(victim), revision: record.revision + 1, relayToken }
    const far = { ...record, by: idOf(insider), revision: record.revision + 1_000_000, relayToken }
    await says(world, insider, [{ to: idOf(victim), message: { kind: 'password', record: foreign } }])
    await says(world, insider, toAll(insider, { kind: 'password', record: far }))
  },
  silent: (_world, insider) => insider.runner.close(),
}

/** One control of any kind, with values at the edges of their types. Removals and records of others have programs of their own. */
const anyControl = async (world: World, insider: Member, draw: Draw): Promise<Control> => {
  const { random } = world.crypto
  const numbers = [[], [0], [1, 1, 1], [most], [1, 2, 3, most - 1]][draw(5)]!
  const id = toHex(random(16)) as MemberId
  const hash = toHex(random(32)) as EntryHash
  const extreme = [0, 1, 65_536, 2 ** 47, most][draw(5)]!
  const live = liveMembers(insider.runner.state().group).map((one) => one.hash)
  const group = (message: Extract<Control, { kind: 'group' }>['message']): Control => ({
    kind: 'group',
    message,
  })
  const kinds: readonly (() => Control | Promise<Control>)[] = [
    () => ({ kind: 'signal', data: random(draw(2) === 0 ? 0 : 8 * 1024) }),
    () => ({
      kind: 'heartbeat',
      intervalMs: [0, 1, 2 ** 32 - 1][draw(3)]!,
      standing: {
        current: draw(2) === 0 ? null : { id: toHex(random(32)) as never, counter: extreme },
        rosterHash: hash,
        lastNumber: extreme,
      },
    }),
    () => ({ kind: 'receipt', numbers }),
    () => ({ kind: 'missing', numbers }),
    () => ({ kind: 'not-yours', numbers }),
    () => ({ kind: 'gone', numbers }),
    () => ({ kind: 'password-held', hash: random(32) }),
    () => ({ kind: 'failed-tries', count: draw(256) }),
    () => ({ kind: 'roots', roots: Array.from({ length: draw(192) }, () => ({ of: id, root: random(32) })) }),
    () => ({ kind: 'letter-named', hash: random(32) }),
    async () => ({ kind: 'returned', entry: await inventedEntry(world, 'returned') }),
    () => ({
      kind: 'said',
      message: { number: 1_000 + draw(1_000), at: extreme, text: 'x'.repeat(draw(8_000)) },
    }),
    () => group({ kind: 'ids', live: draw(2) === 0 ? [] : [...live, hash] }),
    () => group({ kind: 'ask', wanted: draw(2) === 0 ? live : [hash, hash] }),
    () => group({ kind: 'entries', entries: [] }),
    () => group({ kind: 'roster', hash: hash as never, by: id, live: [hash] }),
    () => group({ kind: 'not-by-me', subject: draw(2) === 0 ? 'entry' : 'removal', member: id }),
    () => group({ kind: 'expiring', member: others(insider)[draw(8)] ?? id }),
    () => group({ kind: 'heard', member: id, agoMs: extreme }),
    () => group({ kind: 'ack', epoch: hash as never, mac: random(32), contribution: random(32) }),
    () => authored(world, insider, extreme),
  ]
  return kinds[draw(kinds.length)]!()
}

/** From now on this member is an insider: nothing is expected of it. */
export const playInsider = async (
  world: World,
  program: InsiderProgram,
  { insider, victim, draw }: { insider: Member; victim: Member; draw: Draw },
): Promise<void> => {
  insider.isInsider = true
  await programs[program](world, insider, victim, draw)
}
