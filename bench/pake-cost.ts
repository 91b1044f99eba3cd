import { createCrypto, loadBrowserKem, type WebCrypto } from '../src/crypto/index.ts'
import { nodeHkdf } from '../src/crypto/testing/seeded.ts'
import { members, newcomer, play, publicKeyOf } from '../src/pake/testing/play.ts'
import type { BenchCase } from './runner.ts'

const subtle = globalThis.crypto.subtle as unknown as WebCrypto
const runs = 25

/** Which primitive an operation belongs to. */
const kinds = [
  ['ristretto255', /ristretto255/],
  ['ML-KEM', /ML-KEM/],
  ['X25519', /X25519/],
  ['hashes, MACs and key derivation', /SHA/],
] as const

/** The crypto of the app; Node takes the synchronous HKDF. `spent` grows by the time of each operation. */
const meteredCrypto = async (spent: Map<string, number>) =>
  createCrypto({
    subtle,
    random: (count) => globalThis.crypto.getRandomValues(new Uint8Array(count)),
    recorder: {
      now: () => performance.now(),
      record: ({ algorithm, duration }) => void spent.set(algorithm, (spent.get(algorithm) ?? 0) + duration),
    },
    engines: {
      kem: loadBrowserKem(subtle),
      ...('process' in globalThis ? { hkdf: await nodeHkdf() } : {}),
    },
  })

/** A whole live run, both sides together, without the stretching of the password. */
const casesOf = (protocol: 'CPaceOQUAKE' | 'CPaceOQUAKE+'): readonly BenchCase[] => {
  const figure = (what: string, share: RegExp | null): BenchCase => ({
    name: `${protocol}: ${what}`,
    n: runs,
    unit: 'ms a run',
    better: 'less',
    rounds: 7,
    prepare: async () => {
      const spent = new Map<string, number>()
      const crypto = await meteredCrypto(spent)
      const publicKey = await publicKeyOf(crypto)
      const measure = async (): Promise<number> => {
        spent.clear()
        const start = performance.now()
        for (let i = 0; i < runs; i++) {
          const sides = protocol === 'CPaceOQUAKE' ? members(crypto) : newcomer(crypto, publicKey)
          const { responder } = await play(crypto, sides)
          if (responder.kind !== 'done') throw new Error('a run failed')
        }
        const whole = performance.now() - start
        const part = [...spent].filter(([algorithm]) => share?.test(algorithm))
        return (share === null ? whole : part.reduce((sum, [, ms]) => sum + ms, 0)) / runs
      }
      return { ours: measure, peer: null }
    },
  })
  return [
    figure('live run, both sides', null),
    ...kinds.map(([kind, share]) => figure(`of it ${kind}`, share)),
  ]
}

export const cases: readonly BenchCase[] = (['CPaceOQUAKE', 'CPaceOQUAKE+'] as const).flatMap(casesOf)
