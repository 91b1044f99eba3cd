/**
 * What one stranger on one network can do to a relay, each attack as a program that runs until its process is killed.
 * `attack-trial.ts` measures what honest clients notice.
 */

import { randomBytes } from 'node:crypto'
import { type Bytes, encode } from '../../src/codec/index.ts'
import { clientFrame } from '../../src/relay-protocol/index.ts'
import { connectTo, enter, type TestClient } from './client.ts'

/** The network of the attacker, as the trusted proxy of the trial names it. */
const network = '203.0.113.66'
export const victimRoom = 'ab'.repeat(32)

const fresh = (count: number): Bytes => new Uint8Array(randomBytes(count))
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const many = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n)

const come = async (room: string): Promise<TestClient & { readonly address: string }> => {
  const client = await enter(url(), 0, { network, secret: fresh(32), room })
  client.socket.on('error', () => {})
  return client
}
const url = (): string => process.argv[4] ?? ''

/** Repeats an attempt that the relay may refuse. */
async function forever(attempt: () => Promise<unknown>): Promise<void> {
  for (;;) await Promise.race([attempt().catch(() => {}), pause(2000)])
}

/** 100 new pre-keys again and again, each put in place of the last. */
async function puts(): Promise<void> {
  const client = await come('cd'.repeat(32))
  for (;;) {
    for (let i = 0; i < 120; i++) {
      client.say({ kind: 'prekeys-put', request: i, replace: true, items: many(100).map(() => fresh(100)) })
    }
    await pause(1000)
  }
}

/** Four sockets that send as fast as they can, and come back when they are closed. */
async function flood(): Promise<void> {
  const frame = encode(clientFrame, { kind: 'send', to: 'ee'.repeat(32), payload: new Uint8Array(30) })
  await Promise.all(
    many(4).map(() =>
      forever(async () => {
        const { socket, closed } = await connectTo(url(), { 'X-Forwarded-For': network })
        socket.on('error', () => {})
        socket.send(encode(clientFrame, { kind: 'hello', secret: fresh(32) }))
        const timer = setInterval(() => {
          for (let i = 0; i < 500 && socket.bufferedAmount < 1e6; i++) socket.send(frame)
        }, 5)
        await Promise.race([closed, pause(60_000)])
        clearInterval(timer)
      }),
    ),
  )
}

/** Joins the victims' room with a new socket and leaves, as fast as it can. */
async function joins(): Promise<void> {
  await Promise.all(
    many(16).map(() =>
      forever(async () => {
        const { socket } = await come(victimRoom)
        socket.terminate()
      }),
    ),
  )
}

/** Takes every seat of the room that it can get, and holds it. */
async function seats(): Promise<void> {
  await Promise.all(many(400).map(() => forever(async () => await (await come(victimRoom)).closed)))
}

/** Fills queues: dead readers, and senders to them. */
async function readers(): Promise<void> {
  const room = 'ce'.repeat(32)
  const dead = await Promise.all(many(30).map(() => come(room)))
  for (const { socket } of dead) socket.pause()
  const senders = await Promise.all(many(4).map(() => come(room)))
  const payload = new Uint8Array(60_000)
  for (;;) {
    for (const sender of senders) {
      if (sender.socket.bufferedAmount > 4e6) continue
      for (const { address } of dead) sender.say({ kind: 'send', to: address, payload })
    }
    await pause(20)
  }
}

/** Reads what costs the relay most to compute. */
async function reports(): Promise<void> {
  await Promise.all(
    many(8).map(() =>
      forever(async () => {
        await (await fetch(`${url()}/metrics`)).text()
        await (await fetch(`${url()}/api/groups`)).text()
        await (await fetch(`${url()}/readyz`)).text()
      }),
    ),
  )
}

export const attacks = { puts, flood, joins, seats, readers, reports }
export type AttackName = keyof typeof attacks
