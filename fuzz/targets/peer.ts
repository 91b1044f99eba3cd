/**
 * The step of a whole member, in a room of three: any frame from any address, and whatever an insider seals in its real
 * session: controls of every kind, plaintexts that are none, and messages under the epoch's key.
 */

import {
  type Bytes,
  bool,
  bytes,
  type Codec,
  encode,
  equal,
  oneOf,
  struct,
  u8,
  u32,
  union,
} from '../../src/codec/index.ts'
import type { Crypto } from '../../src/crypto/index.ts'
import { authorEpoch } from '../../src/group/epoch.ts'
import { sealMessage, tagFor } from '../../src/group/index.ts'
import { type Control, control } from '../../src/peer/controls.ts'
import { type Frame, frame } from '../../src/peer/frames.ts'
import { decodePeer, encodePeer, type PeerState, step } from '../../src/peer/index.ts'
import { readFrame } from '../../src/peer/simulation/strangers.ts'
import type { PeerEvent } from '../../src/peer/state.ts'
import { fastCrypto } from '../../src/peer/testing/fast-crypto.ts'
import { createWorld, idOf, type Member, type World } from '../../src/peer/testing/world.ts'
import { type Session, seal, sendingAuth } from '../../src/ratchet/index.ts'
import { fieldsBy } from '../fields.ts'
import { decodeStrictly } from '../strict.ts'
import { demand, type Target } from '../target.ts'

interface Arriving {
  readonly waitMs: number
  readonly from: number
  readonly path: 'direct' | 'relay' | 'mail'
}
type Word =
  | (Arriving & { readonly kind: 'frame'; readonly frame: Frame })
  | (Arriving & { readonly kind: 'raw'; readonly bytes: Bytes })
  /** Sealed by the insider in its session. */
  | { readonly kind: 'control'; readonly waitMs: number; readonly control: Control }
  | { readonly kind: 'plain'; readonly waitMs: number; readonly bytes: Bytes }
  /** Sealed by the insider under the epoch's key. */
  | { readonly kind: 'group'; readonly waitMs: number; readonly bytes: Bytes }
  | { readonly kind: 'presence'; readonly waitMs: number; readonly from: number; readonly present: boolean }
  | { readonly kind: 'owners'; readonly waitMs: number; readonly from: number; readonly stock: number }
  | { readonly kind: 'prekey'; readonly waitMs: number; readonly from: number; readonly published: Bytes }
  | { readonly kind: 'wake'; readonly waitMs: number }

const arriving = { waitMs: u32, from: u8, path: oneOf('direct', 'relay', 'mail') }
const word: Codec<Word> = union<Word>({
  frame: [1, struct({ ...arriving, frame })],
  raw: [2, struct({ ...arriving, bytes: bytes(60_000) })],
  control: [3, struct({ waitMs: u32, control })],
  plain: [4, struct({ waitMs: u32, bytes: bytes(12_000) })],
  group: [5, struct({ waitMs: u32, bytes: bytes(12_000) })],
  presence: [6, struct({ waitMs: u32, from: u8, present: bool })],
  owners: [7, struct({ waitMs: u32, from: u8, stock: u8 })],
  prekey: [8, struct({ waitMs: u32, from: u8, published: bytes(4_096) })],
  wake: [9, struct({ waitMs: u32 })],
})

/** Frames of every kind that this history had, and every kind of control that its sessions carried. */
const wordsOf = (
  world: World,
  members: readonly Member[],
  controls: ReadonlyMap<string, Control>,
): readonly Word[] => {
  const frames = new Map<string, Frame>()
  for (const { relayed } of members)
    for (const sent of relayed) {
      const read = readFrame(sent)
      if (read !== null) frames.set(read.kind === 'pake' ? `pake ${read.flow}` : read.kind, read)
    }
  const published = world.preKeys.get(members[1]!.address)?.[0] ?? new Uint8Array(0)
  const run = new Uint8Array(16).fill(3)
  frames.set('busy', { kind: 'busy', run, retryAfterMs: 100 })
  frames.set('used', { kind: 'used', id: run })
  const from = { waitMs: 100, from: 1 }
  return [
    ...[...frames.values()].map((one) => ({
      kind: 'frame' as const,
      ...from,
      path: 'relay' as const,
      frame: one,
    })),
    ...[...controls.values()].map((one) => ({ kind: 'control' as const, waitMs: 50, control: one })),
    { kind: 'raw', ...from, path: 'direct', bytes: run },
    { kind: 'plain', waitMs: 10, bytes: run },
    { kind: 'group', waitMs: 10, bytes: new Uint8Array([0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 1, 0, 1, 65]) },
    { kind: 'presence', ...from, present: false },
    { kind: 'owners', ...from, stock: 3 },
    { kind: 'prekey', ...from, published },
    { kind: 'wake', waitMs: 61_000 },
  ]
}

/** Kinds that a short history has no need of. */
const rareControls = (world: World, { runner }: Member): readonly Control[] => {
  const { self, password, group } = runner.state()
  const hash = new Uint8Array(32).fill(4)
  const head = password.record
  const numbers = [1, 2, 3]
  const record =
    head === null
      ? []
      : [
          {
            ...head,
            by: self.id,
            revision: head.revision + 1,
            verifier: password.verifier.expose().slice(),
            publicKey: password.publicKey,
            door: password.door,
            relayToken: world.crypto.random(32),
          },
        ]
  return [
    { kind: 'signal', data: hash },
    { kind: 'said', message: { number: 9, at: 1, text: 'said' } },
    { kind: 'receipt', numbers },
    { kind: 'missing', numbers },
    { kind: 'not-yours', numbers },
    { kind: 'gone', numbers },
    ...record.map((one) => ({ kind: 'password' as const, record: one })),
    { kind: 'password-held', hash },
    { kind: 'failed-tries', count: 3 },
    { kind: 'roots', roots: [{ of: self.id, root: hash }] },
    { kind: 'letter-named', hash },
    { kind: 'returned', entry: self.entry },
    { kind: 'removed', by: self.id, reason: 'left', live: 2 },
    {
      kind: 'group',
      message: { kind: 'ids', live: [...group.roster.entries.values()].map((entry) => entry.hash) },
    },
    { kind: 'group', message: { kind: 'entries', entries: [{ entry: self.entry, by: self.id }] } },
    {
      kind: 'group',
      message: {
        kind: 'removals',
        removals: [{ id: self.id, by: self.id, reason: 'left', teller: self.id }],
      },
    },
    { kind: 'group', message: { kind: 'expiring', member: self.id } },
    { kind: 'file', message: { kind: 'query', id: 'ab'.repeat(16) as never } },
  ]
}

const createRoom = async () => {
  const world = await createWorld({ seed: 1717, fast: true, relayOnly: true })
  const members: Member[] = []
  for (const name of ['Ann', 'Bob', 'Cleo']) {
    members.push(await world.open(name, { lease: 86_400_000 }))
    await world.pass(4_000)
  }
  await world.pass(20_000)
  for (const member of members) await world.say(member, `from ${member.name}`)
  await world.pass(5_000)
  const [victim, insider] = members as [Member, Member]
  const controls = new Map<string, Control>()
  const session = insider.runner.state().pairs.pairs.get(idOf(victim))?.session
  if (!session) throw new Error('the two have not met')
  for (const one of [...rareControls(world, insider), ...(await authored(world, insider))])
    controls.set(one.kind === 'group' ? one.message.kind : one.kind, one)
  return { world, members, victim, insider, session, words: wordsOf(world, members, controls) }
}

/** An epoch, an acknowledgement and a heartbeat as the insider could send them. */
const authored = async (world: World, { runner }: Member): Promise<readonly Control[]> => {
  const { group, self } = runner.state()
  const { header, joint } = await authorEpoch(world.crypto, {
    group: group.groupId,
    counter: group.counter.greatest + 1,
    author: self.id,
    members: [...group.roster.entries.keys()].sort(),
    contributions: new Map(),
    now: world.network.now(),
  })
  const epoch = group.epochs.at(-1)!.id
  const hash = new Uint8Array(32)
  return [
    { kind: 'group', message: { kind: 'epoch', header, joint: joint.expose().slice() } },
    { kind: 'group', message: { kind: 'ack', epoch, mac: hash, contribution: hash } },
    {
      kind: 'heartbeat',
      intervalMs: 10_000,
      standing: { current: { id: epoch, counter: 1 }, rosterHash: group.hash, lastNumber: 1 },
    },
  ]
}

type Room = Awaited<ReturnType<typeof createRoom>>
const stranger = 'ef'.repeat(32)

/** The insider's side, which keeps its session and chain as far as it has used them. */
const createInsider = (crypto: Crypto, { victim, insider, session: first }: Room) => {
  let session: Session = first
  let { group } = insider.runner.state()
  const ids = { sender: idOf(insider), recipient: idOf(victim) }
  return {
    async pair(plain: Bytes, now: number): Promise<Bytes> {
      const sealed = await seal(crypto, session, plain, { padding: 'control', turn: 'due', now })
      session = sealed.session
      return encode(frame, { kind: 'pair', body: sealed.bytes })
    },
    async group(plain: Bytes): Promise<Bytes> {
      const sealed = await sealMessage(crypto, group, plain)
      if (sealed === null) return new Uint8Array(0)
      group = sealed.state
      const tag = await tagFor(crypto, sendingAuth(session), ids, sealed.bytes)
      return encode(frame, { kind: 'group', body: sealed.bytes, tag })
    },
  }
}

const mostStored = 2 * 2 ** 20

/** What was under way when a state was stored begins again, once: after that it comes back as it is. */
const isSettled = (crypto: Crypto, stored: Bytes): boolean =>
  equal(encodePeer(decodePeer(crypto, stored)), stored)

const createVictim = (crypto: Crypto, room: Room) => {
  const ports = { crypto, recorder: { now: () => 0, record: () => undefined } }
  let state: PeerState = room.victim.runner.state()
  let now = room.world.network.now()
  const feed = async (event: object): Promise<string> => {
    const before = encodePeer(state)
    const made = await step(ports, state, { ...event, now } as PeerEvent)
    demand(equal(encodePeer(state), before), 'a step leaves the state before it as it was')
    const codes = made.effects.flatMap((effect) => (effect.kind === 'reject' ? [effect.code] : []))
    demand(!codes.includes('peer/defect'), 'no step meets a defect')
    if (made.effects.length === 1 && codes.length === 1)
      // Frames that do not open are counted, which is not stored.
      demand(equal(encodePeer(made.state), before), 'a refused event changes nothing that is stored')
    demand(made.effects.length <= 1_200, 'one event has a bounded number of effects')
    for (const effect of made.effects)
      if (effect.kind === 'send') demand(effect.bytes.length <= 32_768, 'what is sent fits a frame')
    const stored = encodePeer(made.state)
    demand(stored.length <= mostStored, 'the state stays within its bounds')
    if (made.state.phase.kind === 'joined')
      demand(isSettled(crypto, encodePeer(decodePeer(crypto, stored))), 'a state comes back from storage')
    state = made.state
    return (
      codes[0] ?? made.effects.find(({ kind }) => kind !== 'persist' && kind !== 'opened')?.kind ?? 'taken'
    )
  }
  return {
    wait(ms: number): number {
      now += ms % 2 ** 31
      return now
    },
    feed,
  }
}

export const createTarget = async (): Promise<Target> => {
  const room = await createRoom()
  const addresses = [room.insider.address, room.members[2]!.address, stranger, room.victim.address]
  return {
    fields: fieldsBy(word),
    seeds: room.words.map((one) => encode(word, one)),
    longest: 24,
    async run(input) {
      const crypto = fastCrypto('input')
      const victim = createVictim(crypto, room)
      const insider = createInsider(crypto, room)
      const hear = async (said: Word): Promise<string> => {
        const now = victim.wait(said.waitMs)
        const from = 'from' in said ? addresses[said.from % addresses.length]! : room.insider.address
        const receive = (received: Bytes, path: Arriving['path'] = 'relay') =>
          victim.feed({ kind: 'received', from, path, bytes: received })
        switch (said.kind) {
          case 'frame':
            return `${said.frame.kind}: ${await receive(encode(frame, said.frame), said.path)}`
          case 'raw':
            return `raw: ${await receive(said.bytes, said.path)}`
          case 'control': {
            const kind = said.control.kind === 'group' ? said.control.message.kind : said.control.kind
            return `${kind}: ${await receive(await insider.pair(encode(control, said.control), now))}`
          }
          case 'plain':
            return `plain: ${await receive(await insider.pair(said.bytes, now))}`
          case 'group':
            return `group: ${await receive(await insider.group(said.bytes))}`
          case 'owners':
            return `owners: ${await victim.feed({ kind: 'owners', owners: new Map([[from, said.stock]]) })}`
          case 'presence':
            return `presence: ${await victim.feed({ kind: 'presence', address: from, present: said.present })}`
          case 'prekey':
            return `prekey: ${await victim.feed({ kind: 'prekey', address: from, published: said.published })}`
          case 'wake':
            return `wake: ${await victim.feed({ kind: 'wake' })}`
        }
      }
      const outcomes: string[] = []
      for (const message of input) {
        const read = decodeStrictly(word, message)
        outcomes.push('refusal' in read ? read.refusal : await hear(read.value))
      }
      return outcomes
    },
  }
}
