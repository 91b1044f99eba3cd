/**
 * The password exchange: a newcomer that is told any flows 2 and 4, a door that is told any flows 1, 3 and 5, two parts
 * that merge, and the sealed entries that follow.
 */

import { type Bytes, bytes, type Codec, encode, struct, union, utf8 } from '../../src/codec/index.ts'
import { generateXWing, Secret } from '../../src/crypto/index.ts'
import {
  acceptFlow3,
  admissionKeys,
  initiate,
  initiatePlus,
  openAdmission,
  type RunOutcome,
  type RunState,
  respond,
  respondTo,
  sealAdmission,
  step,
} from '../../src/pake/index.ts'
import { fieldsBy } from '../fields.ts'
import { createPrimitives } from '../primitives.ts'
import { tellEach } from '../strict.ts'
import { demand, type Target } from '../target.ts'

type Side = 'newcomer' | 'door' | 'opener' | 'host'

type Word =
  | { readonly kind: 'newcomer'; readonly flow: Bytes }
  | { readonly kind: 'door'; readonly flow: Bytes }
  | { readonly kind: 'opener'; readonly flow: Bytes }
  | { readonly kind: 'host'; readonly flow: Bytes }
  /** A door that keeps nothing before flow 3. */
  | { readonly kind: 'knock'; readonly flow1: Bytes; readonly flow3: Bytes }
  | { readonly kind: 'entry'; readonly sealed: Bytes }

const flow = struct({ flow: bytes(4_096) })
const word: Codec<Word> = union<Word>({
  newcomer: [1, flow],
  door: [2, flow],
  opener: [3, flow],
  host: [4, flow],
  knock: [5, struct({ flow1: bytes(4_096), flow3: bytes(4_096) })],
  entry: [6, struct({ sealed: bytes(2_048) })],
})
const most = 16_384
/** Of all flows that anybody sends. */
const sizes = [66, 1_658, 1_664, 2_848, 32, 96]

export const createTarget = async (): Promise<Target> => {
  // Each side has randomness of its own, so that what one draws does not depend on what the others were told.
  const primitives = { newcomer: await createPrimitives(), door: await createPrimitives() }
  const { crypto } = primitives.newcomer
  const reset = (): void => {
    for (const one of Object.values(primitives)) one.reset()
  }
  const fixed = (name: string): Bytes => crypto.hash(utf8(name))
  const ids = { initiator: fixed('U').slice(0, 16), responder: fixed('S').slice(0, 16) }
  const publicKey = await generateXWing(crypto, new Secret(fixed('seed')))
  const input = () => ({ ...ids, prs: new Secret(fixed('verifier')) })
  const ownKey = () => new Secret(fixed('own key'))
  const a1 = new Secret(fixed('a1'))
  const cryptoOf = (side: Side) =>
    primitives[side === 'newcomer' || side === 'opener' ? 'newcomer' : 'door'].crypto

  /** Both runs at their start, and flow 1 of each. */
  const begin = () => {
    reset()
    const plus = initiatePlus(cryptoOf('newcomer'), { ...input(), seed: new Secret(fixed('seed')) })
    const plain = initiate(cryptoOf('opener'), input())
    const states = new Map<Side, RunState>([
      ['newcomer', plus.state],
      ['opener', plain.state],
      ['host', respond(input())],
    ])
    return { states, plus, plain }
  }

  const flowOf = (outcome: RunOutcome): Bytes => {
    if (outcome.message === null) throw new Error('an honest run ended')
    return outcome.message
  }
  const next = (outcome: RunOutcome): RunState => {
    if (outcome.kind !== 'continue') throw new Error('an honest run ended')
    return outcome.state
  }

  /** An honest run of each kind, as messages. */
  const record = async (): Promise<readonly Bytes[]> => {
    const { plus, states, plain } = begin()
    const { flow2 } = await respondTo(cryptoOf('door'), { ...input(), publicKey }, ownKey(), plus.message)
    const third = await step(cryptoOf('newcomer'), plus.state, flow2)
    const accepted = await acceptFlow3(
      cryptoOf('door'),
      { ...input(), publicKey },
      ownKey(),
      plus.message,
      flowOf(third),
    )
    const fifth = await step(cryptoOf('newcomer'), next(third), flowOf(accepted))
    const second = await step(cryptoOf('host'), states.get('host')!, plain.message)
    const merging = await step(cryptoOf('opener'), plain.state, flowOf(second))
    const words: readonly Word[] = [
      { kind: 'newcomer', flow: flow2 },
      { kind: 'newcomer', flow: flowOf(accepted) },
      { kind: 'knock', flow1: plus.message, flow3: flowOf(third) },
      { kind: 'door', flow: flowOf(fifth) },
      { kind: 'host', flow: plain.message },
      { kind: 'opener', flow: flowOf(second) },
      { kind: 'host', flow: flowOf(merging) },
      { kind: 'entry', sealed: await sealAdmission(crypto, a1, new Uint8Array(1_340)) },
    ]
    return words.map((one) => encode(word, one, most))
  }

  const say = async (outcome: RunOutcome): Promise<string> => {
    const { kind, message } = outcome
    demand(message === null || sizes.includes(message.length), 'a flow has the size of its kind')
    if (kind === 'failed') demand(outcome.code === 'pake/failed', 'there is one code')
    if (kind === 'done') await admissionKeys(crypto, outcome.result)
    return kind
  }

  return {
    fields: fieldsBy(word),
    seeds: await record(),
    longest: 8,
    async run(messages) {
      const { states } = begin()
      const went = async (side: Side, what: string, outcome: RunOutcome): Promise<string> => {
        if (outcome.kind === 'continue') states.set(side, outcome.state)
        else states.delete(side)
        return `${what}: ${await say(outcome)}`
      }
      return tellEach(word, messages, async (said) => {
        if (said.kind === 'entry') {
          const opened = await openAdmission(crypto, a1, said.sealed)
          return `entry: ${opened === null ? 'refused' : 'opened'}`
        }
        if (said.kind === 'knock') {
          const { flow1, flow3 } = said
          const door = { ...input(), publicKey }
          return went('door', 'knock', await acceptFlow3(cryptoOf('door'), door, ownKey(), flow1, flow3))
        }
        const state = states.get(said.kind)
        if (state === undefined) return `${said.kind}: no run`
        return went(
          said.kind,
          `${said.kind} ${state.kind}`,
          await step(cryptoOf(said.kind), state, said.flow),
        )
      })
    },
  }
}
