/**
 * Programs that a test plays at an address of its own: doorkeepers and guests that follow the PAKE as far as they want.
 */
import { type Bytes, concat } from '../../../codec/index.ts'
import type { Secret } from '../../../crypto/index.ts'
import {
  type Address,
  identify,
  initiateHandshake,
  type MemberEntry,
  padEntry,
  respondHandshake,
  type Self,
  sealedEntryBytes,
} from '../../../identity/index.ts'
import {
  admissionKeys,
  initiatePlus,
  type RunOutcome,
  type RunState,
  respondPlus,
  sealAdmission,
  step,
} from '../../../pake/index.ts'
import { encodeFrame, type Frame } from '../../frames.ts'
import { idsOf } from '../slice.ts'
import { groupId, passwordOf, type World } from './people.ts'

const none: Bytes = new Uint8Array(0)
type PakeFrame = Extract<Frame, { kind: 'pake' }>

/** How far a doorkeeper goes: a valid flow 2 only; rubbish for flow 4; a flow 4 made from its own guess; all of it. */
export type Manner = 'silent' | 'stalls' | 'rubbish' | 'guesses' | 'whole'

export interface PlayedDoor {
  address: Address
  /** Flows 3 and 5 that came: the latter tell whether a guess was right. */
  flows3: number
  flows5: number
  /** A3 that came. */
  enters: number
}

/** A stranger that is knocked at. `guess`: the password that it answers with. `entry`: what it shows in A2. */
export const playDoor = async (
  world: World,
  label: string,
  {
    manner,
    guess = 'wrong',
    entry,
    prefix,
    waits = 5,
  }: { manner: Manner; guess?: string; entry?: Self; prefix?: string; waits?: number },
): Promise<PlayedDoor> => {
  const { crypto } = world
  const material = await passwordOf(crypto, guess)
  const runs = new Map<string, RunState>()
  const keys = new Map<string, { a2: Secret; psk: Secret }>()
  const played: PlayedDoor = { address: '' as Address, flows3: 0, flows5: 0, enters: 0 }
  /** `waits`: milliseconds until a flow 4 arrives. */
  const reply = (to: Address, run: Bytes, flow: number, body: Bytes): void =>
    world.send(
      played.address,
      to,
      encodeFrame({ kind: 'pake', proof: 'password', run, flow, body, beside: none }),
      flow === 4 ? waits : 5,
    )
  const advance = async (from: Address, { run, flow, body }: PakeFrame): Promise<RunOutcome | null> => {
    const key = `${from}${run}`
    const input = { prs: material.verifier, ...idsOf(from, played.address), publicKey: material.publicKey }
    const state = flow === 1 ? respondPlus(input) : runs.get(key)
    if (state === undefined) return null
    const outcome = await step(crypto, state, body)
    if (outcome.kind === 'continue') runs.set(key, outcome.state)
    return outcome
  }
  const admit = async (from: Address, frame: PakeFrame, outcome: RunOutcome): Promise<void> => {
    if (outcome.kind !== 'done' || entry === undefined) return
    const { a2, psk } = await admissionKeys(crypto, outcome.result)
    keys.set(from, { a2, psk })
    const guest = world.people.find(({ address }) => address === from)
    if (guest === undefined) return
    const { flow1 } = await initiateHandshake(crypto, { groupId, self: entry, peer: guest.state.self, psk })
    const sealed = await sealAdmission(crypto, a2, padEntry(entry.entry))
    world.send(played.address, from, encodeFrame({ kind: 'admit', run: frame.run, entry: sealed, flow1 }))
  }
  played.address = await world.stranger(
    label,
    async (from, frame) => {
      if (frame.kind === 'enter') played.enters += 1
      if (frame.kind !== 'pake' || manner === 'silent') return
      if (frame.flow === 3) played.flows3 += 1
      if (frame.flow === 5) played.flows5 += 1
      if (frame.flow === 3 && manner === 'stalls') return
      if (frame.flow === 3 && manner === 'rubbish') return reply(from, frame.run, 4, crypto.random(1_700))
      const outcome = await advance(from, frame)
      if (outcome !== null && outcome.message !== null)
        reply(from, frame.run, frame.flow + 1, outcome.message)
      if (outcome !== null && manner === 'whole') await admit(from, frame, outcome)
    },
    prefix,
  )
  return played
}

export interface PlayedGuest {
  address: Address
  /** Flows 4 that came: each tests a guess. */
  flows4: number
  busy: number
  /** Kinds of all frames that came. */
  readonly kinds: string[]
  /** Knocks at `to`; gives up what was open. */
  knock(to: Address): Promise<void>
}

/**
 * A stranger that knocks. `stops`: after flow 1, 3 or 5, or when A2 came. `shows`: the entry of A1; `keys`: whose keys
 * answer A2.
 */
export const playGuest = async (
  world: World,
  label: string,
  {
    guess = 'wrong',
    stops = 5,
    shows,
    keys,
    prefix,
  }: { guess?: string; stops?: 1 | 3 | 5 | 'enters'; shows?: MemberEntry; keys?: Self; prefix?: string },
): Promise<PlayedGuest> => {
  const { crypto } = world
  const material = await passwordOf(crypto, guess)
  let state: RunState | null = null
  let run: Bytes = none
  let flow1: Bytes = none
  let psk: Secret | null = null
  const played: PlayedGuest = {
    address: '' as Address,
    flows4: 0,
    busy: 0,
    kinds: [],
    async knock(to) {
      const input = { prs: material.verifier, seed: material.seed, ...idsOf(played.address, to) }
      const opened = initiatePlus(crypto, input)
      state = opened.state
      run = crypto.random(16)
      flow1 = opened.message
      send(to, 1, flow1, none)
    },
  }
  const send = (to: Address, flow: number, body: Bytes, beside: Bytes): void =>
    world.send(played.address, to, encodeFrame({ kind: 'pake', proof: 'password', run, flow, body, beside }))
  const takeFlow = async (from: Address, frame: PakeFrame): Promise<void> => {
    if (frame.flow === 4) played.flows4 += 1
    if (state === null || stops === 1 || (frame.flow === 4 && stops === 3)) return
    const outcome = await step(crypto, state, frame.body)
    state = outcome.kind === 'continue' ? outcome.state : null
    if (outcome.kind === 'continue') return send(from, 3, outcome.message, concat(flow1, frame.body))
    if (outcome.message === null) return
    if (outcome.kind === 'failed' || shows === undefined)
      return send(from, 5, outcome.message, crypto.random(sealedEntryBytes + 16))
    const admission = await admissionKeys(crypto, outcome.result)
    psk = admission.psk
    send(from, 5, outcome.message, await sealAdmission(crypto, admission.a1, padEntry(shows)))
  }
  const enter = async (from: Address, frame: Extract<Frame, { kind: 'admit' }>): Promise<void> => {
    const door = world.people.find(({ address }) => address === from)
    if (stops !== 'enters' || keys === undefined || shows === undefined || door === undefined) return
    const self: Self = { ...identify(crypto, groupId, shows), keys: keys.keys }
    const answer = await respondHandshake(crypto, { groupId, self, peer: door.state.self, psk }, frame.flow1)
    if (answer.kind === 'answered')
      world.send(played.address, from, encodeFrame({ kind: 'enter', run: frame.run, flow2: answer.flow2 }))
  }
  played.address = await world.stranger(
    label,
    async (from, frame) => {
      played.kinds.push(frame.kind === 'pake' ? `pake ${frame.flow}` : frame.kind)
      if (frame.kind === 'busy') played.busy += 1
      if (frame.kind === 'pake') await takeFlow(from, frame)
      if (frame.kind === 'admit') await enter(from, frame)
    },
    prefix,
  )
  return played
}
