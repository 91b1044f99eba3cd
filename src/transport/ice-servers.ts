/**
 * The STUN and TURN servers for direct links. STUN servers come from the relay's `/api/ice`; the TURN server comes over the
 * link to the relay, once this member is in a room.
 */

import type { TurnServer } from './relay-link.ts'

const FRESH_MS = 30 * 60_000
const PATIENCE_MS = 3000

export interface IceServers {
  /** The last known servers, without waiting. Fetches them again when it is read after 30 minutes. */
  list(): RTCIceServer[]
  /** Whether the relay has a TURN server, be it only for members. */
  hasTurn(): boolean
  setTurn(server: TurnServer | null): void
}

const isStun = (value: unknown): value is RTCIceServer =>
  typeof value === 'object' &&
  value !== null &&
  'urls' in value &&
  Array.isArray(value.urls) &&
  value.urls.every((url) => typeof url === 'string' && /^stuns?:/.test(url))

const isTurn = ({ urls }: TurnServer): boolean => urls.every((url) => /^turns?:/.test(url))

/**
 * Fetches the STUN servers now.
 *
 * @param origin - of the page, such as `https://chat.example`
 */
export const fetchIceServers = (origin: string): IceServers => {
  let stun: RTCIceServer[] = []
  let turn: RTCIceServer[] = []
  let turnNamed = false
  let until = 0
  const load = async (): Promise<void> => {
    until = Date.now() + FRESH_MS
    try {
      const answer = await fetch(`${origin}/api/ice`, { signal: AbortSignal.timeout(PATIENCE_MS) })
      const body: unknown = answer.ok ? await answer.json() : null
      const listed = typeof body === 'object' && body !== null && 'iceServers' in body ? body.iceServers : []
      stun = Array.isArray(listed) ? listed.filter(isStun).slice(0, 8) : []
      turnNamed = typeof body === 'object' && body !== null && 'turn' in body && body.turn === true
    } catch {
      // Mutually reachable tabs need no such server, and the relay carries the rest.
      until = 0
    }
  }
  void load()
  return {
    list() {
      if (Date.now() >= until) void load()
      return [...stun, ...turn]
    },
    hasTurn: () => turnNamed || turn.length > 0,
    setTurn(server) {
      turn = server !== null && isTurn(server) ? [{ ...server, urls: [...server.urls] }] : []
    },
  }
}
