import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admit } from '../relay/admission.ts'
import type { Seat } from '../relay/rooms.ts'
import { startRedis, type TestRedis } from '../testing/redis.ts'
import { seatsLua } from './seats-script.ts'

let server: TestRedis
let redis: Redis
beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})

/** mulberry32: seeded, so that failures are reproducible. */
function seededRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const seatsIn = async (key: string): Promise<Seat[]> =>
  Object.entries(await redis.hgetall(key))
    .map(([address, value]) => {
      const [process = '', socket, since, group = ''] = value.split(' ')
      return { address, process, socket: Number(socket), since: Number(since), group }
    })
    .sort((a, b) => a.since - b.since)

test('2,000 joins and leaves: the script in Redis decides like the relay core, and lists by age', async () => {
  await redis.set('mlwe:process:here', '1')
  const random = seededRandom(7)
  const groups = ['-', 'sa', 'sb', 'sc', 'mX', 'mY']
  const limits = { roomMembers: 8, strangerSeats: 3, networkSeats: 4 }
  const key = 'mlwe:{room}:seats'
  const run = (op: string, seat: Seat): Promise<unknown> =>
    redis.eval(
      seatsLua,
      1,
      key,
      op,
      'room',
      8,
      3,
      4,
      '0',
      '0',
      seat.address,
      seat.process,
      seat.socket,
      seat.since,
      seat.group,
    )
  let model: Seat[] = []
  const verdicts = new Map<string, number>()
  for (let step = 0; step < 2000; step++) {
    const leaver = model[random(model.length)]
    if (random(4) === 0 && leaver !== undefined) {
      await run('release', leaver)
      model = model.filter((seat) => seat !== leaver)
    } else {
      const group = groups[random(groups.length)]!
      const seat = { address: `${step}`, process: 'here', socket: step, since: 0, group }
      const verdict = admit(model, group, limits)
      const answer = await run('claim', seat)
      expect(answer, `step ${step}`).toBe(verdict === 'full' ? 'room-full' : 'done')
      const name = verdict === null ? 'seated' : verdict === 'full' ? 'full' : 'displaced'
      verdicts.set(name, (verdicts.get(name) ?? 0) + 1)
      if (verdict !== 'full') model = [...model.filter((one) => one !== verdict), seat]
    }
    if (step % 20 === 0) {
      expect((await seatsIn(key)).map(({ address }) => address)).toEqual(model.map(({ address }) => address))
    }
  }
  for (const name of ['seated', 'full', 'displaced']) expect(verdicts.get(name), name).toBeGreaterThan(50)
})
