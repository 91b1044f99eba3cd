/** STUN and TURN servers for the app, with short-lived TURN credentials. */

import { createHmac, randomBytes } from 'node:crypto'

export interface IceSettings {
  /** Such as `stun:stun.example:3478`. */
  readonly stun: readonly string[]
  readonly turn: readonly string[]
  /** Secret shared by the relay and the TURN server (coturn: `static-auth-secret`). */
  readonly turnSecret: string
}

export interface IceServer {
  readonly urls: readonly string[]
  readonly username?: string
  readonly credential?: string
}

const LIFETIME_S = 3600

/**
 * Servers for `RTCPeerConnection`. TURN credentials expire after an hour (TURN REST API) and are new for each request, so
 * that the TURN server can limit each user.
 */
export function iceServers({ stun, turn, turnSecret }: IceSettings, nowMs: number): readonly IceServer[] {
  const servers: IceServer[] = stun.length === 0 ? [] : [{ urls: stun }]
  if (turn.length > 0) {
    const username = `${Math.floor(nowMs / 1000) + LIFETIME_S}:${randomBytes(8).toString('hex')}`
    const credential = createHmac('sha1', turnSecret).update(username).digest('base64')
    servers.push({ urls: turn, username, credential })
  }
  return servers
}
