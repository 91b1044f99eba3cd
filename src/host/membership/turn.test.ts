import { expect, test } from 'vitest'
import type { RelayClient, TurnServer } from '../../transport/index.ts'
import { createTurn } from './turn.ts'

type Response = Awaited<ReturnType<RelayClient['request']>>
const given = (username: string): Response => ({
  kind: 'turn-servers',
  request: 1,
  urls: ['turn:t'],
  username,
  credential: 'c',
  seconds: 3600,
})

/** A clock that the test moves; the relay gives the next of `responses`. */
const scripted = (responses: readonly Response[]) => {
  const shown: (string | null)[] = []
  const timers: { at: number; run: () => void }[] = []
  let [now, asked] = [0, 0]
  const turn = createTurn({
    request: async () => responses[asked++] ?? null,
    now: () => now,
    setTimer: (run, ms) => {
      const timer = { at: now + ms, run }
      timers.push(timer)
      return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1))
    },
    show: (server: TurnServer | null) => shown.push(server?.username ?? null),
  })
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    turn,
    shown,
    timers,
    asked: () => asked,
    settle,
    async advance(ms: number) {
      now += ms
      for (const due of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(due), 1)
        due.run()
      }
      await settle()
    },
  }
}

test('credentials are asked for once in a room, and again when half of their time is over', async () => {
  const { turn, shown, asked, settle, advance } = scripted([given('one'), given('two')])
  turn.open('ws://a')
  await settle()
  turn.open('ws://a')
  await advance(1_799_000)
  expect([asked(), shown]).toEqual([1, [null, 'one']])
  await advance(1000)
  expect([asked(), shown]).toEqual([2, [null, 'one', 'two']])
})

test('another relay has another TURN server', async () => {
  const { turn, shown, settle } = scripted([given('one'), given('two')])
  for (const url of ['ws://a', 'ws://b']) {
    turn.open(url)
    await settle()
  }
  expect(shown).toEqual([null, 'one', null, 'two'])
})

test('a refusal is waited for, a relay without TURN is not asked again, and the end leaves nothing', async () => {
  const refused: Response = { kind: 'refused', request: 1, code: 'network-rate', retryAfterMs: 90_000 }
  const none: Response = {
    kind: 'turn-servers',
    request: 1,
    urls: [],
    username: '',
    credential: '',
    seconds: 0,
  }
  const { turn, shown, timers, asked, settle, advance } = scripted([refused, none, given('one')])
  turn.open('ws://a')
  await settle()
  await advance(89_000)
  expect(asked()).toBe(1)
  await advance(1000)
  expect([asked(), timers.length]).toEqual([2, 0])
  await advance(120_000)
  turn.open('ws://a')
  await settle()
  turn.close()
  expect([shown.slice(-2), timers.length]).toEqual([['one', null], 0])
})
