import type { Bytes } from '../../codec/index.ts'
import { portableHash } from '../hash.ts'
import { type Crypto, createCrypto, type Engines, type WebCrypto } from '../index.ts'
import { nodeEngines } from '../testing/node-engines.ts'

/** The product's `Crypto`, with randomness that a case lays down beforehand. */
export interface Engine {
  readonly name: string
  readonly crypto: Crypto
  /** What the next draws of `crypto.random` return, in order. */
  script(...draws: readonly Bytes[]): void
}

const subtle = globalThis.crypto.subtle as never as WebCrypto

/** Web Crypto as in an engine without X25519: the portable code then takes its place. */
const withoutX25519: WebCrypto = {
  importKey: (format, keyData, algorithm, extractable, usages) => {
    const name = typeof algorithm === 'string' ? algorithm : algorithm.name
    if (name === 'X25519') return Promise.reject(new Error('not supported'))
    return subtle.importKey(format, keyData, algorithm, extractable, usages)
  },
  encrypt: (algorithm, key, data) => subtle.encrypt(algorithm, key, data),
  decrypt: (algorithm, key, data) => subtle.decrypt(algorithm, key, data),
  exportKey: (format, key) => subtle.exportKey(format, key),
  getPublicKey: (key, usages) => subtle.getPublicKey(key, usages),
  encapsulateBits: (algorithm, key) => subtle.encapsulateBits(algorithm, key),
  decapsulateBits: (algorithm, key, ciphertext) => subtle.decapsulateBits(algorithm, key, ciphertext),
  deriveBits: (algorithm, key, length) => subtle.deriveBits(algorithm, key, length),
}

const engineOf = async (name: string, ports: { subtle: WebCrypto; engines: Engines }): Promise<Engine> => {
  const queue: Bytes[] = []
  const random = (count: number): Bytes => {
    const next = queue.shift()
    if (next === undefined) throw new RangeError('the case gives no more randomness')
    if (next.length !== count) throw new RangeError(`the case gives ${next.length} bytes, not ${count}`)
    return next
  }
  const recorder = { now: () => 0, record: () => {} }
  const crypto = await createCrypto({
    subtle: ports.subtle,
    random,
    recorder,
    engines: ports.engines,
  })
  return { name, crypto, script: (...draws) => void queue.splice(0, queue.length, ...draws) }
}

/** Every engine that the product or its simulations may run on: a case passes only if it passes in all of them. */
export const loadEngines = (): Promise<readonly Engine[]> =>
  Promise.all([
    engineOf('fastest', { subtle, engines: {} }),
    engineOf("Node's own", { subtle, engines: nodeEngines }),
    engineOf('portable', { subtle: withoutX25519, engines: { hash: portableHash } }),
  ])
