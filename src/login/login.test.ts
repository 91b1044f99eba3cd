import { describe, expect, test } from 'vitest'
import { type Bytes, decode, encode, toHex, utf8 } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import type { MemberId } from '../identity/index.ts'
import { generateVerifier, groupIdOf, preparePassword } from '../pake/index.ts'
import {
  createClient,
  createServer,
  type LoginEffect,
  type LoginEvent,
  type LoginState,
  stepLogin,
} from './login.ts'
import { loginFrame } from './login-run.ts'
import { loginView } from './login-view.ts'

const { crypto: slowCrypto } = await seededCrypto('one-to-one', globalThis.crypto.subtle as never)
/** Stretching is slow on purpose, which these tests do not need. */
const crypto: Crypto = {
  ...slowCrypto,
  stretch: (_, message, salt, length) =>
    slowCrypto.stretch({ name: 'PBKDF2-HMAC-SHA-256', iterations: 1 }, message, salt, length),
}
const ports = { crypto, recorder: { now: () => performance.now(), record: () => {} } }
const placed = groupIdOf(crypto, 'meeting place')
if ('problem' in placed) throw new Error(placed.problem)
const place = placed.groupId
const [serverId, clientId, otherId] = ['11', '22', '33'].map((pair) => pair.repeat(16)) as [
  MemberId,
  MemberId,
  MemberId,
]

const harden = async (password: string) => {
  const text = preparePassword(password)
  if ('problem' in text) throw new Error(text.problem)
  return generateVerifier(crypto, text.prepared, place)
}

type Untimed = LoginEvent extends infer E ? (E extends LoginEvent ? Omit<E, 'now'> : never) : never

/** Two sides and the wire between them. */
class Pair {
  now = 1_000
  readonly states = new Map<MemberId, LoginState>()
  readonly rejects: string[] = []
  readonly wiped: Secret[] = []
  /** Every frame, in the order sent. */
  readonly wire: { readonly from: MemberId; readonly to: MemberId; readonly bytes: Bytes }[] = []
  /** Frames that are held back instead of delivered. */
  readonly cut = new Set<MemberId>()

  async open(password = 'right'): Promise<this> {
    const { verifier, publicKey } = await harden(password)
    this.states.set(serverId, createServer({ self: serverId }, { verifier, publicKey }))
    this.states.set(clientId, createClient({ self: clientId }))
    await this.on(serverId, { kind: 'relay-open', members: [serverId] })
    await this.on(clientId, { kind: 'relay-open', members: [serverId, clientId] })
    await this.on(serverId, { kind: 'presence', member: clientId, present: true })
    return this
  }

  state(id: MemberId): LoginState {
    return this.states.get(id) as LoginState
  }

  view(id: MemberId) {
    return loginView(this.state(id), this.now)
  }

  async on(id: MemberId, event: Untimed): Promise<readonly LoginEffect[]> {
    const { state, effects } = await stepLogin(ports, this.state(id), {
      ...event,
      now: this.now,
    } as LoginEvent)
    this.states.set(id, state)
    for (const effect of effects) {
      if (effect.kind === 'reject') this.rejects.push(effect.code)
      else if (effect.kind === 'wipe') {
        for (const secret of effect.secrets) secret.wipe()
        this.wiped.push(...effect.secrets)
      } else {
        this.wire.push({ from: id, to: effect.to, bytes: effect.bytes })
        if (this.states.has(effect.to) && !this.cut.has(effect.to))
          await this.on(effect.to, { kind: 'received', from: id, bytes: effect.bytes })
      }
    }
    return effects
  }

  async type(password: string): Promise<void> {
    const { verifier, seed } = await harden(password)
    await this.on(clientId, { kind: 'log-in', proof: { kind: 'client', verifier, seed } })
  }

  /** Advances the side whose turn it is, until neither has one. */
  async playOn(steps = 10): Promise<void> {
    for (let i = 0; i < steps; i++) {
      const turn = [clientId, serverId].find((id) => this.view(id).run?.turn === 'mine')
      if (turn === undefined) return
      await this.on(turn, { kind: 'advance' })
    }
  }

  async logIn(password: string): Promise<void> {
    await this.type(password)
    await this.playOn()
  }

  outcomes() {
    return [clientId, serverId].map((id) => this.view(id).run?.outcome)
  }

  sizes(id: MemberId) {
    return this.view(id).run?.messages.map(({ flow, from, bytes }) => [flow, from, bytes])
  }
}

const honestSizes = [
  [1, 'client', 66],
  [2, 'server', 66],
  [3, 'client', 1658],
  [4, 'server', 2848],
  [5, 'client', 96],
]

describe('a login', () => {
  test('goes one message at a time, and both end with one fingerprint', async () => {
    const pair = await new Pair().open()
    await pair.type('right')
    const turns: unknown[] = []
    for (let i = 0; i < 6; i++) {
      turns.push([
        pair.view(clientId).run?.turn,
        pair.view(serverId).run?.turn,
        pair.view(clientId).run?.messages.length,
      ])
      await pair.playOn(1)
    }
    expect(turns).toEqual([
      ['mine', undefined, 0],
      ['theirs', 'mine', 1],
      ['mine', 'theirs', 2],
      ['theirs', 'mine', 3],
      ['mine', 'theirs', 4],
      ['nobody', 'mine', 5],
    ])
    expect(pair.outcomes()).toEqual(['done', 'done'])
    const [client, server] = [pair.view(clientId).run, pair.view(serverId).run]
    expect(client?.fingerprint).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/)
    expect(server?.fingerprint).toBe(client?.fingerprint)
    expect(server?.transcript).toBe(client?.transcript)
    for (const id of [clientId, serverId]) expect(pair.sizes(id)).toEqual(honestSizes)
    const allHex = (run: typeof client) =>
      run?.messages.map(({ fields }) => fields.map(({ hex }) => hex).join(''))
    expect(allHex(server)).toEqual(allHex(client))
    expect(client?.messages.map(({ ms }) => ms !== null)).toEqual([true, false, true, false, true])
    expect(server?.messages.map(({ ms }) => ms !== null)).toEqual([false, true, false, true, true])
  })

  test('proceeds by itself on a side with pace run', async () => {
    const pair = await new Pair().open()
    await pair.on(serverId, { kind: 'pace', pace: 'run' })
    await pair.on(clientId, { kind: 'pace', pace: 'run' })
    await pair.type('right')
    expect(pair.outcomes()).toEqual(['done', 'done'])
  })

  test('with a wrong password is refused on both sides after the same messages, and the next login succeeds', async () => {
    const pair = await new Pair().open()
    await pair.logIn('wrong')
    expect(pair.outcomes()).toEqual(['refused', 'refused'])
    for (const id of [clientId, serverId]) {
      expect(pair.sizes(id)).toEqual(honestSizes)
      expect(pair.view(id)).toMatchObject({ failures: 1, retryAt: null })
      expect(pair.view(id).run).toMatchObject({ fingerprint: null, transcript: null })
    }
    await pair.logIn('right')
    expect(pair.outcomes()).toEqual(['done', 'done'])
    const first = pair.view(clientId).run?.fingerprint
    await pair.logIn('right')
    expect(pair.outcomes()).toEqual(['done', 'done'])
    expect(pair.view(serverId).run?.fingerprint).not.toBe(first)
  })

  test('keeps no password material on the client, and only the verifier on the server', async () => {
    const pair = await new Pair().open()
    const { verifier, seed } = await harden('right')
    await pair.on(clientId, { kind: 'log-in', proof: { kind: 'client', verifier, seed } })
    await pair.playOn()
    expect(pair.state(clientId).proof).toBeNull()
    for (const secret of [verifier, seed]) expect(() => secret.expose()).toThrow()
    const kept = pair.state(serverId).proof
    expect(kept).toMatchObject({ kind: 'server' })
    expect(() => kept?.verifier.expose()).not.toThrow()
    await pair.on(serverId, { kind: 'leave' })
    expect(() => kept?.verifier.expose()).toThrow()
  })

  test('waits for a server that says that it listens', async () => {
    const pair = await new Pair().open()
    pair.states.set(clientId, createClient({ self: clientId }))
    await pair.type('right')
    expect(pair.view(clientId)).toMatchObject({ server: 'none', armed: true, run: null })
    await pair.on(clientId, { kind: 'relay-open', members: [clientId, otherId] })
    expect(pair.view(clientId)).toMatchObject({ server: 'none', run: null })
    await pair.on(clientId, { kind: 'presence', member: serverId, present: true })
    await pair.on(serverId, { kind: 'presence', member: clientId, present: true })
    expect(pair.view(clientId).run).toMatchObject({ peerId: serverId, turn: 'mine' })
  })

  test('survives lost and duplicated messages', async () => {
    const pair = await new Pair().open()
    await pair.type('right')
    for (const lossy of [serverId, clientId, serverId, clientId, serverId]) {
      pair.cut.add(lossy)
      await pair.playOn(1)
      pair.cut.delete(lossy)
      pair.now += 6_000
      for (const id of [clientId, serverId]) await pair.on(id, { kind: 'tick' })
      for (const { from, to, bytes } of pair.wire.slice(-2))
        await pair.on(to, { kind: 'received', from, bytes })
    }
    await pair.playOn()
    expect(pair.outcomes()).toEqual(['done', 'done'])
    expect(pair.sizes(serverId)).toEqual(honestSizes)
  })
})

describe('guesses', () => {
  test('five failures block the server for a minute, the client sees when to retry, and the retry succeeds', async () => {
    const pair = await new Pair().open()
    for (let i = 0; i < 5; i++) await pair.logIn(`wrong ${i}`)
    expect(pair.view(serverId)).toMatchObject({ failures: 5, retryAt: pair.now + 60_000 })
    // An attacker's client keeps no count.
    pair.states.set(clientId, createClient({ self: clientId }))
    await pair.on(clientId, { kind: 'relay-open', members: [serverId, clientId] })
    await pair.on(serverId, { kind: 'presence', member: clientId, present: true })
    await pair.logIn('right')
    expect(pair.view(clientId)).toMatchObject({ retryAt: pair.now + 60_000, run: { outcome: 'busy' } })
    pair.now += 60_000
    await pair.logIn('right')
    expect(pair.outcomes()).toEqual(['done', 'done'])
  })

  test('a guess is forgotten in an hour', async () => {
    const pair = await new Pair().open()
    for (let i = 0; i < 5; i++) await pair.logIn(`wrong ${i}`)
    pair.now += 60 * 60_000
    expect(pair.view(serverId)).toMatchObject({ failures: 4, retryAt: null })
    pair.now += 4 * 60 * 60_000
    expect(pair.view(serverId)).toMatchObject({ failures: 0, retryAt: null })
  })

  test('the client keeps to the same rule', async () => {
    const pair = await new Pair().open()
    for (let i = 0; i < 5; i++) await pair.logIn(`wrong ${i}`)
    const { verifier, seed } = await harden('right')
    const before = pair.state(clientId)
    await pair.on(clientId, { kind: 'log-in', proof: { kind: 'client', verifier, seed } })
    expect(pair.rejects).toEqual(['pake/throttled'])
    expect(pair.state(clientId)).toBe(before)
    expect(() => seed.expose()).toThrow()
  })

  test.each([
    [3, 0],
    [4, 1],
  ])('a client that vanishes after message %d has spent %d guesses', async (messages, spent) => {
    const pair = await new Pair().open()
    await pair.type('right')
    await pair.playOn(messages)
    await pair.on(serverId, { kind: 'presence', member: clientId, present: false })
    expect(pair.view(serverId)).toMatchObject({ failures: spent, run: { outcome: 'given-up' } })
  })

  test('a client that starts over, gives up or never responds has spent a guess too', async () => {
    const pair = await new Pair().open()
    await pair.type('right')
    await pair.playOn(4)
    await pair.on(clientId, { kind: 'give-up' })
    await pair.type('right')
    await pair.playOn(5)
    expect(pair.view(serverId).failures).toBe(2)
    await pair.on(clientId, { kind: 'give-up' })
    await pair.type('right')
    await pair.playOn(4)
    pair.now += 10 * 60_000 - 1
    await pair.on(serverId, { kind: 'tick' })
    expect(pair.view(serverId).run?.outcome).toBe('running')
    pair.now += 1
    await pair.on(serverId, { kind: 'tick' })
    expect(pair.view(serverId)).toMatchObject({ failures: 3, run: { outcome: 'given-up' } })
  })
})

describe('hostile input', () => {
  test('is rejected with a code and returns the same state object', async () => {
    const pair = await new Pair().open()
    await pair.on(serverId, { kind: 'presence', member: otherId, present: true })
    await pair.logIn('right')
    await pair.type('right')
    await pair.playOn(2)
    const [first, second] = pair.wire.filter(({ bytes }) => bytes[0] === 2).map(({ bytes }) => bytes) as [
      Bytes,
      Bytes,
    ]
    const now = decode(loginFrame, pair.wire.at(-1)?.bytes as Bytes)
    if (now.kind !== 'flow') throw new Error('no run')
    const flow = (number: number, run = now.run) =>
      encode(loginFrame, { kind: 'flow', run, flow: number, body: new Uint8Array(66) })
    const cases: readonly (readonly [string, MemberId, MemberId, Bytes])[] = [
      ['frame/malformed', serverId, clientId, new Uint8Array(0)],
      ['frame/malformed', serverId, clientId, Uint8Array.of(9)],
      ['frame/malformed', serverId, clientId, new Uint8Array(60_000).fill(2)],
      ['login/stranger', serverId, 'ab'.repeat(16) as MemberId, first],
      // An older run, a premature message, a message of the own role, a reflected message.
      ['pake/unexpected', serverId, clientId, flow(5)],
      ['pake/unexpected', serverId, clientId, flow(0)],
      ['pake/unexpected', serverId, clientId, flow(2)],
      ['pake/unexpected', clientId, serverId, second],
      ['pake/unexpected', clientId, serverId, flow(1)],
      ['pake/unexpected', clientId, serverId, flow(5)],
      ['pake/unexpected', serverId, otherId, flow(3)],
      ['pake/unexpected', serverId, clientId, encode(loginFrame, { kind: 'here' })],
      [
        'pake/unexpected',
        serverId,
        clientId,
        encode(loginFrame, { kind: 'busy', run: now.run, retryAfterMs: 1 }),
      ],
    ]
    for (const [code, to, from, bytes] of cases) {
      const before = pair.state(to)
      await pair.on(to, { kind: 'received', from, bytes })
      expect([pair.rejects.at(-1), toHex(bytes.subarray(0, 20))]).toEqual([
        code,
        toHex(bytes.subarray(0, 20)),
      ])
      expect(pair.state(to)).toBe(before)
    }
    await pair.playOn()
    expect(pair.outcomes()).toEqual(['done', 'done'])
  })

  test('a second client gets busy and disturbs nothing', async () => {
    const pair = await new Pair().open()
    await pair.on(serverId, { kind: 'presence', member: otherId, present: true })
    await pair.type('right')
    await pair.playOn(2)
    const run = new Uint8Array(16).fill(7)
    await pair.on(serverId, {
      kind: 'received',
      from: otherId,
      bytes: encode(loginFrame, { kind: 'flow', run, flow: 1, body: new Uint8Array(66) }),
    })
    expect(pair.wire.at(-1)?.to).toBe(otherId)
    expect(decode(loginFrame, pair.wire.at(-1)?.bytes as Bytes)).toMatchObject({
      kind: 'busy',
      retryAfterMs: 5_000,
    })
    await pair.playOn()
    expect(pair.outcomes()).toEqual(['done', 'done'])
  })

  test('arbitrary messages end in the one code, after responses of the honest sizes', async () => {
    for (const flow of [1, 2, 3, 4, 5]) {
      const pair = await new Pair().open()
      await pair.type('right')
      const receiver = flow % 2 === 1 ? serverId : clientId
      const sender = flow % 2 === 1 ? clientId : serverId
      await pair.playOn(flow - 1)
      pair.cut.add(receiver)
      await pair.playOn(1)
      pair.cut.delete(receiver)
      const sent = decode(loginFrame, pair.wire.at(-1)?.bytes as Bytes)
      if (sent.kind !== 'flow') throw new Error('no run')
      const body = crypto.random(flow * 37)
      await pair.on(receiver, {
        kind: 'received',
        from: sender,
        bytes: encode(loginFrame, { ...sent, body }),
      })
      const { run } = pair.view(receiver)
      expect(run?.messages.at(-1)?.fields.map(({ name }) => name)).toEqual(['unreadable'])
      await pair.playOn()
      expect(pair.view(serverId).run?.outcome).toBe('refused')
      const own = pair.wire.flatMap(({ bytes }) => {
        const frame = decode(loginFrame, bytes)
        return frame.kind === 'flow' ? [frame.body.length] : []
      })
      expect(own).toEqual([66, 66, 1658, 2848, 96])
    }
  })

  test('5,000 random and mutated frames: a code or a response each time, and the next login succeeds', async () => {
    const pair = await new Pair().open()
    await pair.logIn('right')
    const seen = pair.wire.map(({ bytes }) => bytes)
    for (let i = 0; i < 5_000; i++) {
      const bytes = (i % 2 === 0 ? crypto.random(1 + (i % 90)) : (seen[i % seen.length] as Bytes)).slice()
      const at = crypto.random(4)
      bytes[((at[0] ?? 0) * 256 + (at[1] ?? 0)) % Math.min(bytes.length, 24)] = at[2] ?? 0
      await pair.on(i % 3 === 0 ? clientId : serverId, {
        kind: 'received',
        from: i % 3 === 0 ? serverId : clientId,
        bytes,
      })
    }
    expect(pair.rejects.length).toBeGreaterThan(2_000)
    await pair.on(clientId, { kind: 'presence', member: serverId, present: false })
    await pair.on(clientId, { kind: 'presence', member: serverId, present: true })
    await pair.on(serverId, { kind: 'presence', member: clientId, present: false })
    await pair.on(serverId, { kind: 'presence', member: clientId, present: true })
    await pair.logIn('right')
    expect(pair.outcomes()).toEqual(['done', 'done'])
  })
})

test('no view holds a secret', async () => {
  const pair = await new Pair().open('canary password')
  const kept = toHex(pair.state(serverId).proof?.verifier.expose() as Bytes)
  await pair.logIn('canary password')
  const shown = JSON.stringify([pair.view(clientId), pair.view(serverId)])
  for (const secret of [kept, 'canary password', toHex(utf8('canary password'))])
    expect(shown).not.toContain(secret)
})
