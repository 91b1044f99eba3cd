import {
  type Crypto,
  createCrypto,
  type Engines,
  loadBrowserKem,
  type WebCrypto,
} from '../src/crypto/index.ts'
import { nodeHkdf } from '../src/crypto/testing/seeded.ts'
import { open, seal } from '../src/ratchet/index.ts'
import { createSpokenPair, type Side } from '../src/ratchet/testing/pair.ts'

const subtle = globalThis.crypto.subtle as unknown as WebCrypto

/** As in the Worker of the app; Node takes the synchronous HKDF. */
const appEngines: Engines = {
  kem: loadBrowserKem(subtle),
  ...('process' in globalThis ? { hkdf: await nodeHkdf() } : {}),
}

const poolBytes = 4096
let pool = new Uint8Array(0)
let at = 0
/** In Node, a small draw costs as much as a large one. */
const random = (count: number): Uint8Array<ArrayBuffer> => {
  if (count > poolBytes) return globalThis.crypto.getRandomValues(new Uint8Array(count))
  if (at + count > pool.length) {
    pool = globalThis.crypto.getRandomValues(new Uint8Array(poolBytes))
    at = 0
  }
  at += count
  return pool.slice(at - count, at)
}

/** The crypto of the app, without anybody reading its records, on the engines given. */
export const benchCrypto = (engines: Engines = appEngines): Promise<Crypto> =>
  createCrypto({
    subtle,
    random,
    recorder: { now: () => performance.now(), record: () => undefined },
    engines,
  })

/** Two ends of one pair session that have both spoken; what a step leaves stale is wiped, as in the app. */
export const createPair = async (crypto: Crypto) => {
  const sessions = await createSpokenPair(crypto)
  const pair = {
    seal: async (side: Side, plaintext: Uint8Array) => {
      const sealed = await seal(crypto, sessions[side], plaintext, {
        padding: 'message',
        turn: 'due',
        now: 0,
      })
      sessions[side] = sealed.session
      for (const secret of sealed.stale) secret.wipe()
      return sealed.bytes
    },
    /** `side` receives. */
    open: async (side: Side, bytes: Uint8Array) => {
      const opened = await open(crypto, sessions[side], bytes, 0)
      if (opened.kind === 'rejected') throw new Error(opened.code)
      sessions[side] = opened.session
      for (const secret of opened.stale) secret.wipe()
      return opened.plaintext
    },
  }
  for (const side of [0, 1, 0, 1] as const) {
    await pair.open(side === 0 ? 1 : 0, await pair.seal(side, new Uint8Array(16)))
  }
  return pair
}
