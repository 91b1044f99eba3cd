/**
 * Epochs as an author could have made them, and messages that all hear.
 */
import type { MemberId } from '../../identity/index.ts'
import type { GroupControl } from '../control.ts'
import { authorEpoch } from '../epoch.ts'
import { openMessage, sealMessage } from '../message.ts'
import { currentEpoch } from '../views.ts'
import type { World } from './world.ts'

/** An epoch as its author could have made it, with any header. */
export const epochBy = async (
  group: World,
  author: MemberId,
  change: { counter?: number; members?: readonly MemberId[] } = {},
): Promise<Extract<GroupControl, { kind: 'epoch' }>> => {
  const current = currentEpoch(group.at(author))
  const { header, joint } = await authorEpoch(group.crypto, {
    group: group.groupId,
    counter: (current?.counter ?? 0) + 1,
    author,
    members: current?.members ?? [author],
    contributions: new Map(),
    now: 0,
    ...change,
  })
  return { kind: 'epoch', header, joint: joint.expose().slice() }
}
export const says = async (group: World, from: MemberId, times: number): Promise<void> => {
  for (let i = 0; i < times; i++) {
    const sealed = await sealMessage(group.crypto, group.at(from), new Uint8Array(8))
    if (sealed === null) throw new Error('nothing to seal by')
    group.set(from, sealed.state)
    for (const [id, { state }] of group.members) {
      if (id === from) continue
      const opened = await openMessage(group.crypto, state, from, sealed.bytes)
      if (opened.kind === 'opened') group.set(id, opened.state)
    }
  }
}
