import { type Bytes, DecodeError, encode, equal, fromHex } from '../codec/index.ts'
import { isGone, type MemberId } from '../group/index.ts'
import {
  acceptAnswer,
  answerPreKey,
  extendStock,
  type Owner,
  type PreKeyed,
  preKeyIdOf,
  stockSize,
  takeOnce,
} from '../prekeys/index.ts'
import { createSession, decodePublicKeys, open, type Session } from '../ratchet/index.ts'
import { beginSession, inGroup, setPair } from './pairing.ts'
import { countFailure } from './proving.ts'
import { receivePair } from './receiving.ts'
import { Rejection, type Work } from './state.ts'
import { type Frame, frame } from './wire.ts'

/** Answers that nobody confirmed: each tells whoever made up the pre-key whether one guess was right. */
const maxUnconfirmed = 5
const lateMs = 10 * 60_000

const ownerOf = ({ suite, verifier, group }: Work['state'], member: MemberId): Owner => ({
  suite,
  verifier,
  groupId: group.groupId,
  member: fromHex(member),
})

/** Makes pre-keys for the relay. The private halves are durable before the public ones leave. */
export const restock = async (work: Work, count: number): Promise<void> => {
  const { stock, self } = work.state
  const owner = ownerOf(work.state, self)
  const made = await extendStock(work.ports.crypto, owner, stock, Math.min(count, stockSize))
  work.state = { ...work.state, stock: made.stock }
  work.stale.push(...made.stale) // FS
  work.effects.push({ kind: 'publish', preKeys: made.published })
}

const unconfirmedCount = ({ state }: Work): number =>
  [...state.pairs.values()].filter(({ unconfirmed }) => unconfirmed !== null).length

/** Wants a pre-key of each who is asleep and not paired with, as far as the budget of guesses goes. */
export const meetAsleep = (work: Work, members: readonly MemberId[]): void => {
  const { self, pairs, present, group } = work.state
  const unknown = members.filter(
    (id) => id !== self && !pairs.has(id) && !present.has(id) && !isGone(group.roster, id),
  )
  for (const member of unknown.slice(0, Math.max(0, maxUnconfirmed - unconfirmedCount(work))))
    work.effects.push({ kind: 'take-prekey', member })
}

const sessionOf = async (
  work: Work,
  member: MemberId,
  { key, transcript, keys, peerKeys }: PreKeyed,
): Promise<Session | null> => {
  try {
    const plausible = decodePublicKeys(new Uint8Array([...peerKeys.dh, ...peerKeys.kem]))
    const { groupId } = work.state.group
    const [self, peer] = [fromHex(work.state.self), fromHex(member)]
    const input = { key, transcript, groupId, self, peer, keys, peerKeys: plausible }
    return await createSession(work.ports.crypto, input)
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  } finally {
    key.wipe() // FS
  }
}

/** A pre-key of `member` came: answer it, with this member's roster as the first message. */
export const takePreKey = async (work: Work, member: MemberId, published: Bytes | null): Promise<void> => {
  const { pairs, self, group } = work.state
  const unwanted = pairs.has(member) || isGone(group.roster, member)
  if (unwanted || unconfirmedCount(work) >= maxUnconfirmed) throw new Rejection('prekey/unexpected')
  if (published === null) {
    work.effects.push({ kind: 'notice', code: 'prekeys-exhausted', member, name: null })
    return
  }
  const { crypto } = work.ports
  const made = await answerPreKey(crypto, ownerOf(work.state, member), fromHex(self), published)
  const session = made === null ? null : await sessionOf(work, member, made)
  if (made === null || session === null) throw new Rejection('prekey/malformed')
  const unconfirmed = preKeyIdOf(ownerOf(work.state, member), made.answer)
  await beginSession(work, member, { session, trust: 'pre-keyed', unconfirmed })
  await inGroup(work, { kind: 'meet', member })
  const at = work.effects.findIndex((effect) => effect.kind === 'send' && effect.to === member)
  const first = work.effects[at]
  if (first?.kind !== 'send') throw new TypeError('meeting sends the roster')
  // The frame's own form: one tag byte, a length of two bytes, the sealed body.
  const bytes = encode(frame, { kind: 'answer', answer: made.answer, first: first.bytes.slice(3) })
  work.effects[at] = { ...first, bytes }
}

/**
 * Somebody answered a pre-key of mine. It is taken out of the stock before anything else: whatever comes of this
 * answer, there is no second one. A session is made only where its first message opens too.
 */
export const receiveAnswer = async (
  work: Work,
  from: MemberId,
  { answer, first }: Extract<Frame, { kind: 'answer' }>,
): Promise<void> => {
  const { crypto } = work.ports
  const { self, stock, guesses } = work.state
  const owner = ownerOf(work.state, self)
  const id = preKeyIdOf(owner, answer)
  if (id === null || from === self) throw new Rejection('prekey/malformed')
  if (isGone(work.state.group.roster, from)) throw new Rejection('prekey/gone')
  if (work.now < guesses.blockedUntil) throw new Rejection('prekey/later')
  const taken = takeOnce(stock, id)
  if (taken === null) {
    // Clear to an honest newcomer, who still has the live way in.
    if (!work.state.pairs.has(from))
      work.effects.push({ kind: 'send', to: from, via: 'best', bytes: encode(frame, { kind: 'used', id }) })
    work.effects.push({ kind: 'reject', code: 'prekey/unknown' })
    return
  }
  work.state = { ...work.state, stock: taken.stock }
  work.stale.push(...taken.stale) // FS
  const accepted = await acceptAnswer(crypto, owner, taken.preKey, { newcomer: fromHex(from), answer })
  const session = accepted.kind === 'accepted' ? await sessionOf(work, from, accepted) : null
  const opened = session === null ? null : await open(crypto, session, first, work.now)
  if (session === null || opened?.kind !== 'opened') {
    work.stale.push(taken.preKey.dh.privateKey) // FS
    await countFailure(work, from)
    work.effects.push({ kind: 'reject', code: 'prekey/failed' })
    return
  }
  const pair = work.state.pairs.get(from)
  if (pair?.trust === 'verified' && !work.state.renew.has(from)) {
    // Met in the meantime: only what was sealed under the pre-key still needs this session.
    setPair(work, from, { ...pair, former: { session, until: work.now + lateMs } })
  } else await beginSession(work, from, { session, trust: 'pre-keyed' })
  await receivePair(work, from, first)
}

/** My answer came second. Unauthenticated, so it ends only what nobody has confirmed. */
export const receiveUsed = (work: Work, from: MemberId, id: Bytes): void => {
  const pair = work.state.pairs.get(from)
  if (pair?.unconfirmed == null || !equal(pair.unconfirmed, id)) throw new Rejection('prekey/unexpected')
  const pairs = new Map(work.state.pairs)
  pairs.delete(from)
  work.state = { ...work.state, pairs }
  work.effects.push({ kind: 'notice', code: 'prekey-used', member: from, name: null })
}
