/**
 * Strangers in the room: programs that follow the PAKE as far as they want, with a guess in place of the password.
 * The same program speaks for an address of its own and for one that a relay invents.
 */
import { type Bytes, concat, DecodeError, decode, encode, fromHex, toHex } from '../../codec/index.ts'
import type { Crypto, Secret } from '../../crypto/index.ts'
import { type Address, sealedEntryBytes } from '../../identity/index.ts'
import { initiatePlus, type RunState, respond, respondPlus, step } from '../../pake/index.ts'
import { type Frame, frame } from '../frames.ts'
import type { World } from '../testing/world.ts'

export const strangerManners = [
  /** Gives a valid flow 2, and no flow 4. */
  'stalls',
  'answers-rubbish',
  'answers-guess',
  /** Knocks up to flow 3, and holds its slot. */
  'holds-slot',
  'knocks-guess',
  'floods',
  'silent',
] as const
export type StrangerManner = (typeof strangerManners)[number]

export interface Material {
  readonly verifier: Secret
  readonly seed: Secret
  readonly publicKey: Bytes
}

type PakeFrame = Extract<Frame, { kind: 'pake' }>

export interface StrangerOptions {
  readonly crypto: Crypto
  readonly address: Address
  readonly send: (to: Address, bytes: Bytes) => void
  readonly manner: StrangerManner
  readonly guess: Material
  /** A guess was tested at `from`: what came let this program see whether it was right. */
  readonly onTest?: (from: Address) => void
}

const none: Bytes = new Uint8Array(0)
const shortOf = (address: Address): Bytes => fromHex(address.slice(0, 32))

export const createStranger = ({ crypto, address, send, manner, guess, onTest }: StrangerOptions) => {
  const runs = new Map<string, RunState>()
  const tested = new Set<string>()
  const busyUntil = new Map<Address, number>()
  let knocking: { to: Address; run: Bytes; flow1: Bytes; state: RunState } | null = null

  const pake = (to: Address, message: Omit<PakeFrame, 'kind'>): void =>
    send(to, encode(frame, { kind: 'pake', ...message }))

  const test = (from: Address, run: Bytes): void => {
    const key = `${from}${toHex(run)}`
    if (tested.has(key)) return
    tested.add(key)
    onTest?.(from)
  }

  const knock = (to: Address): void => {
    const ids = { initiator: shortOf(address), responder: shortOf(to) }
    const opened = initiatePlus(crypto, { prs: guess.verifier, seed: guess.seed, ...ids })
    const run = crypto.random(16)
    knocking = { to, run, flow1: opened.message, state: opened.state }
    pake(to, { proof: 'password', run, flow: 1, body: opened.message, beside: none })
  }

  /** Flows 2 and 4 of a run that this program opened. */
  const hearAsGuest = async (from: Address, { run, flow, body }: PakeFrame): Promise<void> => {
    if (knocking === null || knocking.to !== from || toHex(knocking.run) !== toHex(run)) return
    if (flow === 4) test(from, run)
    if (flow === 4 && manner === 'holds-slot') return
    const { flow1, state } = knocking
    const outcome = await step(crypto, state, body)
    if (outcome.message === null) return
    const beside = flow === 2 ? concat(flow1, body) : crypto.random(sealedEntryBytes + 16)
    pake(from, { proof: 'password', run, flow: flow + 1, body: outcome.message, beside })
    knocking = outcome.kind === 'continue' ? { ...knocking, state: outcome.state } : null
  }

  /** Flows 1, 3 and 5 of one that asks here: a newcomer, or a part that would merge. */
  const hearAsDoor = async (from: Address, { proof, run, flow, body }: PakeFrame): Promise<void> => {
    const key = `${from}${toHex(run)}`
    if (flow === 5) return test(from, run)
    if (flow === 3 && manner === 'stalls') return
    if (flow === 3 && manner === 'answers-rubbish')
      return pake(from, { proof, run, flow: 4, body: crypto.random(1_700), beside: none })
    const ids = { initiator: shortOf(from), responder: shortOf(address) }
    const input = { prs: guess.verifier, ...ids }
    const fresh =
      proof === 'password' ? respondPlus({ ...input, publicKey: guess.publicKey }) : respond(input)
    const state = flow === 1 ? fresh : runs.get(key)
    if (state === undefined) return
    const outcome = await step(crypto, state, body)
    if (outcome.kind === 'continue') runs.set(key, outcome.state)
    if (outcome.message !== null)
      pake(from, { proof, run, flow: flow + 1, body: outcome.message, beside: none })
    if (outcome.kind !== 'continue') runs.delete(key)
  }

  const hear = async (from: Address, bytes: Bytes, now = 0): Promise<void> => {
    const message = readFrame(bytes)
    if (message?.kind === 'busy') busyUntil.set(from, now + message.retryAfterMs)
    if (message?.kind !== 'pake' || manner === 'silent') return
    if (message.flow % 2 === 0) return hearAsGuest(from, message)
    if (manner === 'stalls' || manner.startsWith('answers')) return hearAsDoor(from, message)
  }
  return { address, manner, hear, knock, busyUntil }
}
export type Stranger = ReturnType<typeof createStranger>

export const readFrame = (bytes: Bytes): Frame | null => {
  try {
    return decode(frame, bytes)
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

const knockEveryMs = 4_000
const floodEveryMs = 100
const lastsMs = 120_000

/** A stranger at an address of its own, for as long as `lastsMs`: it knows whom the relay lists. */
export const sendStranger = (
  world: World,
  manner: StrangerManner,
  guess: Material,
  { onTest, lasts = lastsMs }: { onTest?: (from: Address) => void; lasts?: number } = {},
): { readonly address: Address; close(): void } => {
  const { crypto, network } = world
  const present = new Set<Address>()
  let turn = 0
  const outsider = world.outsider(
    (from, bytes) => stranger.hear(from, bytes),
    (event) => {
      if (event.kind === 'open') for (const address of event.members) present.add(address as Address)
      if (event.kind !== 'presence') return
      if (event.present) present.add(event.address as Address)
      else present.delete(event.address as Address)
    },
  )
  const stranger = createStranger({
    crypto,
    address: outsider.address,
    send: outsider.send,
    manner,
    guess,
    ...(onTest === undefined ? {} : { onTest }),
  })
  const until = network.now() + lasts
  let closed = false
  const close = (): void => {
    closed = true
    outsider.close()
  }
  const act = (): void => {
    if (closed) return
    if (network.now() >= until) return close()
    const to = [...present][turn++ % Math.max(1, present.size)]
    if (to !== undefined && (manner === 'holds-slot' || manner === 'knocks-guess')) stranger.knock(to)
    if (to !== undefined && manner === 'floods') flood(to)
    network.setTimer(act, manner === 'floods' ? floodEveryMs : knockEveryMs)
  }
  const flood = (to: Address): void => {
    const run = crypto.random(16)
    const body = crypto.random(32)
    outsider.send(to, encode(frame, { kind: 'pake', proof: 'password', run, flow: 1, body, beside: none }))
    outsider.send(to, crypto.random(40))
  }
  network.setTimer(act, 50)
  return { address: outsider.address, close }
}
