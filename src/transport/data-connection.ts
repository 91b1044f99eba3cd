/**
 * One WebRTC connection with its two data channels, by simple-peer: frames of the peer, and chunks of files beside them,
 * so that a file never stands before a message.
 */

import SimplePeer from 'simple-peer'
import type { Bytes } from '../codec/index.ts'
import { type ChunkLane, createChunkLane } from './chunk-lane.ts'
import { type Report, statisticsOf } from './link-path.ts'
import type { Candidate } from './link-signal.ts'

export type ConnectionEvent =
  | { readonly kind: 'described'; readonly type: 'offer' | 'answer'; readonly sdp: string }
  | { readonly kind: 'candidate'; readonly candidate: Candidate }
  | { readonly kind: 'opened' }
  | { readonly kind: 'path'; readonly lost: boolean }
  | { readonly kind: 'arrived'; readonly bytes: Bytes }
  | { readonly kind: 'closed' }

export interface ConnectionOptions {
  readonly initiator: boolean
  readonly iceServers: RTCIceServer[]
  readonly onEvent: (event: ConnectionEvent) => void
  readonly onChunk: (bytes: Bytes) => void
  /** Called with the number of chunks that left the queue. */
  readonly onChunksSent: (count: number) => void
}

export interface DataConnection {
  apply(
    description: { readonly type: 'offer' | 'answer'; readonly sdp: string } | null,
    candidates: readonly Candidate[],
  ): void
  restartIce(): void
  /** False where the channel cannot take it. */
  send(bytes: Bytes): boolean
  sendChunk(bytes: Bytes): boolean
  statistics(): Promise<readonly Report[]>
  /** No event follows. */
  close(): void
}

/** The label is not sent to anybody: both channels are agreed on by their number. */
const frames = { name: 'mlwe-pake v2 frames', config: { negotiated: true, id: 1 } }

/** What the types of simple-peer leave out. */
interface Untyped {
  readonly _pc?: RTCPeerConnection
  offerOptions: RTCOfferOptions
  negotiate(): void
}

const lostStates: readonly unknown[] = ['disconnected', 'failed', 'closed']
const foundStates: readonly unknown[] = ['connected', 'completed']

/** Makes connections by this constructor. */
export const connectBy =
  (Peer: new (options: SimplePeer.Options) => SimplePeer.Instance = SimplePeer) =>
  ({ initiator, iceServers, onEvent, onChunk, onChunksSent }: ConnectionOptions): DataConnection => {
    const peer = new Peer({
      initiator,
      // Candidates are bundled by the link, so that gathering holds nothing up.
      trickle: true,
      // Keeps one message one message.
      objectMode: true,
      channelName: frames.name,
      channelConfig: frames.config,
      config: { iceServers },
    })
    let closed = false
    const emit = (event: ConnectionEvent): void => {
      if (!closed) onEvent(event)
    }
    const untyped = peer as unknown as Untyped
    const lane: ChunkLane | null =
      untyped._pc === undefined ? null : createChunkLane(untyped._pc, { onChunk, onChunksSent })
    peer.on('signal', (data) => {
      if (data.type === 'offer' || data.type === 'answer')
        emit({ kind: 'described', type: data.type, sdp: data.sdp ?? '' })
      else if (data.type === 'candidate') {
        const { candidate, sdpMid, sdpMLineIndex } = data.candidate
        emit({ kind: 'candidate', candidate: { candidate, mid: sdpMid, line: sdpMLineIndex } })
      }
    })
    peer.on('connect', () => emit({ kind: 'opened' }))
    peer.on('iceStateChange', (state: unknown) => {
      if (lostStates.includes(state)) emit({ kind: 'path', lost: true })
      else if (foundStates.includes(state)) emit({ kind: 'path', lost: false })
    })
    peer.on('data', (chunk: unknown) => {
      if (chunk instanceof Uint8Array) emit({ kind: 'arrived', bytes: new Uint8Array(chunk) })
    })
    // 'close' follows every error.
    peer.on('error', () => undefined)
    peer.on('close', () => {
      emit({ kind: 'closed' })
      closed = true
    })

    /** A refusal by the browser ends the connection, and with it comes 'close'. */
    const attempt = (run: () => void): boolean => {
      if (closed || peer.destroyed) return false
      try {
        run()
        return true
      } catch {
        peer.destroy()
        return false
      }
    }
    return {
      apply: (description, candidates) =>
        void attempt(() => {
          if (description !== null) peer.signal(description)
          for (const { candidate, mid, line } of candidates)
            peer.signal({
              type: 'candidate',
              candidate: { candidate, sdpMid: mid, sdpMLineIndex: line } as RTCIceCandidate,
            })
        }),
      restartIce: () =>
        void attempt(() => {
          untyped.offerOptions = { iceRestart: true }
          untyped.negotiate()
        }),
      send: (bytes) => attempt(() => peer.send(bytes)),
      sendChunk: (bytes) => !closed && lane !== null && lane.send(bytes),
      statistics: () => statisticsOf(peer),
      close: () => {
        closed = true
        lane?.close()
        peer.destroy()
      },
    }
  }
