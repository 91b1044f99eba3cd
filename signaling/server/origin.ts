/** Who is calling: origin, host and IP address of a request, as far as they can be trusted. */

import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** A host name or address with an optional port, without characters that could break out of a header. */
export const hostPattern = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

/** The Host header if it is well-formed, otherwise `null`. It is copied into response headers. */
export function validHost(request: IncomingMessage): string | null {
  const host = request.headers.host
  return host !== undefined && host.length <= 255 && hostPattern.test(host) ? host.toLowerCase() : null
}

/**
 * Whether a page of the request's origin may open a socket: this server's pages and the listed origins. Programs other
 * than browsers send no origin and are allowed. The check protects visitors of other sites, not this server.
 */
export function originAllowed(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin } = request.headers
  if (origin === undefined || allowed.includes(origin)) return true
  const host = validHost(request)
  return host !== null && (origin === `http://${host}` || origin === `https://${host}`)
}

const plainIp = (ip: string): string => ip.trim().replace(/^::ffff:(?=\d+\.)/i, '')

/** Addresses and networks such as `10.0.0.0/8`. Throws on anything else. */
export function readProxies(items: readonly string[]): BlockList {
  const proxies = new BlockList()
  for (const item of items) {
    const [address = '', length] = item.split('/')
    const family = isIP(address)
    if (family === 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) throw new Error(item)
    const type = family === 6 ? 'ipv6' : 'ipv4'
    if (length === undefined) proxies.addAddress(address, type)
    else proxies.addSubnet(address, Number(length), type)
  }
  return proxies
}

export const isProxy = (proxies: BlockList, ip: string): boolean => {
  const plain = plainIp(ip)
  return isIP(plain) !== 0 && proxies.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}

/** The IP address that a connection counts against. Forwarded addresses count only if a trusted proxy added them. */
export function clientIp(request: IncomingMessage, proxies: BlockList): string {
  const forwarded = `${request.headers['x-forwarded-for'] ?? ''}`
    .split(',')
    .filter((part) => part.trim() !== '')
  const hops = [...forwarded, request.socket.remoteAddress ?? ''].map(plainIp)
  // Everything left of the last untrusted hop may be forged by the visitor.
  return hops.findLast((hop) => !isProxy(proxies, hop)) ?? hops[0] ?? ''
}

/** The first `count` groups of an IPv6 address. */
function prefixOf(ip: string, count: number): string {
  const [head = '', tail] = (ip.split('%')[0] ?? '').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  const groups = [...left, ...zeros, ...right].slice(0, count)
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}

/** An IPv4 address, or an IPv6 /64, since one household holds a whole /64, and the /48 around it. */
export const networkOf = (ip: string): { readonly name: string; readonly wide: string | null } =>
  ip.includes(':') ? { name: prefixOf(ip, 4), wide: `${prefixOf(ip, 3)}/48` } : { name: ip, wide: null }

export const isLoopback = (ip: string): boolean => /^127\.|^::1$/.test(plainIp(ip))
