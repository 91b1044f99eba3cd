import { toHex } from '../codec/index.ts'
import { currentEpoch, evictedOf, type MemberId, membersOf } from '../group/index.ts'
import type { Gap, PeerState } from './state.ts'

export type Link = 'self' | 'connecting' | 'direct' | 'relayed' | 'offline'

/** What may be shown: no secret in it. */
export interface PeerView {
  readonly phase:
    | 'finding'
    | 'proving'
    | 'agreeing'
    | 'joined'
    | 'refused'
    | 'throttled'
    | 'other-suite'
    | 'left'
    | 'removed'
  readonly progress: { readonly done: number; readonly of: number }
  readonly members: readonly {
    readonly id: MemberId
    readonly name: string
    readonly link: Link
    readonly trust: 'self' | 'verified' | 'vouched' | 'pre-keyed'
    /** It has shown another epoch than ours for more than 10 s. */
    readonly split: boolean
    /** Of the pair, `null` without one. */
    readonly safety: { readonly digits: string; readonly words: string } | null
  }[]
  readonly epoch: number | null
  /** 16 bytes as eight groups of four hexadecimal digits. */
  readonly fingerprint: string | null
  /** Confirmations of own messages that are still on their way, by message id. */
  readonly outgoing: ReadonlyMap<string, { readonly confirmed: number; readonly of: number }>
  readonly retryAt: number | null
  /** How many were evicted that know the password of now: each can knock again. */
  readonly removedWhoKnow: number
  /** Messages that could not be read, oldest first. */
  readonly gaps: readonly {
    readonly id: string
    readonly from: MemberId
    readonly name: string
    readonly reason: Gap['reason']
    readonly at: number
    /** Its sender is still being asked for it. */
    readonly asking: boolean
  }[]
  /** Ended by `other-suite`: the number of the suite that the group has. */
  readonly neededSuite: number | null
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
  const { pairs, runs, retryAt, neededSuite } = state
  // Their names come with their return.
  const known = new Set(membersOf(state.group).map(({ id }) => id))
  const asleep = [...state.pairs].flatMap(([id, { trust }]) =>
    trust === 'pre-keyed' && !known.has(id) && !state.group.roster.removes.has(id) ? [{ id, name: '' }] : [],
  )
  const met = new Set([...pairs.keys(), ...runs.keys()])
  return {
    phase: phaseOf(state),
    progress: { done: pairs.size, of: met.size },
    members: [...membersOf(state.group), ...asleep].map(({ id, name }) => ({
      id,
      name,
      link: linkOf(state, id),
      trust: id === state.self ? 'self' : (pairs.get(id)?.trust ?? 'vouched'),
      split: state.group.split.has(id),
      safety: pairs.get(id)?.safety ?? null,
    })),
    epoch: epoch?.counter ?? null,
    fingerprint: epoch === null ? null : (toHex(epoch.fingerprint).match(/.{4}/g)?.join(' ') ?? null),
    outgoing: new Map(
      state.outbox.map(({ message, confirmed, of }) => [toHex(message.id), { confirmed, of }]),
    ),
    retryAt,
    removedWhoKnow: evictedOf(state.group).filter((id) => !state.change.excludes.includes(id)).length,
    gaps: [...state.gaps].map(([id, { from, name, reason, at, askAt }]) => ({
      id,
      from,
      name,
      reason,
      at,
      asking: askAt !== null,
    })),
    neededSuite,
  }
}
