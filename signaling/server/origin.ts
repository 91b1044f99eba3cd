import type { IncomingMessage } from 'node:http'

/** A host name or address with an optional port, and nothing that could end a header's word. */
export const hostPattern = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

/** The Host header if it is one, `null` if it could carry anything else into a header of ours. */
export function validHost(request: IncomingMessage): string | null {
  const host = request.headers.host
  return host !== undefined && host.length <= 255 && hostPattern.test(host) ? host.toLowerCase() : null
}

/**
 * Whether a page at the request's origin may open a socket: our own pages and the listed origins.
 * Programs that are not browsers send no origin; the check protects visitors of other sites, not us.
 */
export function originAllowed(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin } = request.headers
  if (origin === undefined || allowed.includes(origin)) return true
  const host = validHost(request)
  return host !== null && (origin === `http://${host}` || origin === `https://${host}`)
}

const plainIp = (ip: string): string => ip.trim().replace(/^::ffff:(?=\d+\.)/i, '')

/** The address that a connection counts against; forwarded ones only where a trusted proxy added them. */
export function clientIp(request: IncomingMessage, trustedProxies: readonly string[]): string {
  const forwarded = `${request.headers['x-forwarded-for'] ?? ''}`
    .split(',')
    .filter((part) => part.trim() !== '')
  const hops = [...forwarded, request.socket.remoteAddress ?? ''].map(plainIp)
  // Whatever stands left of the first hop that is not ours was written by the visitor.
  return hops.findLast((hop) => !trustedProxies.includes(hop)) ?? hops[0] ?? ''
}

/** The key of the per-address limit: one household holds a whole IPv6 /64. */
export function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip
  const [head = '', tail] = (ip.split('%')[0] ?? '').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  const groups = [...left, ...zeros, ...right].slice(0, 4)
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
