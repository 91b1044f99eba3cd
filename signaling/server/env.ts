/** The settings of the relay, read from environment variables and validated. */

import { readFileSync } from 'node:fs'
import { FRAME_BYTES, type RelayLimits, ROOM_MEMBERS, ROOM_OWNERS } from '../../src/relay-protocol/index.ts'
import { defaultStoreLimits, type StoreLimits } from '../store/store.ts'
import type { IceSettings } from './ice.ts'
import { type LogLevel, logLevels } from './logs.ts'
import type { StoreSettings } from './open-store.ts'
import { hostPattern, readProxies } from './origin.ts'
import type { ServerOptions } from './server.ts'

/** An invalid setting. The message names the variable. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
}

export type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_PORT = 8000

/** The variable of each limit, with its smallest and largest sensible value. */
type LimitSettings<T> = { readonly [K in keyof T]: readonly [name: string, min: number, max: number] }

const limitSettings: LimitSettings<RelayLimits> = {
  frameBytes: ['RELAY_FRAME_BYTES', 4096, FRAME_BYTES],
  messagesPerSecond: ['RELAY_MESSAGES_PER_SECOND', 1, 1_000_000],
  messageBurst: ['RELAY_MESSAGE_BURST', 10, 10_000_000],
  bytesPerSecond: ['RELAY_BYTES_PER_SECOND', 1024, 2 ** 32 - 1],
  byteBurst: ['RELAY_BYTE_BURST', 65_536, 2 ** 32 - 1],
  roomMembers: ['RELAY_ROOM_MEMBERS', 2, ROOM_MEMBERS],
  socketsPerIp: ['RELAY_SOCKETS_PER_IP', 1, 1_000_000],
  networkFactor: ['RELAY_NETWORK_FACTOR', 1, 100_000],
  joinsPerSecond: ['RELAY_JOINS_PER_SECOND', 1, 1_000_000],
  joinBurst: ['RELAY_JOIN_BURST', 1, 10_000_000],
  networkSeats: ['RELAY_NETWORK_SEATS', 1, ROOM_MEMBERS],
  strangerSeats: ['RELAY_STRANGER_SEATS', 1, ROOM_MEMBERS],
  helloMs: ['RELAY_HELLO_MS', 100, 600_000],
}

const storeLimitSettings: LimitSettings<Omit<StoreLimits, 'keptMs'>> = {
  preKeys: ['RELAY_PREKEYS', 1, 10_000],
  roomOwners: ['RELAY_ROOM_OWNERS', 1, ROOM_OWNERS],
  mailboxLetters: ['RELAY_MAILBOX_LETTERS', 1, 100_000],
  mailboxBytes: ['RELAY_MAILBOX_BYTES', 32_768, 2 ** 32 - 1],
  storeBytes: ['RELAY_STORE_BYTES', 1024 * 1024, 2 ** 40],
  networkPerSecond: ['RELAY_NETWORK_PER_SECOND', 1, 1_000_000],
  networkBurst: ['RELAY_NETWORK_BURST', 5, 10_000_000],
  quotaBytes: ['RELAY_QUOTA_BYTES', 1024 * 1024, 2 ** 40],
  quotaBytesPerDay: ['RELAY_QUOTA_BYTES_PER_DAY', 1024 * 1024, 2 ** 40],
  senderBytes: ['RELAY_SENDER_BYTES', 1024 * 1024, 2 ** 40],
  networkOwners: ['RELAY_NETWORK_OWNERS', 1, ROOM_OWNERS],
  strangerTakes: ['RELAY_STRANGER_TAKES', 1, 1_000_000],
}

function integer(env: Environment, name: string, min: number, max: number): number | undefined {
  const text = env[name]
  if (text === undefined || text === '') return undefined
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new SettingError(`${name} must be a whole number from ${min} to ${max}`)
}

const items = (env: Environment, name: string): readonly string[] =>
  (env[name] ?? '').split(/[\s,]+/).filter((item) => item !== '')

function origins(env: Environment, name: string, schemes: readonly string[]): readonly string[] {
  for (const item of items(env, name)) {
    const [, scheme = '', host = ''] = /^([a-z]+:)\/\/(.+)$/.exec(item) ?? []
    // Origins only: a path, wildcard or quote would have another meaning in a policy.
    if (schemes.includes(scheme) && hostPattern.test(host)) continue
    throw new SettingError(`${name} must list origins such as ${schemes[0]}//example.org`)
  }
  return items(env, name)
}

function pem(env: Environment, name: string): string {
  try {
    return readFileSync(env[name] ?? '', 'utf8')
  } catch {
    throw new SettingError(`${name} must name a readable PEM file`)
  }
}

function limitsOf<T>(env: Environment, settings: LimitSettings<T>): Partial<T> {
  const entries = Object.entries(settings) as [string, readonly [string, number, number]][]
  const read = entries.map(([key, [name, min, max]]) => [key, integer(env, name, min, max)] as const)
  return Object.fromEntries(read.filter(([, value]) => value !== undefined)) as Partial<T>
}

function oneOf<T extends string>(env: Environment, name: string, values: readonly T[], fallback: T): T {
  const value = values.find((candidate) => candidate === (env[name] || fallback))
  if (value === undefined) throw new SettingError(`${name} must be one of ${values.join(', ')}`)
  return value
}

function urls(env: Environment, name: string, pattern: RegExp, example: string): readonly string[] {
  const listed = items(env, name)
  if (listed.every((url) => pattern.test(url))) return listed
  throw new SettingError(`${name} must list URLs such as ${example}`)
}

function iceOf(env: Environment): IceSettings {
  const stun = urls(env, 'STUN_URLS', /^stuns?:[^\s/]+$/, 'stun:stun.example:3478')
  const turn = urls(env, 'TURN_URLS', /^turns?:[^\s/]+$/, 'turn:turn.example:3478')
  const turnSecret = env.TURN_SECRET ?? ''
  if (turn.length > 0 !== (turnSecret !== '')) {
    throw new SettingError('TURN_URLS and TURN_SECRET must be set together')
  }
  return { stun, turn, turnSecret }
}

function storeOf(env: Environment): StoreSettings {
  const redisUrls = urls(env, 'REDIS_URL', /^rediss?:\/\/\S+$/, 'redis://localhost:6379')
  const hours = integer(env, 'RELAY_KEPT_HOURS', 1, 24 * 366)
  const limits = { ...defaultStoreLimits, ...limitsOf(env, storeLimitSettings) }
  return {
    data: env.RELAY_DATA || 'data/relay.db',
    clusterUrls: urls(env, 'REDIS_CLUSTER', /^rediss?:\/\/\S+$/, 'redis://localhost:7000'),
    redisUrls,
    limits: hours === undefined ? limits : { ...limits, keptMs: hours * 3_600_000 },
  }
}

/** The relays of a fleet in the order to try them, the same on each of its servers. */
function relaysOf(env: Environment): readonly string[] {
  const listed = urls(env, 'RELAY_URLS', /^wss?:\/\/[^/\s]+\/ws$/, 'wss://relay.example/ws')
  const areHosts = listed.every((url) => hostPattern.test(url.replace(/^wss?:\/\/|\/ws$/g, '')))
  const relays = areHosts ? listed.map((url) => new URL(url).href) : []
  // A page that was loaded over TLS cannot open a socket without.
  const schemes = new Set(relays.map((url) => url.split(':')[0]))
  if (!areHosts || relays.length > 8 || new Set(relays).size < relays.length || schemes.size > 1) {
    throw new SettingError('RELAY_URLS must list at most 8 different relays, all wss: or all ws:')
  }
  if (relays.length > 0 && items(env, 'RELAY_ACCESS_TOKEN').length > 0) {
    // The cookie of a private relay goes to that relay alone.
    throw new SettingError('RELAY_URLS and RELAY_ACCESS_TOKEN cannot be set together')
  }
  return relays
}

function proxiesOf(env: Environment): readonly string[] {
  const listed = items(env, 'RELAY_TRUSTED_PROXIES')
  try {
    readProxies(listed)
    return listed
  } catch {
    throw new SettingError('RELAY_TRUSTED_PROXIES must list IP addresses or networks such as 10.0.0.0/8')
  }
}

/** Secrets that are long enough not to be guessed over the network. */
function secrets(env: Environment, name: string): readonly string[] {
  const listed = items(env, name)
  if (listed.every((secret) => /^[\w-]{16,128}$/.test(secret))) return listed
  throw new SettingError(`${name} must list secrets of 16 to 128 letters, digits, - or _`)
}

function hosts(env: Environment, name: string): readonly string[] {
  const listed = items(env, name).map((host) => host.toLowerCase())
  if (listed.every((host) => hostPattern.test(host))) return listed
  throw new SettingError(`${name} must list host names such as relay.example`)
}

/** Adds the variables of `RELAY_ENV_FILE`, which can change while the relay runs. */
function withFile(env: Environment): Environment {
  const path = env.RELAY_ENV_FILE
  if (path === undefined || path === '') return env
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new SettingError('RELAY_ENV_FILE must name a readable file')
  }
  const lines = text.split('\n').filter((line) => /^\s*[A-Z_]+=/.test(line))
  const pairs = lines.map((line) => [
    line.slice(0, line.indexOf('=')).trim(),
    line.slice(line.indexOf('=') + 1).trim(),
  ])
  return { ...env, ...Object.fromEntries(pairs) }
}

export interface Settings {
  readonly options: ServerOptions
  /** Whether PORT is set; otherwise a busy port is not an error. */
  readonly portChosen: boolean
  readonly store: StoreSettings
  /** How long a crashed process still appears in its rooms. Redis only. */
  readonly leaseMs: number
  /** How long `/readyz` says 503 before the clients are sent away. */
  readonly drainMs: number
  /** Variables that look like settings of the relay and are none. */
  readonly unknown: readonly string[]
  readonly logLevel: LogLevel
}

/** Reads the environment. `appDirectory` is the default of APP_DIR. Throws SettingError. */
export function readSettings(given: Environment, appDirectory: string): Settings {
  const used = new Set<string>()
  const all = withFile(given)
  const env = new Proxy(all, {
    get(from, name) {
      used.add(`${String(name)}`)
      return from[`${String(name)}`]
    },
  })
  const port = integer(env, 'PORT', 0, 65_535)
  const useTls = Boolean(env.TLS_CERT) || Boolean(env.TLS_KEY)
  const optional = <K extends string>(key: K, name: string, min: number, max: number) => {
    const value = integer(env, name, min, max)
    return value === undefined ? {} : { [key]: value }
  }
  const settings = {
    portChosen: port !== undefined,
    store: storeOf(env),
    leaseMs: integer(env, 'RELAY_LEASE_MS', 500, 600_000) ?? 15_000,
    drainMs: integer(env, 'RELAY_DRAIN_MS', 0, 600_000) ?? 0,
    logLevel: oneOf(env, 'LOG_LEVEL', logLevels, 'warn'),
    options: {
      port: port ?? DEFAULT_PORT,
      host: env.HOST || '127.0.0.1',
      appDirectory: env.APP_DIR || appDirectory,
      limits: limitsOf(env, limitSettings),
      ice: iceOf(env),
      ...optional('sendQueueBytes', 'RELAY_SEND_QUEUE_BYTES', 65_536, 2 ** 32 - 1),
      ...optional('queueBudgetBytes', 'RELAY_QUEUE_BUDGET_BYTES', 65_536, 2 ** 40),
      ...optional('connections', 'RELAY_CONNECTIONS', 10, 10_000_000),
      exemptLoopback: oneOf(env, 'RELAY_EXEMPT_LOOPBACK', ['yes', 'no'], 'yes') === 'yes',
      allowedOrigins: origins(env, 'RELAY_ALLOWED_ORIGINS', ['https:', 'http:']),
      allowedHosts: hosts(env, 'RELAY_ALLOWED_HOSTS'),
      accessTokens: secrets(env, 'RELAY_ACCESS_TOKEN'),
      reportTokens: secrets(env, 'RELAY_REPORT_TOKEN'),
      trustedProxies: proxiesOf(env),
      relays: relaysOf(env),
      connectSources: origins(env, 'RELAY_CONNECT_SRC', ['wss:', 'ws:', 'https:', 'http:']),
      ...(useTls ? { tls: { cert: pem(env, 'TLS_CERT'), key: pem(env, 'TLS_KEY') } } : {}),
    },
  }
  used.add('RELAY_ENV_FILE')
  const unknown = Object.keys(all).filter((name) => name.startsWith('RELAY_') && !used.has(name))
  return { ...settings, unknown }
}
