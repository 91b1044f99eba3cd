import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type RunningServer, type ServerOptions, startServer } from './server/server.ts'
import { createMemoryStore } from './store/memory-store.ts'
import { defaultStoreLimits } from './store/store.ts'

const document = readFileSync(new URL('./PROTOCOL.md', import.meta.url), 'utf8')
/** The bytes of the examples, as hexadecimal, by kind. */
const examples = new Map(
  [...document.matchAll(/```frame (?:client|relay)\n\{"kind":"([a-z-]+)".*\n([0-9a-f\s]+)```/g)].map(
    ([, kind = '', hex = '']) => [kind, hex.replace(/\s/g, '')] as const,
  ),
)
const replayed = new Set<string>()
const example = (kind: string): string => {
  replayed.add(kind)
  return examples.get(kind) ?? `no example of ${kind}`
}

const first = 'fcd9f300a1787dd80d2bc812bdfff1381b9124aabae3f2291b670d76233f4e55'
const second = '5f79d70ca1da82ec22957a8843fb7d6061af5d1aaecf37311be798b0d6cccdf2'

const running: RunningServer[] = []
const start = async (options: Partial<ServerOptions> = {}): Promise<RunningServer> => {
  const server = await startServer({ port: 0, graceMs: 100, ...options })
  running.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

/** A client of bytes alone: sends the examples and compares what it receives. */
async function open({ port }: RunningServer) {
  const socket = new WebSocket(`ws://localhost:${port}/ws`)
  const arrived: string[] = []
  let wake = (): void => {}
  socket.on('message', (data: Buffer) => {
    arrived.push(data.toString('hex'))
    wake()
  })
  await new Promise((resolve) => socket.on('open', resolve))
  return {
    say: (hex: string) => socket.send(Buffer.from(hex, 'hex')),
    async hear(): Promise<string> {
      for (;;) {
        const hex = arrived.shift()
        if (hex !== undefined) return hex
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

test('the examples of PROTOCOL.md, replayed against a running relay', async () => {
  const server = await start({ ice: { stun: [], turn: ['turn:t.example'], turnSecret: 'shared' } })
  const a = await open(server)
  const b = await open(server)
  b.say(`0201${'ff'.repeat(32)}`)
  b.say(example('join'))
  expect(await b.hear()).toContain(second)
  await b.hear()
  a.say(example('hello'))
  expect(await a.hear()).toBe(example('welcome'))
  a.say(example('join'))
  expect(await a.hear()).toBe(example('joined'))
  await b.hear()

  b.say(example('leave'))
  expect(await a.hear()).toBe(example('presence').replace(/01$/, '00'))
  a.say(example('send'))
  expect(await a.hear()).toBe(example('undelivered'))
  b.say(example('join'))
  await b.hear()
  expect(await a.hear()).toBe(example('presence'))
  a.say(example('send'))
  expect(await b.hear()).toBe(example('frame').replace(second, first))
  b.say(example('send').replace(second, first))
  expect(await a.hear()).toBe(example('frame'))
  // To the other with a tag, and to the client itself without one.
  a.say(example('multicast'))
  const tagged = example('frame')
    .replace(second, first)
    .replace('00067365616c6564', `00167365616c6564${'74'.repeat(16)}`)
  expect(await b.hear()).toBe(tagged)
  expect(await a.hear()).toBe(example('frame').replace(second, first))
  a.say(example('token'))
  expect(await a.hear()).toBe(example('standing'))
  a.say(example('ping'))
  expect(await a.hear()).toBe(example('pong'))

  b.say(example('prekeys-put'))
  expect(await b.hear()).toBe(example('prekeys-stored'))
  a.say(example('prekeys-take'))
  expect(await a.hear()).toBe(example('prekey'))
  b.say(example('forget'))
  expect(await b.hear()).toBe(example('forgotten'))
  a.say(example('prekeys-put'))
  expect(await a.hear()).toBe(example('prekeys-stored'))
  // It stores something now, so its token founds a class of members.
  expect(await a.hear()).toBe(example('standing').replace(/00$/, '01'))
  b.say(example('prekeys-take').replace(second, first))
  expect(await b.hear()).toBe(example('prekey'))
  a.say(example('prekeys-count'))
  expect(await a.hear()).toBe(example('prekeys-counted'))

  a.say(example('turn'))
  // Request, URL, length of the username; the user. The time and what is computed from it differ.
  const [granted, expected] = [await a.hear(), example('turn-servers')]
  expect(granted.slice(0, 52)).toBe(expected.slice(0, 52))
  expect(granted.slice(72, 106)).toBe(expected.slice(72, 106))
  expect(granted.slice(-8)).toBe(expected.slice(-8))

  b.say(example('mail').replace(second, first))
  expect(await b.hear()).toBe(example('mailed'))
  expect(await a.hear()).toBe(example('mail-waiting'))
  a.say(example('mail-fetch'))
  expect(await a.hear()).toBe(example('letters'))
  a.say(example('mail-ack'))
  expect(await a.hear()).toBe(example('mail-acked'))

  const small = { ...defaultStoreLimits, preKeys: 1 }
  const strict = await start({
    store: createMemoryStore(small, Date.now),
    limits: { messagesPerSecond: 4, messageBurst: 12 },
  })
  const c = await open(strict)
  c.say(example('hello'))
  c.say(example('join'))
  await c.hear()
  await c.hear()
  c.say(example('prekeys-put'))
  expect(await c.hear()).toBe(example('refused'))
  c.say(example('ping'))
  // The delay depends on the moment.
  expect((await c.hear()).slice(0, 6)).toBe(example('error').slice(0, 6))
  const closing = strict.close()
  expect((await c.hear()).slice(0, 4)).toBe(example('going-away').slice(0, 4))
  await closing
  expect([...examples.keys()].filter((kind) => !replayed.has(kind))).toEqual([])
})
