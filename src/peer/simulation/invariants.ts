import { type Bytes, decode, equal, toHex, utf8 } from '../../codec/index.ts'
import { type Crypto, expose } from '../../crypto/index.ts'
import type { MemberId } from '../../group/index.ts'
import { decodePeer, type PeerEffect, type PeerState } from '../index.ts'
import type { Member } from '../testing/network.ts'
import { frame } from '../wire.ts'

/** A promise of PROTOCOL.md §8 that did not hold: `I4: …`. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

const demand = (holds: boolean, name: string, what: string): void => {
  if (!holds) throw new Violation(`${name}: ${what}`)
}

/** What is known of an epoch from whoever held it first. */
interface Known {
  readonly members: readonly MemberId[]
  readonly exporter: string
  readonly bornAt: number
}

const contains = (bytes: Bytes, wanted: Bytes): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(Buffer.from(wanted))

const promised = ({ group, pairs, outbox }: PeerState): readonly string[] => [
  ...group.epochs.map(({ id }) => id),
  ...[...pairs.values()].flatMap(({ seen }) => seen),
  ...outbox.map(({ message }) => toHex(message.id)),
]

/** Checks after every step what can be checked then; `now` is the world's clock. */
export const createInvariants = (now: () => number) => {
  const epochs = new Map<string, Known>()
  /** When the first other member had it in its roster. */
  const addedAt = new Map<MemberId, number>()
  const used = new Set<string>()
  const canaries: Bytes[] = []

  /** I5: one (key, nonce), one message; every sealing of every member passes here. */
  const watch = (crypto: Crypto): Crypto => ({
    ...crypto,
    seal: (key, nonce, aad, plaintext) => {
      const id = toHex(expose(key)) + toHex(expose(nonce))
      demand(!used.has(id), 'I5', 'a key and nonce were used twice')
      used.add(id)
      return crypto.seal(key, nonce, aad, plaintext)
    },
  })

  const checkEpochs = (member: Member): void => {
    const { self, group } = member.state
    for (const { id, author, members, exporter } of group.epochs) {
      const secret = toHex(exporter.expose())
      const known = epochs.get(id) ?? { members, exporter: secret, bornAt: now() }
      epochs.set(id, known)
      const since = addedAt.get(self) ?? 0
      const old = known.bornAt < since && author !== self
      demand(!old, 'I3', `${member.name} holds an epoch older than its place in the roster`)
      demand(known.members.includes(self), 'I1', `${member.name} holds an epoch that does not name it`)
      demand(known.exporter === secret, 'I8', 'one header opened to two secrets')
    }
  }

  const checkSent = (state: PeerState, effect: Extract<PeerEffect, { kind: 'send' }>): void => {
    const message = decode(frame, effect.bytes)
    for (const canary of canaries) {
      demand(!contains(effect.bytes, canary), 'I11', 'a frame shows what it must hide')
    }
    if (message.kind !== 'group') return
    const prefix = message.body.subarray(1, 9)
    const epoch = state.group.epochs.find(({ id }) => equal(utf8(toHex(prefix)), utf8(id.slice(0, 16))))
    const { removes } = state.group.roster
    const gone = epoch?.members.find((id) => removes.has(id))
    demand(gone === undefined, 'I2', 'sent on an epoch of a member known to be removed')
  }

  /** I10: a session out of an answer to a pre-key costs that pre-key, in the same step. */
  const checkPreKeys = (before: PeerState, { pairs, stock }: PeerState): void => {
    const opened = [...pairs].filter(
      ([id, { trust, unconfirmed }]) =>
        trust === 'pre-keyed' && unconfirmed === null && !before.pairs.has(id),
    )
    const used = before.stock.filter((one) => !stock.includes(one)).length
    demand(opened.length <= used, 'I10', 'a session was opened, and its pre-key is still there')
  }

  return {
    watch,
    /** Nothing of this may be seen in a frame. */
    hide: (text: string): void => void canaries.push(utf8(text)),
    stepped: (member: Member, before: PeerState, effects: readonly PeerEffect[]): void => {
      const { state } = member
      const refused = effects.length === 1 && effects[0]?.kind === 'reject'
      demand(!refused || state === before, 'I6', 'a refused event changed the state')
      if (state.group.roster !== before.group.roster) {
        for (const id of state.group.roster.adds.keys())
          if (id !== member.id && !addedAt.has(id)) addedAt.set(id, now())
      }
      if (state.group !== before.group) checkEpochs(member)
      if (state.pairs !== before.pairs) checkPreKeys(before, state)
      const kinds = effects.map(({ kind }) => kind)
      const first = kinds.indexOf('send')
      const durable = kinds.indexOf('persist')
      demand(first < 0 || (durable >= 0 && durable < first), 'I7', 'sent before it was durable')
      for (const effect of effects) if (effect.kind === 'send') checkSent(state, effect)
    },
    /** I7: what it confirmed to others outlives a crash: the epochs it holds, the messages it was shown and said. */
    crashed: async (crypto: Crypto, { state, stored, name }: Member): Promise<void> => {
      const back = stored === null ? null : await decodePeer(crypto, stored)
      const kept = back !== null && promised(state).every((id) => promised(back).includes(id))
      demand(kept, 'I7', `${name} stored less than it confirmed`)
    },
  }
}
