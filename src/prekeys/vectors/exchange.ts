import { type Bytes, encode, toHex, utf8 } from '../../codec/index.ts'
import { type Crypto, Secret, type WebCrypto } from '../../crypto/index.ts'
import { recordedCrypto } from '../../crypto/testing/seeded.ts'
import { type Address, createSelf, memberEntry, type Self } from '../../identity/index.ts'
import { acceptAnswer, answerPreKey, extendStock, type Owner, openLetter, writeLetter } from '../index.ts'

const ownerDraws = ['id', 'seed', 'X25519 private key', 'kemSeed (d || z)'] as const
const answerDraws = ['x', "OQUAKE's m"] as const
const letterDraws = ['run', 'E', 'm of ct_R', 'm of ct_P'] as const
/** X25519 private key, `d || z`, nonce of the entry: see the folder of identities. */
const selfDraws = 3

const named = (names: readonly string[], drawn: readonly Bytes[]) => {
  if (names.length !== drawn.length) throw new Error(`${drawn.length} draws, ${names.length} names`)
  return names.map((name, i) => ({ name, bytes: toHex(drawn[i]!) }))
}

const memberOf = (crypto: Crypto, groupId: Bytes, name: string): Promise<Self> => {
  const address = toHex(crypto.hash(utf8(`address of ${name}`))) as Address
  return createSelf(crypto, groupId, { name, lease: 86_400_000, address })
}

const shown = ({ entry, hash, keys }: Self) => ({
  entry: toHex(encode(memberEntry, entry, 2048)),
  hash,
  'X25519 private key': toHex(keys.dh.privateKey.expose()),
  'ML-KEM seed': toHex(keys.kem.privateKey.expose()),
})

/** Three pre-keys; the first answered by password, the second used by a letter: every draw in its order. */
export const playExchange = async (subtle: WebCrypto) => {
  const [asleep, awake] = [
    await recordedCrypto(subtle, 'mlwe-pake v2 pre-key vector owner'),
    await recordedCrypto(subtle, 'mlwe-pake v2 pre-key vector other'),
  ]
  const groupId = asleep.crypto.hash(utf8('group')).slice(0, 16)
  const reader = await memberOf(asleep.crypto, groupId, 'asleep')
  const other = await memberOf(awake.crypto, groupId, 'awake')
  const verifier = asleep.crypto.hash(utf8('mlwe-pake v2 vector verifier'))
  const addressOf = ({ entry }: Self) => Uint8Array.from(Buffer.from(entry.address.slice(0, 32), 'hex'))
  const owner: Owner = { groupId, address: addressOf(reader), verifier: new Secret(verifier.slice()) }
  const { stock, published } = await extendStock(asleep.crypto, owner, [], 3)

  const answered = await answerPreKey(awake.crypto, owner, other, published[0]!)
  if (answered === null) throw new Error('not a pre-key')
  const given = { newcomer: addressOf(other), answer: answered.answer }
  const accepted = await acceptAnswer(asleep.crypto, owner, stock[0]!, given)
  if (accepted.kind === 'failed') throw new Error('no agreement')

  const afterAnswer = awake.draws.length
  const written = await writeLetter(awake.crypto, {
    groupId,
    self: other,
    peer: reader,
    published: published[1]!,
  })
  if (written === null) throw new Error('not a pre-key')
  const reading = { groupId, self: reader, peer: other, preKey: stock[1]! }
  const opened = await openLetter(asleep.crypto, reading, written.letterHead)
  if (opened.kind === 'rejected') throw new Error('no agreement')
  for (const [one, same] of [
    [answered.start, accepted.start],
    [written.start, opened.start],
  ] as const) {
    if (toHex(one.key.expose()) !== toHex(same.key.expose())) throw new Error('two keys')
  }
  return {
    inputs: {
      groupId: toHex(groupId),
      verifier: toHex(verifier),
      owner: shown(reader),
      other: shown(other),
    },
    draws: {
      owner: [0, 1, 2].map((i) =>
        named(ownerDraws, asleep.draws.slice(selfDraws + 4 * i, selfDraws + 4 * i + 4)),
      ),
      answer: named(answerDraws, awake.draws.slice(selfDraws, afterAnswer)),
      letter: named(letterDraws, awake.draws.slice(afterAnswer)),
    },
    published: published.map(toHex),
    leaves: stock.map(({ leaf }) => toHex(leaf)),
    root: toHex(stock[0]!.root),
    answer: {
      bytes: toHex(answered.answer),
      transcript: toHex(answered.start.transcript),
      a2: toHex(answered.a2.expose()),
      psk: toHex(answered.psk.expose()),
      'session key': toHex(answered.start.key.expose()),
    },
    letter: {
      bytes: toHex(written.letterHead),
      transcript: toHex(written.start.transcript),
      'session key': toHex(written.start.key.expose()),
    },
  }
}
