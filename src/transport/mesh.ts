/**
 * The direct links of one page: carries out what each link decides (`link.ts`), by WebRTC connections. No keys here.
 *
 *   command of the peer ─┐                  ┌─> WebRTC connection
 *   event of a connection ├─> link of member ├─> event for the peer
 *   timer, nudge ────────┘                  └─> timer
 */

import type { Bytes } from '../codec/index.ts'
import type { ConnectionOptions, DataConnection } from './data-connection.ts'
import { stepLink } from './link.ts'
import { type LinkPath, pathOf } from './link-path.ts'
import { decodeSignal, encodeSignal } from './link-signal.ts'
import { type LinkEffect, type LinkEvent, type LinkState, unlinked } from './link-state.ts'

/** From the peer in the Worker to the links in the page. Members are opaque ids here. */
export type MeshCommand =
  | { readonly kind: 'connect'; readonly member: string; readonly initiator: boolean }
  | { readonly kind: 'disconnect'; readonly member: string }
  | { readonly kind: 'disconnect-all' }
  | { readonly kind: 'signal'; readonly member: string; readonly data: Bytes }
  | { readonly kind: 'send'; readonly member: string; readonly bytes: Bytes }
  /** A chunk of a file. Lost where there is no direct link. */
  | { readonly kind: 'send-chunk'; readonly member: string; readonly bytes: Bytes }

export type MeshEvent =
  /** A description or candidates for `member`, to be sealed before they are sent. */
  | { readonly kind: 'signal'; readonly member: string; readonly data: Bytes }
  | { readonly kind: 'link'; readonly member: string; readonly direct: boolean }
  | { readonly kind: 'received'; readonly member: string; readonly bytes: Bytes }
  /** A frame that is not known to have arrived: it goes by the relay. It may arrive twice. */
  | { readonly kind: 'returned'; readonly member: string; readonly bytes: Bytes }

/** Chunks of files, on a data channel of their own. */
export type ChunkEvent =
  | { readonly kind: 'chunk'; readonly member: string; readonly bytes: Bytes }
  /** The number of chunks that left the queue, so as many more fit. */
  | { readonly kind: 'chunks-sent'; readonly member: string; readonly count: number }

export interface MeshOptions {
  readonly onEvent: (event: MeshEvent) => void
  readonly onChunk?: (event: ChunkEvent) => void
  /** STUN and TURN servers, read at each attempt. */
  readonly iceServers: () => RTCIceServer[]
  readonly openConnection: (options: ConnectionOptions) => DataConnection
  /** Milliseconds. */
  readonly now: () => number
  /** Uniform in [0, 1). Tells one page from the next; no key depends on it. */
  readonly random: () => number
  /** Runs `run` once after `ms`. The returned function cancels it. */
  readonly setTimer: (run: () => void, ms: number) => () => void
}

export interface Mesh {
  execute(command: MeshCommand): void
  /** The page is online, awake or visible again, or on another network. */
  nudge(): void
  /** False where there is no room or no direct link. */
  sendChunk(member: string, bytes: Bytes): boolean
  /** Of the links that are direct now. */
  paths(): Promise<readonly LinkPath[]>
}

/** A channel that took no chunk is not asked again sooner. */
const retryChunkMs = 100
/** More members than any room has are refused. */
const maxEnds = 256

interface End {
  state: LinkState
  connection: { readonly id: number; readonly data: DataConnection } | null
  cancelTimer: () => void
}

type Untimed<T> = T extends unknown ? Omit<T, 'now'> : never
type Fed = Untimed<LinkEvent>

export const createMesh = (options: MeshOptions): Mesh => {
  const { onEvent, onChunk, iceServers, openConnection, now, random, setTimer } = options
  const ends = new Map<string, End>()
  const queue: (() => void)[] = []
  let running = false

  /** A connection may speak while it is being used: one event after the other. */
  const inTurn = (run: () => void): void => {
    queue.push(run)
    if (running) return
    running = true
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) next()
    } finally {
      running = false
    }
  }

  const endFor = (member: string): End | null => {
    const known = ends.get(member)
    if (known !== undefined) return known
    if (ends.size >= maxEnds) return null
    const state = unlinked(Math.floor(random() * 2 ** 48))
    const end: End = { state, connection: null, cancelTimer: () => undefined }
    ends.set(member, end)
    return end
  }

  const feed = (member: string, end: End, event: Fed): void => inTurn(() => take(member, end, event))

  const take = (member: string, end: End, event: Fed): void => {
    if (ends.get(member) !== end) return
    const { state, effects, wakeAt } = stepLink(end.state, { ...event, now: now() } as LinkEvent)
    end.state = state
    end.cancelTimer()
    end.cancelTimer =
      wakeAt === null
        ? () => undefined
        : setTimer(() => feed(member, end, { kind: 'wake' }), Math.max(0, wakeAt - now()))
    for (const effect of effects) carryOut(member, end, effect)
    if (event.kind === 'disconnect') ends.delete(member)
  }

  const carryOut = (member: string, end: End, effect: LinkEffect): void => {
    const { connection } = end
    switch (effect.kind) {
      case 'link':
        return onEvent({ kind: 'link', member, direct: effect.direct })
      case 'signal': {
        const data = encodeSignal(effect.signal)
        if (data !== null) onEvent({ kind: 'signal', member, data })
        return
      }
      case 'received':
        return onEvent({ kind: 'received', member, bytes: effect.frame })
      case 'returned':
        return onEvent({ kind: 'returned', member, bytes: effect.frame })
      case 'open':
        return open(member, end, effect)
      case 'close':
        if (connection?.id === effect.connection) end.connection = null
        return connection?.data.close()
      case 'restart':
        return connection?.data.restartIce()
      case 'apply':
        return connection?.data.apply(effect.description, effect.candidates)
      case 'transmit':
        connection?.data.send(effect.bytes)
        return
      default:
        return effect satisfies never
    }
  }

  const open = (
    member: string,
    end: End,
    { connection: id, initiator }: Extract<LinkEffect, { kind: 'open' }>,
  ): void => {
    try {
      const data = openConnection({
        initiator,
        iceServers: iceServers(),
        onEvent: (event) => feed(member, end, { ...event, connection: id }),
        onChunk: (bytes) => onChunk?.({ kind: 'chunk', member, bytes }),
        onChunksSent: (count) => onChunk?.({ kind: 'chunks-sent', member, count }),
      })
      end.connection = { id, data }
    } catch {
      // No WebRTC here, or too many connections: the relay carries, and the back-off applies.
      feed(member, end, { kind: 'closed', connection: id })
    }
  }

  const paths = async (): Promise<readonly LinkPath[]> => {
    const up = [...ends].flatMap(([member, { state, connection }]) =>
      connection !== null && state.phase === 'direct'
        ? [{ member, attempts: state.connections, data: connection.data }]
        : [],
    )
    const found = await Promise.all(up.map(async (link) => pathOf(await link.data.statistics(), link)))
    return found.filter((path) => path !== null)
  }

  const executeFor = (member: string, event: Fed): void => {
    const end = endFor(member)
    if (end !== null) feed(member, end, event)
  }

  const sendChunk = (member: string, bytes: Bytes): boolean => {
    const end = ends.get(member)
    return end?.state.phase === 'direct' && (end.connection?.data.sendChunk(bytes) ?? false)
  }

  return {
    paths,
    nudge: () => {
      for (const [member, end] of ends) feed(member, end, { kind: 'nudge' })
    },
    sendChunk,
    execute(command) {
      switch (command.kind) {
        case 'connect':
          return executeFor(command.member, { kind: 'connect', initiator: command.initiator })
        case 'disconnect': {
          const end = ends.get(command.member)
          if (end !== undefined) feed(command.member, end, { kind: 'disconnect' })
          return
        }
        case 'disconnect-all':
          for (const [member, end] of ends) feed(member, end, { kind: 'disconnect' })
          return
        case 'signal': {
          const signal = decodeSignal(command.data)
          if (signal !== null) executeFor(command.member, { kind: 'signal', signal })
          return
        }
        case 'send': {
          const { member, bytes } = command
          const end = ends.get(member)
          if (end === undefined) onEvent({ kind: 'returned', member, bytes })
          else feed(member, end, { kind: 'send', frame: bytes })
          return
        }
        case 'send-chunk': {
          const { member, bytes } = command
          if (sendChunk(member, bytes)) return
          // Lost, and asked for again; the room that it took is free.
          setTimer(() => onChunk?.({ kind: 'chunks-sent', member, count: 1 }), retryChunkMs)
          return
        }
        default:
          return command satisfies never
      }
    },
  }
}
