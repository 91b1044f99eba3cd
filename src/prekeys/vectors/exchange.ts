import { type Bytes, toHex, utf8 } from '../../codec/index.ts'
import { createCrypto, Secret, type WebCrypto } from '../../crypto/index.ts'
import { seededRng } from '../../crypto/testing/seeded.ts'
import type { Suite } from '../../pake/index.ts'
import { acceptAnswer, answerPreKey, extendStock, type Owner } from '../index.ts'

const memberDraws = ['id', 'seed', 'X25519 private key', 'kemSeed (d || z)'] as const
const newcomerDraws = [
  'ephemeral X25519 private key',
  'X25519 private key of the ratchet keys',
  'd || z of the ratchet keys',
  "OQUAKE's m",
] as const

const recordDraws = async (subtle: WebCrypto, seed: string) => {
  const drawn: Bytes[] = []
  const source = seededRng(seed)
  const random = (count: number): Bytes => {
    const bytes = source(count)
    drawn.push(bytes.slice())
    return bytes
  }
  const recorder = { now: () => 0, record: () => {} }
  return { crypto: await createCrypto({ subtle, random, recorder }), drawn }
}

const named = (names: readonly string[], drawn: readonly Bytes[]) => {
  if (names.length !== drawn.length) throw new Error(`${drawn.length} draws, ${names.length} names`)
  return names.map((name, i) => ({ name, bytes: toHex(drawn[i]!) }))
}

/** One pre-key, answered and accepted, with every draw in its order. */
export const playExchange = async (subtle: WebCrypto, suite: Suite) => {
  const name = `mlwe-pake pre-key vector ${suite.id}`
  const [asleep, awake] = [
    await recordDraws(subtle, `${name} member`),
    await recordDraws(subtle, `${name} newcomer`),
  ]
  const idOf = (text: string): Bytes => asleep.crypto.hash(utf8(text)).slice(0, 16)
  const [groupId, member, newcomer] = [idOf('group'), idOf('member'), idOf('newcomer')]
  const verifier = asleep.crypto.hash(utf8('mlwe-pake vector verifier'))
  const owner: Owner = { suite, groupId, member, verifier: new Secret(verifier.slice()) }
  const { stock, published } = await extendStock(asleep.crypto, owner, [], 1)
  const draws = { member: named(memberDraws, asleep.drawn) }
  const answered = await answerPreKey(awake.crypto, owner, newcomer, published[0]!)
  if (answered === null) throw new Error('not a pre-key')
  const { answer } = answered
  const accepted = await acceptAnswer(asleep.crypto, owner, stock[0]!, { newcomer, answer })
  if (accepted.kind === 'failed' || toHex(accepted.key.expose()) !== toHex(answered.key.expose())) {
    throw new Error('no agreement')
  }
  return {
    suite: suite.id,
    inputs: {
      groupId: toHex(groupId),
      member: toHex(member),
      newcomer: toHex(newcomer),
      verifier: toHex(verifier),
    },
    draws: { ...draws, newcomer: named(newcomerDraws, awake.drawn) },
    published: toHex(published[0]!),
    answer: toHex(answered.answer),
    transcript: toHex(answered.transcript),
    'root key': toHex(answered.key.expose()),
  }
}
