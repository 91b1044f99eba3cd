/** Who may use a private relay: names of hosts, access tokens in a cookie or header, and tokens for reports. */

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { validHost } from './origin.ts'

const COOKIE = 'mlwe-pake-access'

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares in constant time, whatever the lengths. */
const isListed = (shown: string, tokens: readonly string[]): boolean =>
  tokens.reduce((found, token) => timingSafeEqual(digestOf(shown), digestOf(token)) || found, false)

const bearer = (request: IncomingMessage): string =>
  /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''

const cookie = (request: IncomingMessage): string =>
  new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1] ?? ''

/** Whether the request names one of the hosts, so that no other name can be pointed at this server. */
export const hostAllowed = (request: IncomingMessage, hosts: readonly string[]): boolean => {
  const host = validHost(request)
  return (
    hosts.length === 0 ||
    (host !== null && (hosts.includes(host) || hosts.includes(host.replace(/:\d+$/, ''))))
  )
}

/** Whether the request shows an access token, if there are any. */
export const accessAllowed = (request: IncomingMessage, tokens: readonly string[]): boolean =>
  tokens.length === 0 || isListed(bearer(request), tokens) || isListed(cookie(request), tokens)

/** Whether the request shows a report token, if there are any. */
export const reportAllowed = (request: IncomingMessage, tokens: readonly string[]): boolean =>
  tokens.length === 0 || isListed(bearer(request), tokens)

/**
 * The cookie for a page that was opened with `/?access=…`, or `null`. The link is the invitation to a private relay; the
 * cookie keeps the token out of later addresses.
 */
export function cookieFor(
  request: IncomingMessage,
  tokens: readonly string[],
  secure: boolean,
): string | null {
  const shown = /^\/\?access=([\w-]+)$/.exec(request.url ?? '')?.[1] ?? ''
  if (tokens.length === 0 || !isListed(shown, tokens)) return null
  return `${COOKIE}=${shown}; HttpOnly; SameSite=Strict; Path=/; Max-Age=31536000${secure ? '; Secure' : ''}`
}
