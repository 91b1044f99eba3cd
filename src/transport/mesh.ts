/**
 * The WebRTC links of one page: one data channel per member, carrying sealed frames. No keys here.
 *
 *   initiator   opening ──connect──> direct <──ICE lost, ICE back──> stalled
 *               any ──close──> waiting ──1 s to 30 s──> opening
 *   responder   idle ──offer of a newer attempt──> opening, then as above
 *               any ──close──> idle
 *
 * Each attempt has a number that the responder follows, so signals of an earlier attempt are ignored. While a link is
 * not direct, frames go through the relay.
 */

import SimplePeer from 'simple-peer'
import { type Bytes, utf8 } from '../codec/index.ts'
import { type LinkPath, pathOf, statisticsOf } from './link-path.ts'

/** From the peer in the Worker to the links in the page. Members are opaque ids here. */
export type MeshCommand =
  | { readonly kind: 'connect'; readonly member: string; readonly initiator: boolean }
  | { readonly kind: 'disconnect'; readonly member: string }
  | { readonly kind: 'disconnect-all' }
  | { readonly kind: 'signal'; readonly member: string; readonly data: Bytes }
  | { readonly kind: 'send'; readonly member: string; readonly bytes: Bytes }

export type MeshEvent =
  /** SDP with candidates for `member`, to be sealed before it is sent. */
  | { readonly kind: 'signal'; readonly member: string; readonly data: Bytes }
  | { readonly kind: 'link'; readonly member: string; readonly direct: boolean }
  | { readonly kind: 'received'; readonly member: string; readonly bytes: Bytes }

export interface Mesh {
  execute(command: MeshCommand): void
  /** Of the links that are direct now. */
  paths(): Promise<readonly LinkPath[]>
}

/** A data channel with more than this queued drops the frame; the layers above retransmit. */
const maxBuffered = 4 * 1024 * 1024
const maxFrame = 64 * 1024
const firstRetryMs = 1_000
const lastRetryMs = 30_000
const gatherMs = 2_000

interface Link {
  readonly initiator: boolean
  /** Number of the connection attempt. The responder follows the higher one. */
  attempt: number
  peer: SimplePeer.Instance | null
  direct: boolean
  retryMs: number
  cancelRetry: () => void
}

interface Signal {
  readonly attempt: number
  readonly data: SimplePeer.SignalData
}

const parseSignal = (bytes: Uint8Array): Signal | null => {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof value !== 'object' || value === null || !('attempt' in value) || !('data' in value))
      return null
    const { attempt, data } = value
    if (!Number.isSafeInteger(attempt) || typeof data !== 'object' || data === null || !('type' in data))
      return null
    if (data.type !== 'offer' && data.type !== 'answer') return null
    if (!('sdp' in data) || typeof data.sdp !== 'string') return null
    return { attempt: attempt as number, data: { type: data.type, sdp: data.sdp } }
  } catch {
    return null
  }
}

/**
 * Creates the links of one page.
 *
 * @param onEvent - called for every signal, link change and frame
 * @param iceServers - STUN and TURN servers, read at each attempt
 */
export const createMesh = (onEvent: (event: MeshEvent) => void, iceServers: () => RTCIceServer[]): Mesh => {
  const links = new Map<string, Link>()

  const setDirect = (member: string, link: Link, direct: boolean): void => {
    if (link.direct === direct) return
    link.direct = direct
    onEvent({ kind: 'link', member, direct })
  }

  const open = (member: string, link: Link): void => {
    const peer = new SimplePeer({
      initiator: link.initiator,
      // One sealed offer and one sealed answer instead of a frame per candidate.
      trickle: false,
      iceCompleteTimeout: gatherMs,
      config: { iceServers: iceServers() },
    })
    link.peer = peer
    const isCurrent = () => link.peer === peer
    peer.on('signal', (data) => {
      if (isCurrent())
        onEvent({ kind: 'signal', member, data: utf8(JSON.stringify({ attempt: link.attempt, data })) })
    })
    peer.on('connect', () => {
      if (!isCurrent()) return
      link.retryMs = firstRetryMs
      setDirect(member, link, true)
    })
    // When ICE stalls, the relay takes over at once until the path recovers.
    peer.on('iceStateChange', (state) => {
      if (isCurrent() && peer.connected)
        setDirect(member, link, state === 'connected' || state === 'completed')
    })
    peer.on('data', (chunk: Uint8Array) => {
      if (isCurrent() && chunk.length <= maxFrame) {
        onEvent({ kind: 'received', member, bytes: new Uint8Array(chunk) })
      }
    })
    // 'close' follows every error.
    peer.on('error', () => undefined)
    peer.on('close', () => {
      if (!isCurrent()) return
      link.peer = null
      setDirect(member, link, false)
      if (link.initiator) retry(member, link)
    })
  }

  const retry = (member: string, link: Link): void => {
    const timer = setTimeout(() => {
      link.attempt += 1
      open(member, link)
    }, link.retryMs)
    link.cancelRetry = () => clearTimeout(timer)
    link.retryMs = Math.min(lastRetryMs, 2 * link.retryMs)
  }

  const close = (member: string): void => {
    const link = links.get(member)
    if (link === undefined) return
    links.delete(member)
    link.cancelRetry()
    const { peer } = link
    link.peer = null
    peer?.destroy()
    setDirect(member, link, false)
  }

  const connect = (member: string, initiator: boolean): void => {
    const attempt = (links.get(member)?.attempt ?? 0) + 1
    close(member)
    const link: Link = {
      initiator,
      attempt: initiator ? attempt : 0,
      peer: null,
      direct: false,
      retryMs: firstRetryMs,
      cancelRetry: () => undefined,
    }
    links.set(member, link)
    if (initiator) open(member, link)
  }

  const signal = (member: string, bytes: Uint8Array): void => {
    const link = links.get(member)
    const parsed = parseSignal(bytes)
    if (link === undefined || parsed === null) return
    if (!link.initiator && parsed.data.type === 'offer' && parsed.attempt > link.attempt) {
      const old = link.peer
      link.peer = null
      old?.destroy()
      setDirect(member, link, false)
      link.attempt = parsed.attempt
      open(member, link)
    }
    if (parsed.attempt !== link.attempt || link.peer === null || link.peer.destroyed) return
    try {
      link.peer.signal(parsed.data)
    } catch {
      link.peer.destroy()
    }
  }

  const send = (member: string, bytes: Uint8Array): void => {
    const peer = links.get(member)?.peer
    if (!peer?.connected || peer.bufferSize > maxBuffered) return
    try {
      peer.send(bytes)
    } catch {
      peer.destroy()
    }
  }

  const paths = async (): Promise<readonly LinkPath[]> => {
    const up = [...links].flatMap(([member, { peer, direct, attempt: attempts }]) =>
      peer !== null && direct ? [{ member, peer, attempts }] : [],
    )
    const found = await Promise.all(up.map(async (link) => pathOf(await statisticsOf(link.peer), link)))
    return found.filter((path) => path !== null)
  }

  return {
    paths,
    execute(command) {
      switch (command.kind) {
        case 'connect':
          return connect(command.member, command.initiator)
        case 'disconnect':
          return close(command.member)
        case 'disconnect-all':
          for (const member of [...links.keys()]) close(member)
          return
        case 'signal':
          return signal(command.member, command.data)
        case 'send':
          return send(command.member, command.bytes)
        default:
          return command satisfies never
      }
    },
  }
}
