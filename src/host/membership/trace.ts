/**
 * Every frame and turning point of one peer, from what its steps say of themselves. Nothing here looks into a frame:
 * the peer described it once, for screens and counters alike.
 */
import { currentEpoch } from '../../group/index.ts'
import type { MemberId } from '../../identity/index.ts'
import type { Lane, TraceEvent, TraceFrame } from '../../metrics/index.ts'
import { type FrameFacts, factsOf, type PeerEffect, type PeerState, type Taken } from '../../peer/index.ts'
import { sessionView } from '../../ratchet/index.ts'

type Mark = Extract<TraceEvent, { kind: 'mark' }>['mark']
type Notice = Extract<PeerEffect, { kind: 'notice' }>['code']
type Untold = TraceEvent extends infer E ? (E extends TraceEvent ? Omit<E, 'id' | 'at'> : never) : never

const noticeMarks: Partial<Record<Notice, Mark>> = {
  'member-joined': 'join',
  'member-left': 'leave',
  'member-expired': 'leave',
  'member-evicted': 'leave',
  'wrong-password': 'failed-attempt',
}

const names: Readonly<Record<FrameFacts['kind'], string>> = {
  pake: 'pake',
  admit: 'admission 2',
  enter: 'admission 3',
  handshake: 'handshake',
  pair: 'pair',
  group: 'group message',
  answer: 'pre-key answer',
  letter: 'letter',
  busy: 'busy',
  used: 'pre-key used',
  chunk: 'file chunk',
  malformed: 'malformed',
}

/** As the relay can tell: `pake 3`, `pair`, `group message`. */
export const frameType = ({ kind, fields }: FrameFacts): string =>
  kind === 'pake' || kind === 'handshake' ? `${names[kind]} ${fields.flow ?? 0}` : names[kind]

/** Members by the order in which they were met: what records say instead of an address. */
export const createAliases = (): ((address: string) => `peer-${number}`) => {
  const aliases = new Map<string, `peer-${number}`>()
  return (address) => {
    const alias = aliases.get(address) ?? (`peer-${aliases.size + 1}` as const)
    aliases.set(address, alias)
    return alias
  }
}

/** What was opened of the frame that this step received; described here where nothing of it opened. */
export const receivedFacts = ({ event, effects }: Taken): FrameFacts | null => {
  if (event.kind !== 'received') return null
  const opened = effects.find((effect) => effect.kind === 'opened')
  return opened?.facts ?? factsOf(event.bytes, null)
}

/** Healing turns that a pair session has seen, of both sides. */
const turnsOf = ({ pairs }: PeerState, member: MemberId): number => {
  const session = pairs.pairs.get(member)?.session ?? null
  if (session === null) return 0
  const { turnsSent, turnsReceived } = sessionView(session)
  return turnsSent + turnsReceived
}

export const createTrace = (
  aliasOf: (address: string) => Lane,
  tell: (event: TraceEvent) => void,
): ((taken: Taken) => void) => {
  let last = 0
  let opened = false
  let epoch: string | null = null

  const addressOf = ({ group }: PeerState, member: MemberId | null): string | null =>
    member === null ? null : (group.roster.entries.get(member)?.entry.address ?? null)

  return (taken) => {
    const { before, state, event, effects } = taken
    const add = (untold: Untold): void => tell({ ...untold, id: ++last, at: event.now })
    const mark = (kind: Mark, address: string | null): void =>
      add({ kind: 'mark', mark: kind, peer: address === null ? null : aliasOf(address) })
    const frame = (
      from: Lane,
      to: Lane,
      path: TraceFrame['path'],
      facts: FrameFacts,
      address: string,
    ): void =>
      add({
        kind: 'frame',
        from,
        to,
        path,
        type: frameType(facts),
        fields: facts.fields,
        inside: facts.inside?.kind ?? null,
        insideFields: facts.inside?.fields ?? {},
        size: facts.bytes,
        classical: facts.classical,
        address: address.slice(0, 8),
      })

    const received = receivedFacts(taken)
    if (event.kind === 'received' && received !== null)
      frame(aliasOf(event.from), 'me', event.path, received, event.from)
    if (event.kind === 'relay-open') {
      if (opened) mark('reconnect', null)
      opened = true
    }
    if (event.kind === 'relay-closed') mark('link-lost', null)
    if (event.kind === 'link') mark(event.direct ? 'direct-link' : 'relay-link', event.address)
    for (const effect of effects) {
      if (effect.kind === 'send') frame('me', aliasOf(effect.to), effect.path, effect.facts, effect.to)
      else if (effect.kind === 'notice') {
        const named = noticeMarks[effect.code]
        if (named !== undefined)
          mark(named, addressOf(state, effect.member) ?? addressOf(before, effect.member))
      } else if (effect.kind === 'reject') mark('rejected', event.kind === 'received' ? event.from : null)
    }
    const current = currentEpoch(state.group)?.id ?? epoch
    if (current !== epoch) mark('rekey', null)
    epoch = current
    if (state.pairs === before.pairs) return
    for (const [member, { address }] of state.pairs.pairs)
      if (before.pairs.pairs.has(member) && turnsOf(state, member) > turnsOf(before, member))
        mark('healing-turn', address)
  }
}
