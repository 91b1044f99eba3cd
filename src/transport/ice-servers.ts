/** TURN's credentials end after an hour. */
const FRESH_MS = 30 * 60_000
const PATIENCE_MS = 3000

const isServer = (value: unknown): value is RTCIceServer =>
  typeof value === 'object' &&
  value !== null &&
  'urls' in value &&
  Array.isArray(value.urls) &&
  value.urls.every((url) => typeof url === 'string' && /^(stun|turn)s?:/.test(url))

/**
 * The STUN and TURN servers that `origin` names: asked for now and again whenever they grew old, and given as last heard, so
 * that a link never waits for them.
 */
export const fetchIceServers = (origin: string): (() => RTCIceServer[]) => {
  let known: RTCIceServer[] = []
  let until = 0
  const ask = async (): Promise<void> => {
    until = Date.now() + FRESH_MS
    try {
      const answer = await fetch(`${origin}/api/ice`, { signal: AbortSignal.timeout(PATIENCE_MS) })
      const body: unknown = answer.ok ? await answer.json() : null
      const listed = typeof body === 'object' && body !== null && 'iceServers' in body ? body.iceServers : []
      known = Array.isArray(listed) ? listed.filter(isServer).slice(0, 8) : []
    } catch {
      // Direct links between reachable addresses need none; the relay carries the rest.
      until = 0
    }
  }
  void ask()
  return () => {
    if (Date.now() >= until) void ask()
    return known
  }
}
