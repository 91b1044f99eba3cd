import { type Bytes, toHex, utf8 } from '../../codec/index.ts'
import { type Crypto, Secret, type WebCrypto } from '../../crypto/index.ts'
import { recordedCrypto, seededCrypto } from '../../crypto/testing/seeded.ts'
import { admissionKeys, sealAdmission } from '../admission.ts'
import { calculateGenerator, finishCpace } from '../cpace.ts'
import { initiate, initiatePlus, respond, respondPlus, step } from '../cpace-oquake.ts'
import { groupIdOf } from '../group-name.ts'
import { finishOquake, oquakeResponseBytes } from '../oquake.ts'
import type { RunInput, RunOutcome, RunResult, RunState } from '../run-state.ts'
import { respondTo } from '../stateless.ts'
import { suite } from '../suite.ts'
import { openChallenge } from '../testing/letter.ts'
import { generateVerifier, preparePassword, type VerifierMaterial } from '../verifier.ts'
import { groupNames, passwords } from './typed.ts'

/** End-to-end vectors: every input, every draw of randomness in its order, every intermediate value, in hexadecimal. */
type Values = Readonly<Record<string, string>>

interface Draw {
  readonly name: string
  readonly bytes: string
}

/** What each draw is for. SPEC.md lists the same. `unused` ones are drawn so that failure costs the same. */
const drawNames = {
  initiator: ['ya', 's1', 'unused: key in place of an invalid share', 'seed (d || z)', 'multiplier', 'r'],
  initiatorEnd: {
    CPaceOQUAKE: ['unused: key of a failed run'],
    'CPaceOQUAKE+': [
      'unused: key of a failed OQUAKE',
      'unused: key of a failed run',
      'unused: head of a failed run',
    ],
  },
  responder: ['yb', 's2', 'unused: key in place of an invalid share', 'm'],
  responderEnd: { CPaceOQUAKE: [], 'CPaceOQUAKE+': ['X-Wing m', 'X-Wing ek_X'] },
} as const

type Protocol = 'CPaceOQUAKE' | 'CPaceOQUAKE+'

const idsFrom = (crypto: Crypto) => ({
  initiator: crypto.hash(utf8('U')).slice(0, 16),
  responder: crypto.hash(utf8('S')).slice(0, 16),
})

const named = (names: readonly string[], bytes: readonly Bytes[]): readonly Draw[] => {
  if (names.length !== bytes.length) throw new Error(`${bytes.length} draws, ${names.length} names`)
  return bytes.map((drawn, i) => ({ name: names[i]!, bytes: toHex(drawn) }))
}

const messageOf = (outcome: RunOutcome): Bytes => {
  if (outcome.message === null) throw new Error('no message')
  return outcome.message
}

const next = (outcome: RunOutcome): RunState => {
  if (outcome.kind !== 'continue') throw new Error('the run ended early')
  return outcome.state
}

const start = (protocol: Protocol, crypto: Crypto, given: VerifierMaterial & { input: RunInput }) =>
  protocol === 'CPaceOQUAKE'
    ? { opened: initiate(crypto, given.input), listening: respond(given.input) }
    : {
        opened: initiatePlus(crypto, { ...given.input, seed: given.seed }),
        listening: respondPlus({ ...given.input, publicKey: given.publicKey }),
      }

/** A stand-in for a padded entry: what is sealed is the same to these keys. */
const entry = utf8('an entry')

const makeAdmission = async (crypto: Crypto, result: RunResult) => {
  const { a1, a2, psk } = await admissionKeys(crypto, result)
  return {
    a1: toHex(a1.expose()),
    a2: toHex(a2.expose()),
    psk: toHex(psk.expose()),
    entry: toHex(entry),
    'entry under a1': toHex(await sealAdmission(crypto, a1, entry)),
    'entry under a2': toHex(await sealAdmission(crypto, a2, entry)),
  }
}

const makeRun = async (subtle: WebCrypto, protocol: Protocol, material: VerifierMaterial) => {
  const { crypto: plain } = await seededCrypto('end to end', subtle)
  const name = `mlwe-pake v2 vector ${protocol}`
  const [a, b] = [
    await recordedCrypto(subtle, `${name} initiator`),
    await recordedCrypto(subtle, `${name} responder`),
  ]
  const ids = idsFrom(plain)
  const input = { ...ids, prs: material.verifier }

  const { opened, listening } = start(protocol, a.crypto, { ...material, input })
  const second = await step(b.crypto, listening, opened.message)
  const third = await step(a.crypto, opened.state, messageOf(second))
  const fourth = await step(b.crypto, next(second), messageOf(third))
  const fifth = await step(a.crypto, next(third), messageOf(fourth))
  const end = await step(b.crypto, next(fourth), messageOf(fifth))
  if (fifth.kind !== 'done' || end.kind !== 'done') throw new Error('the run failed')

  const messages = [opened.message, messageOf(second), messageOf(third), messageOf(fourth), messageOf(fifth)]
  const [atOne, atTwo, atThree, atFour] = [opened.state, next(second), next(third), next(fourth)]
  if (atOne.kind !== 'awaiting-cpace-response' || atTwo.kind !== 'awaiting-oquake-init')
    throw new Error('state')
  if (atThree.kind !== 'awaiting-oquake-response' || atFour.kind !== 'awaiting-confirmation') {
    throw new Error('state')
  }
  const channel = new Uint8Array([...ids.initiator, ...ids.responder])
  const none = new Uint8Array(0)
  const shares = { initiatorShare: messages[0]!.slice(34), responderShare: messages[1]!.slice(34) }
  const isk = finishCpace(plain, atOne.scalar, shares.responderShare, { sid: none, ...shares })
  const oquakeBytes = oquakeResponseBytes
  const oquake = await finishOquake(plain, atThree.initiation, messages[3]!.slice(0, oquakeBytes))
  const decoded = await plain.kemGenerate(suite.kem, new Secret(a.draws[3]!.slice()))
  const intermediate: Record<string, string> = {
    generator: toHex(calculateGenerator(plain, { prs: material.verifier, channel, sid: none }).expose()),
    ISK: toHex(isk.expose()),
    extended_sid: toHex(atTwo.sid.expose()),
    fullsid: toHex(atThree.initiation.sid),
    effective_PRS: toHex(atThree.initiation.prs.expose()),
    'ML-KEM encapsulation key': toHex(decoded.publicKey),
    upk: toHex(atThree.initiation.publicKey.expose()),
    'OQUAKE key': toHex(oquake.key.expose()),
  }
  if (protocol === 'CPaceOQUAKE+') {
    const sealed = messages[3]!.slice(oquakeBytes, oquakeBytes + 1120)
    const keys = { SK: oquake.key.expose(), seed: material.seed.expose() }
    intermediate.k = toHex((await openChallenge(plain, suite.dst, keys, sealed)).expose())
    intermediate['server key'] = toHex(atFour.key.expose())
  }
  const inputs: Values = {
    DST: toHex(suite.dst),
    U: toHex(ids.initiator),
    S: toHex(ids.responder),
    verifier: toHex(material.verifier.expose()),
    ...(protocol === 'CPaceOQUAKE+'
      ? { seed: toHex(material.seed.expose()), publicKey: toHex(material.publicKey) }
      : {}),
  }
  return {
    protocol,
    kem: suite.kem.name,
    inputs,
    draws: {
      initiator: named([...drawNames.initiator, ...drawNames.initiatorEnd[protocol]], a.draws),
      responder: named([...drawNames.responder, ...drawNames.responderEnd[protocol]], b.draws),
    },
    intermediate,
    messages: messages.map(toHex),
    outputs: { transcript: toHex(fifth.result.transcript), key: toHex(fifth.result.key.expose()) },
    admission: await makeAdmission(plain, fifth.result),
  }
}

/** What is done to one flow on its way: nothing of it can be told from a wrong password. */
interface Damage {
  readonly about: string
  /** The newcomer's, where it is not the doorkeeper's. */
  readonly material?: VerifierMaterial
  readonly flow?: number
  readonly change?: (flow: Bytes) => Bytes
}

const flipLast = (flow: Bytes): Bytes => {
  const changed = flow.slice()
  changed[changed.length - 1]! ^= 1
  return changed
}

/** A share that is the identity element of ristretto255: 32 zeros at the end of a flow of CPace. */
const withoutShare = (flow: Bytes): Bytes => {
  const changed = flow.slice()
  changed.fill(0, changed.length - 32)
  return changed
}

/** A run of CPaceOQUAKE+ that fails: both sides send all that they would send, and say `pake/failed` at their end. */
const makeFailedRun = async (subtle: WebCrypto, material: VerifierMaterial, damage: Damage) => {
  const { crypto: plain } = await seededCrypto('end to end', subtle)
  const name = `mlwe-pake v2 failed: ${damage.about}`
  const [a, b] = [
    await recordedCrypto(subtle, `${name} initiator`),
    await recordedCrypto(subtle, `${name} responder`),
  ]
  const ids = idsFrom(plain)
  const mine = damage.material ?? material
  const messages: Bytes[] = []
  const passOn = (message: Bytes): Bytes => {
    messages.push(message)
    return messages.length === damage.flow ? damage.change!(message) : message
  }
  const opened = initiatePlus(a.crypto, { ...ids, prs: mine.verifier, seed: mine.seed })
  const listening = respondPlus({ ...ids, prs: material.verifier, publicKey: material.publicKey })
  const second = await step(b.crypto, listening, passOn(opened.message))
  const third = await step(a.crypto, opened.state, passOn(messageOf(second)))
  const fourth = await step(b.crypto, next(second), passOn(messageOf(third)))
  const fifth = await step(a.crypto, next(third), passOn(messageOf(fourth)))
  const end = await step(b.crypto, next(fourth), passOn(messageOf(fifth)))
  return {
    about: damage.about,
    inputs: {
      U: toHex(ids.initiator),
      S: toHex(ids.responder),
      initiator: { verifier: toHex(mine.verifier.expose()), seed: toHex(mine.seed.expose()) },
      responder: { verifier: toHex(material.verifier.expose()), publicKey: toHex(material.publicKey) },
    },
    draws: {
      initiator: named([...drawNames.initiator, ...drawNames.initiatorEnd['CPaceOQUAKE+']], a.draws),
      responder: named([...drawNames.responder, ...drawNames.responderEnd['CPaceOQUAKE+']], b.draws),
    },
    messages: messages.map(toHex),
    ...(damage.flow === undefined
      ? {}
      : { changed: { flow: damage.flow, to: toHex(damage.change!(messages[damage.flow - 1]!)) } }),
    outcomes: { initiator: fifth.kind, responder: end.kind },
  }
}

const makeFailedRuns = async (subtle: WebCrypto, material: VerifierMaterial) => {
  const { crypto } = await seededCrypto('another password', subtle)
  const seed = new Secret(crypto.random(32))
  const other = { verifier: new Secret(crypto.random(32)), seed, publicKey: material.publicKey }
  const damages: readonly Damage[] = [
    { about: 'another password', material: other },
    { about: 'the right verifier and another seed', material: { ...material, seed } },
    { about: 'no share in flow 1', flow: 1, change: withoutShare },
    { about: 'no share in flow 2', flow: 2, change: withoutShare },
    { about: 'the last bit of flow 3', flow: 3, change: flipLast },
    { about: 'the last bit of flow 4', flow: 4, change: flipLast },
    { about: 'the last bit of flow 5', flow: 5, change: flipLast },
  ]
  const runs = []
  for (const damage of damages) runs.push(await makeFailedRun(subtle, material, damage))
  return runs
}

const makePassword = async (crypto: Crypto) => {
  const [typed, group] = ['Correct\u3000horse e\u0301 🔑', 'Reading Room']
  const made = preparePassword(typed)
  const named = groupIdOf(crypto, group)
  if ('problem' in made || 'problem' in named) throw new Error('refused')
  const { groupId } = named
  const material = await generateVerifier(crypto, made.prepared, groupId)
  return {
    material,
    vector: {
      typed,
      prepared: toHex(made.prepared.expose()),
      group,
      groupId: toHex(groupId),
      salt: toHex(crypto.hash(utf8('mlwe-pake v2 salt'), groupId)),
      verifier: toHex(material.verifier.expose()),
      seed: toHex(material.seed.expose()),
      publicKey: toHex(material.publicKey),
    },
  }
}

const makeStateless = async (crypto: Crypto, { verifier }: VerifierMaterial) => {
  const ids = idsFrom(crypto)
  const [key, flow1] = [crypto.hash(utf8('own key')), crypto.hash(utf8('any flow 1'))]
  const { flow2 } = await respondTo(crypto, { ...ids, prs: verifier }, new Secret(key.slice()), flow1)
  return {
    key: toHex(key),
    U: toHex(ids.initiator),
    S: toHex(ids.responder),
    flow1: toHex(flow1),
    flow2: toHex(flow2),
  }
}

/** The content of `cpace-oquake.json`. */
export const makeVectors = async (subtle: WebCrypto) => {
  const { crypto } = await seededCrypto('end to end', subtle)
  const { vector, material } = await makePassword(crypto)
  const runs = []
  for (const protocol of ['CPaceOQUAKE', 'CPaceOQUAKE+'] as const)
    runs.push(await makeRun(subtle, protocol, material))
  return {
    about: 'CPaceOQUAKE and CPaceOQUAKE+ end to end; src/pake/SPEC.md explains every field',
    madeBy: 'npx tsx src/pake/vectors/make.ts',
    'typed passwords': passwords(),
    'typed group names': groupNames(crypto),
    stretched: vector,
    runs,
    'failed runs': await makeFailedRuns(subtle, material),
    'stateless flow 2': await makeStateless(crypto, material),
  }
}
