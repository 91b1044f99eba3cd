/** Security headers of every HTTP response. */

const denied = ['camera', 'microphone', 'geolocation', 'display-capture', 'payment', 'usb', 'serial', 'hid']
const alsoDenied = ['midi', 'accelerometer', 'gyroscope', 'magnetometer', 'browsing-topics']

/** Headers of every response. They isolate the page from other origins and send no referrer. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': [...denied, ...alsoDenied].map((feature) => `${feature}=()`).join(', '),
}

export const HSTS = 'max-age=63072000; includeSubDomains'

export interface PolicyInput {
  /** The validated Host header, or `null`. */
  readonly host: string | null
  /** Further origins that the app may connect to. */
  readonly connectSources: readonly string[]
  /** A Worker script runs under its own response's policy; only there may WebAssembly be compiled. */
  readonly worker: boolean
}

/** The Content-Security-Policy of one response. */
export function contentSecurityPolicy({ host, connectSources, worker }: PolicyInput): string {
  // In some browsers 'self' does not cover WebSockets of the same host. A policy cannot name IPv6 addresses.
  const own = host === null || host.startsWith('[') ? [] : [`ws://${host}`, `wss://${host}`]
  return [
    "default-src 'none'",
    worker ? "script-src 'self' 'wasm-unsafe-eval'" : "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...own, ...connectSources].join(' '),
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types mlwe-pake-worker',
  ].join('; ')
}
