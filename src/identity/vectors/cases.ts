/**
 * Vectors of this folder: every input, every draw in its order, every intermediate value, in hexadecimal; hard names
 * as JSON text with escapes. Another implementation needs nothing else to test itself.
 */
import { type Bytes, encode, toHex } from '../../codec/index.ts'
import { type Crypto, Secret, type WebCrypto } from '../../crypto/index.ts'
import { recordedCrypto } from '../../crypto/testing/seeded.ts'
import {
  type Address,
  acceptsName,
  createSelf,
  displayName,
  enforceName,
  finishHandshake,
  type Identified,
  initiateHandshake,
  memberEntry,
  nameKey,
  padEntry,
  pairNumber,
  renewEntry,
  respondHandshake,
  roomNumber,
  type Self,
} from '../index.ts'

interface Draw {
  readonly name: string
  readonly bytes: string
}

/** What each draw is for, in its order. */
const drawNames = {
  self: ['X25519 identity key', 'ML-KEM identity seed (d || z)', 'nonce'],
  initiator: ['run', 'E_i', 'ek_i seed (d || z)', 'm of ct_R'],
  responder: ['E_r', 'F_r', 'ek_r seed (d || z)', 'm of ct_e', 'm of ct_I'],
} as const

/** The primitives with seeded randomness; `taken` gives the draws since the last time by name. */
const namedDraws = async (subtle: WebCrypto, seed: string) => {
  const { crypto, draws } = await recordedCrypto(subtle, seed)
  const taken = (names: readonly string[]): readonly Draw[] => {
    if (names.length !== draws.length) throw new Error(`${draws.length} draws, ${names.length} names`)
    return draws.splice(0).map((bytes, i) => ({ name: names[i]!, bytes: toHex(bytes) }))
  }
  return { crypto, taken }
}
type Recorded = Awaited<ReturnType<typeof namedDraws>>

const hex = (secret: Secret): string => toHex(secret.expose())

const entryCase = ({ entry, hash, id }: Identified, draws: readonly Draw[]) => ({
  name: entry.name,
  lease: entry.lease,
  address: entry.address,
  draws,
  dh: toHex(entry.dh),
  kem: toHex(entry.kem),
  nonce: toHex(entry.nonce),
  entry: toHex(encode(memberEntry, entry)),
  padded: toHex(padEntry(entry)),
  entryHash: hash,
  memberId: id,
})

const makeMembers = async ({ crypto, taken }: Recorded, groupId: Bytes) => {
  const members: Self[] = []
  const entries: ReturnType<typeof entryCase>[] = []
  for (const [i, name] of ['Ada', 'Bj\u00F6rn \u{1F98A}', 'x'.repeat(64)].entries()) {
    const address = toHex(new Uint8Array(32).fill(0xa0 + i)) as Address
    const self = await createSelf(crypto, groupId, { name, lease: 300_000 * 10 ** i, address })
    members.push(self)
    entries.push(entryCase(self, taken(drawNames.self)))
  }
  const renewed = renewEntry(crypto, groupId, members[2]!)
  entries.push(entryCase(renewed, taken(['nonce'])))
  return { members, entries }
}

const makeRun = async (
  { crypto, taken }: Recorded,
  groupId: Bytes,
  [initiator, responder]: readonly [Self, Self],
  shared: Bytes | null,
) => {
  const psk = shared === null ? null : new Secret(shared)
  const { state, flow1 } = await initiateHandshake(crypto, { groupId, self: initiator, peer: responder, psk })
  const initiatorDraws = taken(drawNames.initiator)
  const answered = await respondHandshake(crypto, { groupId, self: responder, peer: initiator, psk }, flow1)
  if (answered.kind !== 'answered') throw new Error(answered.code)
  const responderDraws = taken(drawNames.responder)
  const finished = await finishHandshake(crypto, state, answered.flow2)
  if (finished.kind !== 'done' || hex(finished.start.key) !== hex(answered.start.key)) {
    throw new Error('the sides disagree')
  }
  return {
    initiator: initiator.hash,
    responder: responder.hash,
    psk: shared === null ? null : toHex(shared),
    draws: { initiator: initiatorDraws, responder: responderDraws },
    flow1: toHex(flow1),
    flow2: toHex(answered.flow2),
    transcript: toHex(answered.start.transcript),
    key: hex(answered.start.key),
  }
}

const typed: readonly string[] = [
  'Ada',
  '  Ada \u00A0 L  ',
  'Zoe\u0308',
  '\uFF21da \u2163',
  '\u00B4a',
  '\u2764\uFE0F',
  '\u{1F44B}\u{1F3FD}',
  'col\u00B7leccio',
  '\u05D0\u05F3',
  'x'.repeat(64),
  '',
  ' \u3000',
  '\uFE0F',
  'x'.repeat(65),
  '\u{1F98A}'.repeat(17),
  'a\u0007b',
  'a\u202Eb',
  'a\u200Db',
  'a\u00ADb',
  '\u3164',
  '\u2800',
  'a\u0378',
  'a\uE000',
  '\u0640',
  '\u3131',
  'l\u00B7a',
  '\u0661\u06F1',
]

const received: readonly string[] = [
  'Ada',
  'Ada L',
  'e\u0301',
  '\uFF21',
  'a\u0378',
  'a\uE000',
  '\uFFFD',
  '\u0640',
  'x'.repeat(64),
  '\u{1F98A}'.repeat(16),
  '',
  ' Ada',
  'Ada ',
  'Ada  L',
  'Ada\u00A0L',
  'Ada\u3000L',
  'x'.repeat(65),
  `${'\u{1F98A}'.repeat(16)}x`,
  'a\u0000',
  'a\u007F',
  'a\u0085',
  'a\u2028',
  'a\u061C',
  'a\u200E',
  'a\u202A',
  'a\u2069',
  'a\u200B',
  'a\u200D',
  'a\u00AD',
  'a\u034F',
  'a\u115F',
  'a\u180E',
  'a\u2065',
  'a\u2800',
  'a\uFE0F',
  'a\uFEFF',
  'a\uFFA0',
  'a\uFFF9',
  'a\u{1D159}',
  'a\u{E0041}',
]

const alike: readonly (readonly [string, string])[] = [
  ['Alice', '\u0410li\u0441\u0435'],
  ['Stra\u00DFe', 'STRASSE'],
  ['\u03C3\u03BF\u03C2', '\u03A3\u039F\u03A3'],
  ['Zo\u00EB', 'ZOE'],
  ['Iris', 'lr1s'],
  ['Bernd', 'Bemd'],
]

const makeNames = () => ({
  enforced: typed.map((text) => ({ typed: text, ...enforceName(text) })),
  received: received.map((name) => ({ name, accepted: acceptsName(name) })),
  displayed: ['a\u0378b', '\uE000', 'Zo\u00EB'].map((name) => ({ name, shown: displayName(name) })),
  alike: alike.map((names) => ({ names, keys: names.map(nameKey) })),
})

const makeNumbers = (crypto: Crypto, groupId: Bytes, members: readonly Self[]) => {
  const hashes = members.map(({ hash }) => hash)
  const [first, second] = [hashes[0]!, hashes[1]!]
  return {
    room: [1, 2, 3].map((count) => ({
      entryHashes: hashes.slice(0, count),
      ...roomNumber(crypto, hashes.slice(0, count)),
    })),
    pair: { entryHashes: [first, second], ...pairNumber(crypto, groupId, first, second) },
  }
}

export const makeVectors = async (subtle: WebCrypto) => {
  const recorded = await namedDraws(subtle, 'identity vectors')
  const groupId = Uint8Array.from({ length: 16 }, (_, i) => i)
  const { members, entries } = await makeMembers(recorded, groupId)
  const [ada, bjorn] = [members[0]!, members[1]!]
  const shared = Uint8Array.from({ length: 32 }, (_, i) => 0xff - i)
  const handshakes = [
    await makeRun(recorded, groupId, [ada, bjorn], null),
    await makeRun(recorded, groupId, [bjorn, ada], shared),
  ]
  return {
    about: 'SPEC.md of identity; written by make.ts. Keys of X25519 are RFC 7748 scalars as drawn.',
    groupId: toHex(groupId),
    entries,
    handshakes,
    numbers: makeNumbers(recorded.crypto, groupId, members),
    names: makeNames(),
  }
}
