import { type Bytes, equal, fromHex } from '../../codec/index.ts'
import { type Crypto, CryptoError, Secret } from '../../crypto/index.ts'
import { calculateGenerator, finishCpace, startCpace } from '../cpace.ts'

/**
 * `testvectors.json` of draft-irtf-cfrg-cpace. The group of the product is ristretto255, which the file calls
 * `G_Coffee25519`; values of the other groups have no counterpart in the product.
 */
type Entry = Readonly<Record<string, unknown>>

const group = 'G_Coffee25519'
const points = 'G_Coffee25519_points'

export type CpaceCase = readonly [name: string, outcome: 'passed' | 'failed' | { readonly skipped: string }]

/** What a CPace case needs of an engine: primitives, and randomness that the case lays down. */
export interface CpaceEngine {
  readonly crypto: Crypto
  script(...draws: readonly Bytes[]): void
}

const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null

export const isCpaceFile = (file: unknown): file is Entry =>
  isEntry(file) && isEntry(file[group]) && isEntry(file[points])

const hex = (entry: Entry, name: string): Bytes => fromHex(String(entry[name]).toLowerCase())

const checkRun = (entry: Entry, { crypto, script }: CpaceEngine): readonly (readonly [string, boolean])[] => {
  const input = { prs: hex(entry, 'PRS'), channel: hex(entry, 'CI'), sid: hex(entry, 'sid') }
  const [initiatorData, responderData] = [hex(entry, 'ADa'), hex(entry, 'ADb')]
  const start = (scalar: Bytes) => {
    script(scalar)
    return startCpace(crypto, input)
  }
  const [a, b] = [start(hex(entry, 'ya')), start(hex(entry, 'yb'))]
  const transcript = {
    sid: input.sid,
    initiatorShare: a.share,
    responderShare: b.share,
    initiatorData,
    responderData,
  }
  const isk = hex(entry, 'ISK_IR')
  const shared = crypto.multiplyElement(a.scalar, b.share).expose()
  return [
    ['g', equal(calculateGenerator(crypto, input).expose(), hex(entry, 'g'))],
    ['Ya', equal(a.share, hex(entry, 'Ya'))],
    ['Yb', equal(b.share, hex(entry, 'Yb'))],
    ['K', equal(shared, hex(entry, 'K'))],
    ['ISK_IR of A', equal(finishCpace(crypto, a.scalar, b.share, transcript).expose(), isk)],
    ['ISK_IR of B', equal(finishCpace(crypto, b.scalar, a.share, transcript).expose(), isk)],
  ]
}

const checkPoints = (entry: Entry, { crypto }: CpaceEngine): readonly (readonly [string, boolean])[] => {
  const valid = entry.Valid
  if (!isEntry(valid)) return []
  const scalar = new Secret(hex(valid, 's'))
  const product = crypto.multiplyElement(scalar, hex(valid, 'X')).expose()
  const refused = (point: Bytes): boolean => {
    const transcript = { sid: new Uint8Array(0), initiatorShare: point, responderShare: point }
    try {
      finishCpace(crypto, scalar, point, transcript)
      return false
    } catch (error) {
      return error instanceof CryptoError
    }
  }
  const invalid = Object.keys(entry).filter((name) => name.startsWith('Invalid'))
  return [
    ['scalar_mult', equal(product, hex(valid, 'G.scalar_mult(s,decode(X))'))],
    ['scalar_mult_vfy', equal(product, hex(valid, 'G.scalar_mult_vfy(s,X)'))],
    ...invalid.map((name) => [name, refused(hex(entry, name))] as const),
  ]
}

const skips = (file: Entry): CpaceCase[] => [
  [`${group} ISK_SY`, { skipped: 'the symmetric setting: the product has an initiator' }],
  [`${group} sid_output_ir`, { skipped: 'the optional session id output is not used' }],
  [`${group} sid_output_oc`, { skipped: 'the optional session id output is not used' }],
  ...Object.keys(file)
    .filter((name) => name !== group && name !== points)
    .map((name): CpaceCase => [name, { skipped: 'a group that the product does not use' }]),
]

/** Each published value is a case. */
export const runCpaceFile = (file: Entry, engines: readonly CpaceEngine[]): readonly CpaceCase[] => {
  const results = engines.map((engine) => [
    ...checkRun(file[group] as Entry, engine),
    ...checkPoints(file[points] as Entry, engine),
  ])
  const passed = (i: number): boolean => results.every((result) => result[i]?.[1] === true)
  const cases = results[0]!.map(
    ([name], i): CpaceCase => [`${group} ${name}`, passed(i) ? 'passed' : 'failed'],
  )
  return [...cases, ...skips(file)]
}
