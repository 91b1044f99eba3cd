import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concat, utf8 } from '../codec/index.ts'
import { Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { initiate, initiatePlus, respond, respondPlus } from './cpace-oquake.ts'
import { fullSid, initiateOquake, respondOquake } from './oquake.ts'
import { oquakePlusResponseBytes } from './oquake-plus.ts'
import {
  attack,
  type Candidate,
  type Sighting,
  type Suspicion,
  singlesOut,
  unmask,
} from './simulation/offline-attacker.ts'
import { withQuickStretch } from './simulation/quick-stretch.ts'
import { suite } from './suite.ts'
import { Expand, Extract, XOR } from './testing/letter.ts'
import { play } from './testing/play.ts'
import { generateVerifier, preparePassword, type VerifierMaterial } from './verifier.ts'

const { crypto } = await seededCrypto('offline', globalThis.crypto.subtle as never)
const quick = withQuickStretch(crypto)
const groupId = new Uint8Array(16).fill(9)
const ids = { initiator: new Uint8Array(16).fill(1), responder: new Uint8Array(16).fill(2) }
const right = 617

let list: readonly VerifierMaterial[]
let group: VerifierMaterial
let candidates: readonly Candidate[]

beforeAll(async () => {
  const materials: VerifierMaterial[] = []
  for (let i = 0; i < 1000; i++) {
    const made = preparePassword(`correct horse ${i}`)
    if ('problem' in made) throw new Error(made.problem)
    materials.push(await generateVerifier(quick, made.prepared, groupId))
  }
  list = materials
  group = list[right]!
  candidates = list.map(({ verifier, publicKey }) => ({ verifier: verifier.expose(), publicKey }))
})

const input = () => ({ ...ids, prs: group.verifier })

const recorded = (messages: readonly Bytes[], head: number): Sighting => ({
  ...ids,
  sharings: [messages[0]!, messages[1]!],
  initiation: messages[2]!,
  response: messages[3]!.slice(0, head),
})

const seeLive = async (): Promise<Sighting> => {
  const opened = initiate(crypto, input())
  const { messages, initiator } = await play(crypto, { opened, listening: respond(input()) })
  expect(initiator.kind).toBe('done')
  return recorded(messages, suite.kem.ciphertext + 64)
}

const seeLivePlus = async (): Promise<Sighting> => {
  const { seed, publicKey } = group
  const opened = initiatePlus(crypto, { ...input(), seed })
  const listening = respondPlus({ ...input(), publicKey })
  const { messages, initiator } = await play(crypto, { opened, listening })
  expect(initiator.kind).toBe('done')
  return recorded(messages, oquakePlusResponseBytes)
}

const alone = () => ({
  prs: group.verifier,
  context: null,
  sid: new Uint8Array(0),
  client: ids.initiator,
  server: ids.responder,
})

/** A published first message and its answer, nothing before. */
const seePreKey = async (): Promise<Sighting> => {
  const { message } = await initiateOquake(crypto, alone())
  const { message: response } = await respondOquake(crypto, alone(), message)
  return { ...ids, sharings: null, initiation: message, response }
}

/** The same, broken: the key goes under the pads in ML-KEM's own encoding. */
const maskRaw = async (effective: Uint8Array, sid: Bytes): Promise<Bytes> => {
  const { publicKey } = await crypto.kemGenerate(suite.kem, new Secret(crypto.random(64)))
  const [vector, rho] = [publicKey.slice(0, -32), publicKey.slice(-32)]
  const pad = (half: Uint8Array, name: string, length: number) =>
    Expand(
      Extract(effective, concat(suite.dst, utf8('OQUAKE'), sid, rho, half)),
      concat(suite.dst, utf8(name)),
      length,
    )
  const r = crypto.random(96)
  const masked = XOR(vector, pad(r, 'T_pad', vector.length))
  return concat(XOR(r, pad(masked, 's_pad', 96)), masked, rho)
}

const seeBroken = async (): Promise<Sighting> => ({
  ...(await seePreKey()),
  initiation: await maskRaw(group.verifier.expose(), fullSid(alone())),
})

const collect = async (see: () => Promise<Sighting>, count = 1) => {
  const sightings: Sighting[] = []
  for (let i = 0; i < count; i++) sightings.push(await see())
  return attack(crypto, sightings, candidates)
}

/** By chance, one of a thousand passwords comes first in one measure of a thousand. */
const expectNothing = (suspicions: readonly Suspicion[]) => {
  expect(suspicions.filter(singlesOut)).toEqual([])
  expect(suspicions.filter(({ candidate }) => candidate === right).length).toBeLessThan(3)
}

describe('with the transcript and the right password among 1,000', () => {
  test('a live run of two parts gives nothing to tell it by', async () => {
    expectNothing(await collect(seeLive))
  })

  test('nor does a live run of a newcomer', async () => {
    expectNothing(await collect(seeLivePlus))
  })

  test('nor do four pre-key exchanges', async () => {
    expectNothing(await collect(seePreKey, 4))
  })
})

describe('the same attacker is able', () => {
  test('it really undoes the pads: under the right password the key itself comes out', async () => {
    const { message, publicKey } = await initiateOquake(crypto, alone())
    const response = new Uint8Array(suite.kem.ciphertext + 64)
    const sighting = { ...ids, sharings: null, initiation: message, response }
    const keyUnder = (i: number) => unmask(crypto, sighting, candidates[i]!)[0]!.ut
    expect(keyUnder(right)).toEqual(publicKey.expose().slice(0, -32))
    expect(keyUnder(right - 1)).not.toEqual(keyUnder(right))
  })

  test('it finds the password where the key is sent without Kemeleon', async () => {
    const found = (await collect(seeBroken, 4)).filter(singlesOut)
    expect(found.map(({ candidate }) => candidate)).toContain(right)
    expect(new Set(found.map(({ candidate }) => candidate))).toEqual(new Set([right]))
  })

  test('one sighting of it is enough', async () => {
    const found = attack(crypto, [await seeBroken()], candidates).filter(singlesOut)
    expect(found.map(({ candidate }) => candidate)).toContain(right)
  })

  test('and where a live run forgets its first stage and Kemeleon', async () => {
    const live = await seeLive()
    const nonces = concat(...live.sharings!.map((message) => message.slice(0, 32)))
    const prk = Extract(nonces, concat(suite.dst, utf8('CPaceOQUAKE')))
    const sid = fullSid({ ...alone(), sid: Expand(prk, concat(suite.dst, utf8('SID')), 32) })
    const broken = { ...live, initiation: await maskRaw(group.verifier.expose(), sid) }
    const found = attack(crypto, [broken], candidates).filter(singlesOut)
    expect(new Set(found.map(({ candidate }) => candidate))).toEqual(new Set([right]))
    expect(found.every(({ measure }) => measure.endsWith('context none'))).toBe(true)
  })
})
