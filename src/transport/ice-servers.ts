/** The STUN and TURN servers for direct links, from the relay's `/api/ice`. */

/** TURN credentials expire after an hour. */
const FRESH_MS = 30 * 60_000
const PATIENCE_MS = 3000

const isServer = (value: unknown): value is RTCIceServer =>
  typeof value === 'object' &&
  value !== null &&
  'urls' in value &&
  Array.isArray(value.urls) &&
  value.urls.every((url) => typeof url === 'string' && /^(stun|turn)s?:/.test(url))

/**
 * Fetches the list now, and again whenever it is read after 30 minutes.
 *
 * @param origin - of the page, such as `https://chat.example`
 * @returns a function that gives the last known list without waiting; empty until the first response
 */
export const fetchIceServers = (origin: string): (() => RTCIceServer[]) => {
  let known: RTCIceServer[] = []
  let until = 0
  const load = async (): Promise<void> => {
    until = Date.now() + FRESH_MS
    try {
      const answer = await fetch(`${origin}/api/ice`, { signal: AbortSignal.timeout(PATIENCE_MS) })
      const body: unknown = answer.ok ? await answer.json() : null
      const listed = typeof body === 'object' && body !== null && 'iceServers' in body ? body.iceServers : []
      known = Array.isArray(listed) ? listed.filter(isServer).slice(0, 8) : []
    } catch {
      // Mutually reachable tabs need no such server, and the relay carries the rest.
      until = 0
    }
  }
  void load()
  return () => {
    if (Date.now() >= until) void load()
    return known
  }
}
