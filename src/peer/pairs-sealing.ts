/** Seals what this member says to others, each in the session with its recipient. */
import { type Bytes, encode } from '../codec/index.ts'
import { nextAuthor, tagFor } from '../group/index.ts'
import type { MemberId } from '../identity/index.ts'
import { measure, measureWhole } from '../metrics/index.ts'
import {
  type Padding,
  type Sealed,
  type Session,
  seal,
  sendingAuth,
  type TurnPolicy,
} from '../ratchet/index.ts'
import { type Control, control } from './controls.ts'
import { setPairs, speaking, withSpeaking } from './pairs.ts'
import { noteSealed, surroundingsOf } from './reach.ts'
import { pathTo, sendFrame } from './room.ts'
import type { Transaction } from './transaction.ts'

/** Before an epoch is renewed, who will make it and each other member turn to keys that no former copy has. */
const isRenewalNear = ({ state, now }: Transaction, to: MemberId): boolean => {
  const author = nextAuthor(state.group, surroundingsOf(state, now))
  return author === to || author === state.self.id
}

/** What heals a conversation is carried by a fresh turn; small talk hardly makes one. */
const turnOf = (tx: Transaction, to: MemberId, message: Control): TurnPolicy => {
  if (message.kind === 'heartbeat') return isRenewalNear(tx, to) ? 'minute' : 'never'
  if (message.kind === 'receipt') return isRenewalNear(tx, to) ? 'minute' : 'seldom'
  // They carry keys.
  if (message.kind === 'password') return 'due'
  if (message.kind === 'file' && message.message.kind === 'offer') return 'due'
  if (message.kind !== 'group') return 'minute'
  return message.message.kind === 'epoch' || message.message.kind === 'ack' ? 'due' : 'minute'
}

const paddingOf = ({ kind }: Control): Padding => (kind === 'said' ? 'message' : 'control')

export interface Letter {
  readonly to: MemberId
  readonly message: Control
}

const record = { operation: 'pair_seal', algorithm: 'hybrid double ratchet', bytesIn: 0 } as const

/** Seals each for its member, all at once; two for one member in their order. */
const sealAll = async (tx: Transaction, letters: readonly Letter[]): Promise<readonly (Bytes | null)[]> => {
  const { crypto, recorder } = tx.ports
  // Side by side, what a session records cannot be told from what its neighbour does.
  const measured = letters.length === 1 ? measureWhole : measure
  const latest = new Map<MemberId, Promise<Sealed>>()
  const sealed = await Promise.all(
    letters.map(({ to, message }) => {
      const pair = tx.state.pairs.pairs.get(to)
      const session = pair === undefined ? null : speaking(pair)
      if (session === null) return null
      const sealIn = (in_: Session): Promise<Sealed> =>
        measured(
          recorder,
          record,
          () =>
            seal(crypto, in_, encode(control, message), {
              padding: paddingOf(message),
              turn: turnOf(tx, to, message),
              now: tx.now,
            }),
          ({ bytes }) => bytes.length,
        )
      const made = latest.get(to)?.then((before) => sealIn(before.session)) ?? sealIn(session)
      latest.set(to, made)
      return made
    }),
  )
  const pairs = new Map(tx.state.pairs.pairs)
  for (const [i, { to }] of letters.entries()) {
    const one = sealed[i]
    if (!one) continue
    tx.stale.push(...one.stale) // FS
    pairs.set(to, withSpeaking(pairs.get(to)!, one.session))
  }
  setPairs(tx, { pairs })
  return sealed.map((one) => one?.bytes ?? null)
}

/** Seals and sends, where there is a session and a way. */
export const sendControls = async (tx: Transaction, letters: readonly Letter[]): Promise<void> => {
  const sendable = letters.filter(({ to }) => {
    const pair = tx.state.pairs.pairs.get(to)
    return pair !== undefined && speaking(pair) !== null && pathTo(tx.state, pair.address) !== null
  })
  if (sendable.length === 0) return
  const bodies = await sealAll(tx, sendable)
  for (const [i, { to, message }] of sendable.entries()) {
    const body = bodies[i]
    if (body == null) continue
    sendFrame(tx, tx.state.pairs.pairs.get(to)!.address, { kind: 'pair', body }, { inside: message })
    noteSealed(tx, to, message)
  }
}

/** False where there is no session with `to`, or no way to it now. */
export const sendControl = async (tx: Transaction, to: MemberId, message: Control): Promise<boolean> => {
  const pair = tx.state.pairs.pairs.get(to)
  if (pair === undefined || speaking(pair) === null || pathTo(tx.state, pair.address) === null) return false
  await sendControls(tx, [{ to, message }])
  return true
}

/** Seals for a mailbox: the body of a `pair` frame, `null` without a session. */
export const sealLetter = async (tx: Transaction, to: MemberId, message: Control): Promise<Bytes | null> =>
  (await sealAll(tx, [{ to, message }]))[0] ?? null

/** The tag of a group message for `to`: 16 bytes, `null` without a session. */
export const sealTag = async (tx: Transaction, to: MemberId, bytes: Bytes): Promise<Bytes | null> => {
  const pair = tx.state.pairs.pairs.get(to)
  const session = pair === undefined ? null : speaking(pair)
  if (session === null) return null
  return tagFor(tx.ports.crypto, sendingAuth(session), { sender: tx.state.self.id, recipient: to }, bytes)
}
