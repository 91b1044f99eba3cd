/** A bare WebSocket client for tests. */

import { WebSocket } from 'ws'
import { type Bytes, decode, encode } from '../../src/codec/index.ts'
import {
  type ClientFrame,
  clientFrame,
  type MemberToken,
  type RelayFrame,
  relayFrame,
} from '../../src/relay-protocol/index.ts'

/** Sends frames, and waits for frames of one kind. */
export interface TestClient {
  readonly socket: WebSocket
  say(frame: ClientFrame): void
  /** The next unread frame of `kind`. */
  next<K extends RelayFrame['kind']>(kind: K): Promise<Extract<RelayFrame, { kind: K }>>
  readonly closed: Promise<number>
}

export function connectTo(url: string, headers: Record<string, string> = {}): Promise<TestClient> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, {
    headers,
    rejectUnauthorized: false,
    // More at once than the kernel's queue takes may leave one hanging for minutes.
    handshakeTimeout: 60_000,
  })
  const arrived: RelayFrame[] = []
  const waiting = new Set<() => void>()
  socket.on('message', (data: Buffer) => {
    arrived.push(decode(relayFrame, data))
    for (const wake of waiting) wake()
  })
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  const client: TestClient = {
    socket,
    closed,
    say: (frame) => socket.send(encode(clientFrame, frame)),
    async next(kind) {
      for (;;) {
        const at = arrived.findIndex((frame) => frame.kind === kind)
        const [found] = at < 0 ? [] : arrived.splice(at, 1)
        if (found !== undefined) return found as Extract<RelayFrame, { kind: typeof kind }>
        await new Promise<void>((resolve) => waiting.add(resolve))
      }
    },
  }
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(client))
    socket.on('error', reject)
  })
}

export const secretOf = (n: number): Bytes => new Uint8Array(32).fill(n)
const testRoom = 'aa'.repeat(32)

export interface EnterOptions {
  /** As a proxy on this computer names it, if the relay trusts one. */
  readonly network?: string
  readonly secret?: Bytes
  readonly room?: string
  readonly token?: MemberToken
}

/** Connects, proves an address and joins the test room. */
export async function enter(
  url: string,
  n: number,
  { network, secret = secretOf(n), room = testRoom, token }: EnterOptions = {},
): Promise<TestClient & { readonly address: string }> {
  const client = await connectTo(url, network === undefined ? {} : { 'X-Forwarded-For': network })
  client.say({ kind: 'hello', secret })
  client.say({ kind: 'join', room, ...(token === undefined ? {} : { token }) })
  const { address } = await client.next('welcome')
  await client.next('joined')
  return { ...client, address }
}
