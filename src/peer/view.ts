import { toHex } from '../codec/index.ts'
import { currentEpoch, type MemberId, membersOf } from '../group/index.ts'
import { audienceOf, type PeerState } from './state.ts'

export type Link = 'self' | 'connecting' | 'direct' | 'relayed' | 'offline'

/** What may be shown: no secret in it. */
export interface PeerView {
  readonly phase: 'finding' | 'proving' | 'agreeing' | 'joined' | 'refused' | 'throttled' | 'left' | 'removed'
  readonly progress: { readonly done: number; readonly of: number }
  readonly members: readonly {
    readonly id: MemberId
    readonly name: string
    readonly link: Link
    readonly trust: 'self' | 'verified' | 'vouched' | 'pre-keyed' | 'none'
    /** Of the pair, `null` without one. */
    readonly safety: { readonly digits: string; readonly words: string } | null
  }[]
  readonly epoch: number | null
  /** 16 bytes as eight groups of four hexadecimal digits. */
  readonly fingerprint: string | null
  /** Confirmations of own messages that are still on their way, by message id. */
  readonly outgoing: ReadonlyMap<string, { readonly confirmed: number; readonly of: number }>
  readonly retryAt: number | null
}

const linkOf = (state: PeerState, id: MemberId): Link => {
  if (id === state.self) return 'self'
  if (!state.pairs.has(id)) return state.present.has(id) ? 'connecting' : 'offline'
  if (state.direct.has(id)) return 'direct'
  return state.online && state.present.has(id) ? 'relayed' : 'offline'
}

const phaseOf = (state: PeerState): PeerView['phase'] => {
  if (state.ended !== 'no') return state.ended
  if (state.joined) return 'joined'
  if (state.pairs.size > 0) return 'agreeing'
  return state.runs.size > 0 ? 'proving' : 'finding'
}

export const peerView = (state: PeerState): PeerView => {
  const epoch = currentEpoch(state.group) ?? state.group.epochs.at(-1) ?? null
  const { pairs, runs, retryAt } = state
  // Their names come with their return.
  const known = new Set(membersOf(state.group).map(({ id }) => id))
  const asleep = [...audienceOf(state)].filter((id) => !known.has(id)).map((id) => ({ id, name: '' }))
  const met = new Set([...pairs.keys(), ...runs.keys()])
  return {
    phase: phaseOf(state),
    progress: { done: pairs.size, of: met.size },
    members: [...membersOf(state.group), ...asleep].map(({ id, name }) => ({
      id,
      name,
      link: linkOf(state, id),
      trust: id === state.self ? 'self' : (pairs.get(id)?.trust ?? 'vouched'),
      safety: pairs.get(id)?.safety ?? null,
    })),
    epoch: epoch?.counter ?? null,
    fingerprint: epoch === null ? null : (toHex(epoch.fingerprint).match(/.{4}/g)?.join(' ') ?? null),
    outgoing: new Map(
      state.outbox.map(({ message, confirmed, of }) => [toHex(message.id), { confirmed, of }]),
    ),
    retryAt,
  }
}
