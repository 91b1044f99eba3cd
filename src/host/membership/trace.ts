/**
 * Turns the steps of one peer into the events of the Protocol tab: one per frame, and marks for turning points.
 */

import type { Bytes } from '../../codec/index.ts'
import { currentEpoch } from '../../group/index.ts'
import type { Lane, TraceEvent, TraceFrame } from '../../metrics/index.ts'
import { frameFacts, labelFrame, type PeerEffect, type PeerEvent, type PeerState } from '../../peer/index.ts'
import { sessionView } from '../../ratchet/index.ts'
import type { FramePath } from './frame-path.ts'

interface TakenStep {
  readonly before: PeerState
  readonly after: PeerState
  readonly event: PeerEvent
  readonly effects: readonly PeerEffect[]
  /** The path by which a frame of this step leaves. */
  readonly pathOf: (effect: Extract<PeerEffect, { kind: 'send' }>) => FramePath
}

interface FrameContext {
  readonly path: TraceFrame['path']
  readonly bytes: Bytes
  readonly inside: Extract<PeerEffect, { kind: 'opened' }>['label'] | undefined
  readonly address: string
}

type Mark = Extract<TraceEvent, { kind: 'mark' }>['mark']
type Notice = Extract<PeerEffect, { kind: 'notice' }>['code']
type NewEvent = TraceEvent extends infer E ? (E extends TraceEvent ? Omit<E, 'id' | 'at'> : never) : never

const noticeMarks: Partial<Record<Notice, Mark>> = {
  'member-joined': 'join',
  'member-returned': 'join',
  'member-left': 'leave',
  'member-expired': 'leave',
  'member-evicted': 'leave',
  'guess-failed': 'failed-attempt',
}

/** Healing turns of a pair session, of both sides. */
const turnsOf = (state: PeerState, member: PeerState['self']): number => {
  const pair = state.pairs.get(member)
  if (pair === undefined) return 0
  const { turnsSent, turnsReceived } = sessionView(pair.session)
  return turnsSent + turnsReceived
}

/** Returns a function that emits the events of each step. Call it in the order of the steps. */
export const createTrace = (
  aliasOf: (member: string) => Lane,
  emit: (event: TraceEvent) => void,
): ((taken: TakenStep) => void) => {
  let last = 0
  let opened = false
  let epoch: string | null = null
  return ({ before, after, event, effects, pathOf }) => {
    const add = (entry: NewEvent): void => emit({ ...entry, id: ++last, at: event.now })
    const mark = (mark: Mark, member: string | null): void =>
      add({ kind: 'mark', mark, peer: member === null ? null : aliasOf(member) })

    const frame = (from: Lane, to: Lane, { path, bytes, inside, address }: FrameContext): void =>
      add({
        kind: 'frame',
        from,
        to,
        path,
        ...labelFrame(bytes),
        inside: inside?.type ?? null,
        size: bytes.length,
        classical: frameFacts(bytes).classical,
        insideFields: inside?.fields ?? {},
        address: address.slice(0, 8),
      })

    if (event.kind === 'received') {
      const inside = effects.find((effect) => effect.kind === 'opened')?.label
      frame(aliasOf(event.from), 'me', { path: event.via, bytes: event.bytes, inside, address: event.from })
    }
    if (event.kind === 'relay-open') {
      if (opened) mark('reconnect', null)
      opened = true
    }
    if (event.kind === 'relay-closed') mark('link-lost', null)
    if (event.kind === 'link') mark(event.direct ? 'direct-link' : 'relay-link', event.member)
    for (const effect of effects) {
      if (effect.kind === 'send') {
        const { to, bytes, label: inside } = effect
        frame('me', aliasOf(to), { path: pathOf(effect), bytes, inside, address: to })
      } else if (effect.kind === 'notice') {
        const named = noticeMarks[effect.code]
        if (named !== undefined) mark(named, effect.member)
      } else if (effect.kind === 'reject') mark('rejected', 'from' in event ? event.from : null)
    }
    const current = currentEpoch(after.group)?.id ?? epoch
    if (current !== epoch) mark('rekey', null)
    epoch = current
    for (const member of after.pairs.keys())
      if (before.pairs.has(member) && turnsOf(after, member) > turnsOf(before, member))
        mark('healing-turn', member)
  }
}
