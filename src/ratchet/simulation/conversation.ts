/**
 * Two members of a room over hours: what their pair session carries while they talk, and which epochs of the room went
 * through it. The text itself travels under the epochs, outside of the session.
 *
 *   heartbeat   each side, every 60 s                                          never turns
 *   receipt     for each message, 200 ms later                                 turns once in 10 minutes
 *   either      in an epoch's last 90 s or last 8 messages                     turns once a minute
 *   answer      a heartbeat, 1 s after a frame with a new turn
 *   epoch       by its author: after 64 messages, at most once a minute;
 *               after 10 minutes in which something was said; after an hour    turns when due
 *   ack         of each epoch, 200 ms later                                    turns when due
 */

import { type Bytes, utf8 } from '../../codec/index.ts'
import type { Crypto } from '../../crypto/index.ts'
import { encodeSession, open, type Session, seal, type TurnPolicy } from '../index.ts'
import type { KeySet } from '../session.ts'
import { createSpokenPair, type Side } from '../testing/pair.ts'

export interface Plan {
  readonly minutes: number
  /** Seconds between two messages of the room, said by the two in turn; `null`: nobody says anything. */
  readonly messageEvery: number | null
  /** Who makes the epochs. */
  readonly author: Side
  /** When the state of side 0 is copied, in seconds. */
  readonly copies: readonly number[]
}

/** A frame of the pair session, with the key sets that both sides held after it. */
export interface Carried {
  /** Milliseconds. */
  readonly at: number
  readonly from: Side
  readonly bytes: Bytes
  /** The epoch that it carries. */
  readonly epoch: number | null
  readonly keySets: readonly [readonly KeySet[], readonly KeySet[]]
}

/** A message of the room, under an epoch. */
interface Said {
  readonly at: number
  readonly epoch: number
}

export interface Recorded {
  readonly frames: readonly Carried[]
  readonly said: readonly Said[]
  readonly copies: readonly { readonly at: number; readonly epoch: number; readonly state: Bytes }[]
}

const second = 1000
const delay = 200

/** The age at which an epoch with this many messages is renewed. */
const lifeOf = (messages: number): number => {
  if (messages >= 64) return 60 * second
  return (messages > 0 ? 600 : 3600) * second
}

class Conversation {
  readonly #crypto: Crypto
  readonly #pair: [Session, Session]
  readonly frames: Carried[] = []
  readonly said: Said[] = []
  readonly copies: { at: number; epoch: number; state: Bytes }[] = []
  #epoch = { number: 0, since: 0, messages: 0 }

  constructor(crypto: Crypto, pair: [Session, Session]) {
    this.#crypto = crypto
    this.#pair = pair
  }

  #isLate(at: number): boolean {
    const { since, messages } = this.#epoch
    return messages >= 56 || at - since >= lifeOf(messages) - 90 * second
  }

  async heartbeat(at: number, from: Side): Promise<void> {
    await this.carry(at, from, this.#isLate(at) ? 'minute' : 'never')
  }

  async carry(at: number, from: Side, turn: TurnPolicy, epoch: number | null = null): Promise<void> {
    const to = from === 0 ? 1 : 0
    const options = { padding: 'control', turn, now: at } as const
    const sealed = await seal(this.#crypto, this.#pair[from], utf8('control'), options)
    const opened = await open(this.#crypto, this.#pair[to], sealed.bytes, at)
    if (opened.kind === 'rejected') throw new Error(opened.code)
    this.#pair[from] = sealed.session
    this.#pair[to] = opened.session
    for (const secret of [...sealed.stale, ...opened.stale]) secret.wipe()
    const keySets = [this.#pair[0].keySets, this.#pair[1].keySets] as const
    this.frames.push({ at, from, bytes: sealed.bytes, epoch, keySets })
    if (opened.turned && turn !== 'due') await this.heartbeat(at + second, to)
  }

  async say(at: number, from: Side): Promise<void> {
    this.said.push({ at, epoch: this.#epoch.number })
    this.#epoch.messages++
    await this.carry(at + delay, from === 0 ? 1 : 0, this.#isLate(at + delay) ? 'minute' : 'seldom')
  }

  async renew(at: number, author: Side): Promise<void> {
    if (at - this.#epoch.since < lifeOf(this.#epoch.messages)) return
    this.#epoch = { number: this.#epoch.number + 1, since: at, messages: 0 }
    await this.carry(at, author, 'due', this.#epoch.number)
    await this.carry(at + delay, author === 0 ? 1 : 0, 'due')
  }

  copy(at: number): void {
    this.copies.push({ at, epoch: this.#epoch.number, state: encodeSession(this.#pair[0]) })
  }
}

/** @returns what an observer records, and the copies of side 0 that a thief takes */
export const converse = async (
  crypto: Crypto,
  { minutes, messageEvery, author, copies }: Plan,
): Promise<Recorded> => {
  const conversation = new Conversation(crypto, await createSpokenPair(crypto))
  for (let now = 1; now <= 60 * minutes; now++) {
    const at = now * second
    await conversation.renew(at, author)
    if (now % 60 === 20) await conversation.heartbeat(at, 0)
    if (now % 60 === 50) await conversation.heartbeat(at, 1)
    if (messageEvery !== null && now % messageEvery === 0) {
      await conversation.say(at, ((now / messageEvery) % 2) as Side)
    }
    if (copies.includes(now)) conversation.copy(at + 2 * delay)
  }
  return conversation
}
