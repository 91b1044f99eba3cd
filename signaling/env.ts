import { readFileSync } from 'node:fs'
import { FRAME_BYTES, ROOM_MEMBERS } from './frames.ts'
import { hostPattern } from './origin.ts'
import type { RelayLimits } from './relay.ts'
import type { ServerOptions } from './server.ts'

/** A setting that cannot be used; its message names the variable. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
}

export type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_PORT = 8000

/** Variable to limit, with the smallest and largest value that makes sense. */
const limitSettings: {
  readonly [K in keyof RelayLimits]: readonly [name: string, min: number, max: number]
} = {
  frameBytes: ['RELAY_FRAME_BYTES', 4096, FRAME_BYTES],
  messagesPerSecond: ['RELAY_MESSAGES_PER_SECOND', 1, 1_000_000],
  messageBurst: ['RELAY_MESSAGE_BURST', 10, 10_000_000],
  bytesPerSecond: ['RELAY_BYTES_PER_SECOND', 1024, 2 ** 32 - 1],
  byteBurst: ['RELAY_BYTE_BURST', 65_536, 2 ** 32 - 1],
  roomMembers: ['RELAY_ROOM_MEMBERS', 2, ROOM_MEMBERS],
  socketsPerIp: ['RELAY_SOCKETS_PER_IP', 1, 1_000_000],
  helloMs: ['RELAY_HELLO_MS', 100, 600_000],
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
    // Whole origins only: a path, a wildcard or a quote would not mean here what it seems to.
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

function limitsOf(env: Environment): Partial<RelayLimits> {
  const read = Object.entries(limitSettings).map(([key, [name, min, max]]) => [
    key,
    integer(env, name, min, max),
  ])
  return Object.fromEntries(read.filter(([, value]) => value !== undefined))
}

export interface Settings {
  readonly options: ServerOptions
  /** Whether the port was asked for; if not, a busy one is no error. */
  readonly portChosen: boolean
}

/** Reads the environment; `appDirectory` is where the app lies unless APP_DIR says otherwise. */
export function readSettings(env: Environment, appDirectory: string): Settings {
  const port = integer(env, 'PORT', 0, 65_535)
  const sendQueueBytes = integer(env, 'RELAY_SEND_QUEUE_BYTES', 65_536, 2 ** 32 - 1)
  const useTls = Boolean(env.TLS_CERT) || Boolean(env.TLS_KEY)
  return {
    portChosen: port !== undefined,
    options: {
      port: port ?? DEFAULT_PORT,
      host: env.HOST || '127.0.0.1',
      appDirectory: env.APP_DIR || appDirectory,
      limits: limitsOf(env),
      ...(sendQueueBytes === undefined ? {} : { sendQueueBytes }),
      allowedOrigins: origins(env, 'RELAY_ALLOWED_ORIGINS', ['https:', 'http:']),
      trustedProxies: items(env, 'RELAY_TRUSTED_PROXIES'),
      connectSources: origins(env, 'RELAY_CONNECT_SRC', ['wss:', 'ws:', 'https:', 'http:']),
      ...(useTls ? { tls: { cert: pem(env, 'TLS_CERT'), key: pem(env, 'TLS_KEY') } } : {}),
    },
  }
}
