/**
 * The operations that the Benchmark tab measures, each on every engine that runs it. All keys are fresh and belong to nobody.
 */

import type { Bytes } from '../../codec/index.ts'
import {
  argon2id,
  type Crypto,
  createCrypto,
  type Engines,
  type KemParameters,
  loadBrowserKem,
  mlKem768,
  mlKem1024,
  portableHash,
  type Rng,
  Secret,
  type WebCrypto,
} from '../../crypto/index.ts'
import { generateKeyPairs, publicKeysOf } from '../../identity/index.ts'
import { finishCpace, initiate, type RunState, respond, startCpace, step } from '../../pake/index.ts'
import { createSession, open, type Session, seal } from '../../ratchet/index.ts'
import type { BenchmarkEngine, BenchmarkOperation } from '../page/benchmark-view.ts'

/** `prepare` returns the operation to measure, or `null` if this browser cannot run it. */
export interface BenchmarkCase {
  readonly operation: BenchmarkOperation
  readonly engine: BenchmarkEngine
  readonly prepare: () => Promise<(() => Promise<unknown>) | null>
}

interface Ports {
  readonly subtle: WebCrypto
  readonly random: Rng
}

type Prepare = (crypto: Crypto) => Promise<() => Promise<unknown>>

const generate =
  (parameters: KemParameters): Prepare =>
  async (crypto) =>
  async () =>
    (await crypto.kemGenerate(parameters)).privateKey.wipe()

const encapsulate =
  (parameters: KemParameters): Prepare =>
  async (crypto) => {
    const { publicKey } = await crypto.kemGenerate(parameters)
    return async () => (await crypto.kemEncapsulate(publicKey, parameters)).secret.wipe()
  }

const decapsulate =
  (parameters: KemParameters): Prepare =>
  async (crypto) => {
    const { publicKey, privateKey } = await crypto.kemGenerate(parameters)
    const { ciphertext } = await crypto.kemEncapsulate(publicKey, parameters)
    return async () => (await crypto.kemDecapsulate(privateKey, ciphertext, parameters)).wipe()
  }

const x25519: Prepare = async (crypto) => {
  const { publicKey } = await crypto.dhGenerate()
  return async () => {
    const own = await crypto.dhGenerate()
    return crypto.dhAgree(own.privateKey, publicKey)
  }
}

const ristretto: Prepare = async (crypto) => {
  const element = crypto.deriveElement(new Secret(crypto.random(64)))
  const scalar = new Secret(crypto.random(32))
  return async () => crypto.multiplyElement(scalar, element)
}

const sha3: Prepare = async (crypto) => {
  const message = crypto.random(1024)
  return async () => crypto.hash(message)
}

const aead: Prepare = async (crypto) => {
  const [key, nonce] = [new Secret(crypto.random(32)), new Secret(crypto.random(12))]
  const [none, message] = [new Uint8Array(0), crypto.random(1024)]
  return async () => crypto.open(key, nonce, none, await crypto.seal(key, nonce, none, message))
}

const hkdf: Prepare = async (crypto) => {
  const [salt, key, info] = [crypto.random(32), new Secret(crypto.random(32)), crypto.random(16)]
  return async () => crypto.derive(salt, key, info, 64)
}

const stretch: Prepare = async (crypto) => {
  const [message, salt] = [new Secret(crypto.random(16)), crypto.random(32)]
  return async () => crypto.stretch(argon2id, message, salt, 64)
}

const ids = { initiator: new Uint8Array(16).fill(1), responder: new Uint8Array(16).fill(2) }

/** A run of CPaceOQUAKE, both sides, without network and stretching. */
const run: Prepare = async (crypto) => {
  const input = { ...ids, prs: new Secret(crypto.random(32)) }
  return async () => {
    const opened = initiate(crypto, input)
    const states: [RunState, RunState] = [opened.state, respond(input)]
    let message: Bytes | null = opened.message
    for (let turn: 0 | 1 = 1; message !== null; turn = turn === 0 ? 1 : 0) {
      const outcome = await step(crypto, states[turn], message)
      if (outcome.kind === 'failed') throw new Error(outcome.code)
      if (outcome.kind === 'continue') states[turn] = outcome.state
      message = outcome.message
    }
  }
}

/** The classical baseline of a password exchange: CPace with a confirmation each way. */
const classicalRun: Prepare = async (crypto) => {
  const sid = crypto.random(16)
  const input = { prs: new Secret(crypto.random(32)), channel: crypto.random(32), sid }
  return async () => {
    const [a, b] = [startCpace(crypto, input), startCpace(crypto, input)]
    const transcript = { sid, initiatorShare: a.share, responderShare: b.share }
    const keys = [
      finishCpace(crypto, a.scalar, b.share, transcript),
      finishCpace(crypto, b.scalar, a.share, transcript),
    ]
    for (const key of keys) await crypto.mac(key, sid)
    for (const key of keys) await crypto.mac(key, sid)
  }
}

/** The two ends of a pair session. */
const createPair = async (crypto: Crypto) => {
  const keys = await generateKeyPairs(crypto)
  const [key, transcript] = [crypto.random(32), crypto.random(32)]
  const create = (self: 0 | 1): Promise<Session> =>
    createSession(crypto, {
      start: {
        role: self === 0 ? 'initiator' : 'responder',
        key: new Secret(key.slice()),
        transcript,
        keys: self === 0 ? null : keys,
        peerKeys: self === 0 ? publicKeysOf(keys) : null,
      },
      groupId: new Uint8Array(16),
      self: self === 0 ? ids.initiator : ids.responder,
      peer: self === 0 ? ids.responder : ids.initiator,
    })
  const sessions: [Session, Session] = [await create(0), await create(1)]
  return async (from: 0 | 1, text: Bytes): Promise<void> => {
    const sealed = await seal(crypto, sessions[from], text, { padding: 'message', turn: 'due', now: 0 })
    sessions[from] = sealed.session
    const to = from === 0 ? 1 : 0
    const opened = await open(crypto, sessions[to], sealed.bytes, 0)
    if (opened.kind === 'rejected') throw new Error(opened.code)
    sessions[to] = opened.session
    for (const secret of [...sealed.stale, ...opened.stale]) secret.wipe()
  }
}

/** A 1 KiB message sealed and opened within one chain. */
const message: Prepare = async (crypto) => {
  const say = await createPair(crypto)
  const text = crypto.random(1024)
  for (const from of [0, 1, 0] as const) await say(from, text)
  return () => say(0, text)
}

/** A message each way: two turns. */
const turn: Prepare = async (crypto) => {
  const say = await createPair(crypto)
  const text = crypto.random(1024)
  for (const from of [0, 1] as const) await say(from, text)
  return async () => {
    await say(0, text)
    await say(1, text)
  }
}

/**
 * The crypto of the app with the KEM left out. Ciphertexts and secrets are constant. Public keys are copies that differ
 * in their last bytes, since a session refuses empty and repeated keys.
 */
const withoutKem = async (crypto: Crypto): Promise<Crypto> => {
  const { publicKey } = await crypto.kemGenerate()
  let made = 0
  return {
    ...crypto,
    kemGenerate: async () => {
      const key = publicKey.slice()
      new DataView(key.buffer).setUint32(key.length - 4, ++made)
      return { publicKey: key, privateKey: new Secret(new Uint8Array(64).fill(1)) }
    },
    kemEncapsulate: async (_key, parameters = mlKem768) => ({
      ciphertext: new Uint8Array(parameters.ciphertext).fill(1),
      secret: new Secret(new Uint8Array(32).fill(1)),
    }),
    kemDecapsulate: async () => new Secret(new Uint8Array(32).fill(1)),
  }
}

/** One case for every operation and engine. */
export const createCases = ({ subtle, random }: Ports): readonly BenchmarkCase[] => {
  const recorder = { now: () => 0, record: () => undefined }
  const make = (engines: Engines): Promise<Crypto> => createCrypto({ subtle, random, recorder, engines })
  const hasKem = 'encapsulateBits' in subtle
  const app = (): Promise<Crypto> => make({ kem: loadBrowserKem(subtle) })
  const one = (
    operation: BenchmarkOperation,
    engine: BenchmarkEngine,
    prepare: Prepare,
    crypto: () => Promise<Crypto> | null = app,
  ): BenchmarkCase => ({
    operation,
    engine,
    prepare: async () => {
      const made = await crypto()
      return made === null ? null : prepare(made)
    },
  })
  /** On `mlkem`, and on the browser's ML-KEM if it has one. */
  const kem = (operation: BenchmarkOperation, prepare: Prepare): readonly BenchmarkCase[] => [
    one(operation, 'javascript', prepare, () => make({})),
    one(operation, 'browser', prepare, () => (hasKem ? app() : null)),
  ]
  const classical = async (): Promise<Crypto> => withoutKem(await app())
  return [
    ...kem('kem-768-generate', generate(mlKem768)),
    ...kem('kem-768-encapsulate', encapsulate(mlKem768)),
    ...kem('kem-768-decapsulate', decapsulate(mlKem768)),
    ...kem('kem-1024-generate', generate(mlKem1024)),
    ...kem('kem-1024-encapsulate', encapsulate(mlKem1024)),
    ...kem('kem-1024-decapsulate', decapsulate(mlKem1024)),
    one('x25519', 'browser', x25519),
    one('ristretto255', 'javascript', ristretto),
    one('sha3-1k', 'javascript', sha3, () => make({ hash: portableHash })),
    one('sha3-1k', 'webassembly', sha3),
    one('aead-1k', 'browser', aead),
    one('hkdf', 'browser', hkdf),
    one('argon2id', 'webassembly', stretch),
    ...kem('pake-run', run),
    one('pake-run', 'classical', classicalRun),
    ...kem('ratchet-message', message),
    one('ratchet-message', 'classical', message, classical),
    ...kem('ratchet-turn', turn),
    one('ratchet-turn', 'classical', turn, classical),
  ]
}
