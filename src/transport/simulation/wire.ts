/**
 * WebRTC between two ends, as far as a link notices: descriptions and candidates pair two connections, a path is found or
 * not, a reliable channel stalls and recovers, dies with or without a word, and is told or not told of the other's end.
 */

import type { Bytes } from '../../codec/index.ts'
import type { LinkEffect, LinkEvent } from '../link-state.ts'
import type { Clock, Dice } from './random.ts'

export type Side = 0 | 1
export const otherOf = (side: Side): Side => (side === 0 ? 1 : 0)

type Untimed<T> = T extends unknown ? Omit<T, 'now'> : never
export type Fed = Untimed<LinkEvent>

interface Connection {
  readonly side: Side
  readonly page: number
  readonly id: number
  readonly token: string
  round: number
  /** Rounds whose offer and answer are both applied. */
  settled: number
  offered: number
  partner: Connection | null
  candidates: number
  connecting: boolean
  open: boolean
  closed: boolean
  /** Swallows everything from now on, and nobody is told. */
  zombie: boolean
  /** This round's path is gone; the next round's may work. */
  brokenRound: number
  readonly stalled: { readonly bytes: Bytes }[]
  arriveAt: number
}

export interface Wire {
  /** Whether packets pass between the ends, in either direction. */
  passes: [boolean, boolean]
  /** Whether the network allows direct paths at all. */
  allowed: boolean
  carryOut(side: Side, page: number, effect: LinkEffect): void
  /** The channel of the moment goes silent for good. */
  killSilently(): void
  /** The channel of the moment closes in the browser. */
  killLoudly(): void
  /** One end moves to another network: only another round of ICE finds a path. */
  move(): void
  /** Packets that were held up flow again. */
  resume(): void
  /** The page is gone, with its connections. */
  forget(side: Side, page: number): void
}

const hopMs = 20
const lostAfterMs = 5_000
const failedAfterMs = 25_000

export const createWire = (
  { clock, random }: { readonly clock: Clock; readonly random: Dice },
  feed: (side: Side, page: number, event: Fed) => void,
): Wire => {
  const connections = new Map<string, Connection>()
  const keyOf = (side: Side, page: number, id: number): string => `${side} ${page} ${id}`
  const tell = (to: Connection, event: Fed): void => {
    if (!to.closed) feed(to.side, to.page, event)
  }
  const later = (ms: number, run: () => void): void => void clock.at(clock.now() + ms, run)

  const describe = (connection: Connection, type: 'offer' | 'answer'): void => {
    const { id: of, token, round } = connection
    later(random.int(1, 40), () => {
      tell(connection, { kind: 'described', connection: of, type, sdp: `${token} ${round}` })
      for (let i = random.int(1, 3); i > 0; i--)
        later(random.int(0, 400), () =>
          tell(connection, {
            kind: 'candidate',
            connection: of,
            candidate: { candidate: `${token} ${round} ${i}`, mid: '0', line: 0 },
          }),
        )
    })
  }

  const canPass = (from: Connection): boolean =>
    wire.allowed && wire.passes[from.side] && !from.zombie && from.brokenRound < from.settled

  const isPair = (a: Connection, b: Connection): boolean => a.partner === b && b.partner === a

  /** Both descriptions are applied, and at least one candidate of each side. */
  const tryConnect = (connection: Connection): void => {
    const { partner } = connection
    if (partner === null || !isPair(connection, partner) || connection.connecting) return
    if (connection.candidates === 0 && partner.candidates === 0) return
    if (connection.settled === 0 || partner.settled === 0) return
    connection.connecting = true
    partner.connecting = true
    later(random.int(5, 300), () =>
      isReachable(connection, partner) ? opens(connection, partner) : waits(connection, partner, 20),
    )
  }

  const isReachable = (a: Connection, b: Connection): boolean => canPass(a) && canPass(b)

  const opens = (a: Connection, b: Connection): void => {
    for (const end of [a, b]) {
      end.open = true
      later(random.int(0, 150), () => tell(end, { kind: 'opened', connection: end.id }))
    }
  }

  /** Connectivity checks go on for a while before ICE gives up. */
  const waits = (a: Connection, b: Connection, left: number): void => {
    if (a.closed || b.closed) return
    if (isReachable(a, b)) return opens(a, b)
    if (left > 0) return later(500, () => waits(a, b, left - 1))
    for (const end of [a, b]) ends(end)
  }

  /** The browser ends a connection by itself. */
  const ends = (connection: Connection): void => {
    tell(connection, { kind: 'closed', connection: connection.id })
    close(connection)
  }

  const close = (connection: Connection): void => {
    if (connection.closed) return
    connection.closed = true
    connection.open = false
    const { partner } = connection
    if (partner === null || !isPair(connection, partner)) return
    // The other end hears of it where packets pass; else ICE notices after a while.
    if (canPass(connection)) later(random.int(5, 100), () => ends(partner))
    else later(failedAfterMs, () => ends(partner))
  }

  const deliver = (from: Connection, bytes: Bytes): void => {
    const to = from.partner
    if (to === null) return
    from.arriveAt = Math.max(from.arriveAt, clock.now() + random.int(1, hopMs))
    clock.at(from.arriveAt, () => {
      if (!to.closed && !to.zombie) tell(to, { kind: 'arrived', connection: to.id, bytes })
    })
  }

  const transmit = (from: Connection, bytes: Bytes): void => {
    if (!from.open || from.zombie) return
    // Reliable: what cannot pass now waits, in order.
    if (from.stalled.length === 0 && canPass(from)) return deliver(from, bytes)
    from.stalled.push({ bytes })
    later(lostAfterMs, () => {
      if (from.stalled.length > 0 && !canPass(from))
        tell(from, { kind: 'path', connection: from.id, lost: true })
    })
    later(failedAfterMs, () => {
      if (from.stalled.length > 0 && !canPass(from)) ends(from)
    })
  }

  const flow = (from: Connection): void => {
    if (from.closed || from.stalled.length === 0 || !canPass(from)) return
    for (const { bytes } of from.stalled.splice(0)) deliver(from, bytes)
    tell(from, { kind: 'path', connection: from.id, lost: false })
  }

  const byToken = (token: string): Connection | null =>
    [...connections.values()].find((connection) => connection.token === token) ?? null

  const apply = (connection: Connection, effect: Extract<LinkEffect, { kind: 'apply' }>): void => {
    connection.candidates += effect.candidates.length
    const { description } = effect
    if (description !== null) {
      const [side = '', page = '', id = '', round = ''] = description.sdp.split(' ')
      const partner = byToken(`${side} ${page} ${id}`)
      connection.partner = partner
      if (description.type === 'offer') {
        if (connection.offered > 0 && connection.settled < connection.round)
          throw new Error('an offer was applied over an own one')
        connection.round = Number(round)
        connection.settled = Number(round) + 1
        describe(connection, 'answer')
      } else {
        if (connection.offered !== connection.settled + 1)
          throw new Error('an answer was applied to no offer')
        connection.settled += 1
      }
      if (partner !== null) flow(partner)
      flow(connection)
    }
    tryConnect(connection)
  }

  const current = (): readonly Connection[] =>
    [...connections.values()].filter(({ open, closed }) => open && !closed)

  const wire: Wire = {
    passes: [true, true],
    allowed: true,
    carryOut(side, page, effect) {
      if (effect.kind === 'open') {
        const { connection: id, initiator } = effect
        const connection: Connection = {
          side,
          page,
          id,
          token: keyOf(side, page, id),
          round: 0,
          settled: 0,
          offered: initiator ? 1 : 0,
          partner: null,
          candidates: 0,
          connecting: false,
          open: false,
          closed: false,
          zombie: false,
          brokenRound: -1,
          stalled: [],
          arriveAt: 0,
        }
        connections.set(connection.token, connection)
        if (initiator) describe(connection, 'offer')
        return
      }
      if (!('connection' in effect)) return
      const connection = connections.get(keyOf(side, page, effect.connection))
      if (connection === undefined) throw new Error('a connection that was never opened')
      if (connection.closed) return
      if (effect.kind === 'close') return close(connection)
      if (effect.kind === 'transmit') return transmit(connection, effect.bytes)
      if (effect.kind === 'apply') return apply(connection, effect)
      if (effect.kind === 'restart') {
        connection.round += 1
        connection.offered += 1
        describe(connection, 'offer')
      }
    },
    killSilently() {
      for (const connection of current()) connection.zombie = true
    },
    killLoudly() {
      for (const connection of current()) ends(connection)
    },
    move() {
      for (const connection of current()) {
        connection.brokenRound = connection.settled
        later(lostAfterMs, () => {
          if (!canPass(connection)) tell(connection, { kind: 'path', connection: connection.id, lost: true })
        })
      }
    },
    resume() {
      for (const connection of current()) flow(connection)
    },
    forget(side, page) {
      for (const connection of connections.values())
        if (connection.side === side && connection.page === page && !connection.closed) {
          connection.closed = true
          connection.open = false
          const { partner } = connection
          // A page that goes says goodbye at times.
          if (partner !== null && random.chance(0.5)) later(random.int(5, 200), () => ends(partner))
          else if (partner !== null) later(failedAfterMs, () => ends(partner))
        }
    },
  }
  return wire
}
