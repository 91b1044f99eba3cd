/**
 * One that was a member: it has its last state and the password of its time, and a relay that works for it.
 */
import { type Bytes, decode, encode, fromHex } from '../../codec/index.ts'
import type { Crypto } from '../../crypto/index.ts'
import { openMessage } from '../../group/index.ts'
import {
  type Address,
  finishHandshake,
  generateKeyPairs,
  initiateHandshake,
  type MemberId,
} from '../../identity/index.ts'
import { createSession, seal } from '../../ratchet/index.ts'
import { control } from '../controls.ts'
import { frame } from '../frames.ts'
import { decodePeer, encodePeer, type PeerEffect, step } from '../index.ts'
import { idOf, type Member, type World } from '../testing/world.ts'
import { Violation } from './invariants.ts'
import { readFrame } from './strangers.ts'

/** One who left or was evicted, with all it had, and frames of those who knew that it was gone. */
export interface Removed {
  readonly member: Member
  readonly id: MemberId
  readonly state: Bytes
  readonly later: { readonly from: Address; readonly bytes: Bytes }[]
}

/** As it stands now: taken before it is removed. */
export const keepOf = (member: Member): Removed => ({
  member,
  id: idOf(member),
  state: encodePeer(member.runner.state()),
  later: [],
})

const maxReplayed = 60

/** What leaves a member that has learned of that removal. */
export const noteLater = (
  { id, later }: Removed,
  { address, runner }: Member,
  effects: readonly PeerEffect[],
): void => {
  if (later.length >= maxReplayed || !runner.state().group.roster.removals.has(id)) return
  for (const effect of effects) if (effect.kind === 'send') later.push({ from: address, bytes: effect.bytes })
}

/** I9: with its last state and all later traffic, who was removed learns nothing. */
export const replayToRemoved = async (world: World, { id, state: bytes, later }: Removed): Promise<void> => {
  let state = decodePeer(world.crypto, bytes)
  const held = new Set(state.group.epochs.map((epoch) => epoch.id))
  for (const { from, bytes: sent } of later) {
    const message = readFrame(sent)
    if (message?.kind === 'group')
      for (const { id: sender, entry } of state.group.roster.entries.values()) {
        if (entry.address !== from) continue
        const opened = await openMessage(world.crypto, state.group, sender, message.body)
        if (opened.kind === 'opened') throw new Violation('I9: a removed member reads a later message')
      }
    const event = { kind: 'received', from, path: 'direct', bytes: sent, now: world.network.now() } as const
    const stepped = await step(world.ports, state, event)
    if (stepped.effects.some(({ kind }) => kind === 'message'))
      throw new Violation('I9: a removed member is shown a later message')
    const fresh = stepped.state.group.epochs.some((epoch) => !held.has(epoch.id) && epoch.author !== id)
    if (fresh) throw new Violation('I9: a removed member derives a later epoch')
    // It does not end because it is told so.
    if (stepped.state.phase.kind !== 'ended') state = stepped.state
  }
}

/**
 * Speaks to `to` as `as`, whose entry it knows and whose keys it has not.
 *
 * @param answers the frames that the relay sees `to` send to the address of `as` from now on
 */
export const impersonate = async (
  world: World,
  { as, to }: { as: Member; to: Member },
  answers: () => readonly Bytes[],
): Promise<void> => {
  const { crypto, groupId } = world
  const keys = await generateKeyPairs(crypto)
  const [mine, theirs] = [as.runner.state().self, to.runner.state().self]
  const parties = { groupId, self: { ...mine, keys }, peer: theirs, psk: null }
  const { state, flow1 } = await initiateHandshake(crypto, parties)
  const hand = (bytes: Bytes): Promise<void> =>
    world.feed(to, { kind: 'received', from: as.address, path: 'relay', bytes })
  await hand(encode(frame, { kind: 'handshake', from: mine.id, to: theirs.id, flow: 1, body: flow1 }))
  await world.pass(500)
  for (const bytes of answers()) {
    const message = decode(frame, bytes)
    if (message.kind !== 'handshake' || message.flow !== 2) continue
    const finish = await finishHandshake(crypto, state, message.body)
    if (finish.kind !== 'done') continue
    await hand(await forged(crypto, { groupId, start: finish.start, self: mine.id, peer: theirs.id }))
  }
}

const forged = async (
  crypto: Crypto,
  {
    groupId,
    start,
    self,
    peer,
  }: {
    groupId: Bytes
    start: Parameters<typeof createSession>[1]['start']
    self: MemberId
    peer: MemberId
  },
): Promise<Bytes> => {
  const session = await createSession(crypto, { start, groupId, self: fromHex(self), peer: fromHex(peer) })
  const message = { number: 1_000_000, at: 0, text: 'said by somebody else' }
  const plain = encode(control, { kind: 'said', message })
  const sealed = await seal(crypto, session, plain, { padding: 'message', turn: 'due', now: 0 })
  return encode(frame, { kind: 'pair', body: sealed.bytes })
}
