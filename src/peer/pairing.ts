import { type Bytes, DecodeError, decode, encode, pad, padmeLength, toHex, unpad } from '../codec/index.ts'
import { equalSecrets } from '../crypto/index.ts'
import {
  currentEpoch,
  type GroupControl,
  type GroupEvent,
  groupStep,
  type MemberId,
  membersOf,
  openMessage,
  sealMessage,
  tagFor,
} from '../group/index.ts'
import { measure } from '../metrics/index.ts'
import { open, retired, type Session, safetyNumber, seal } from '../ratchet/index.ts'
import { audienceOf, maxSeen, type Outgoing, type Pair, Rejection, reachable, type Work } from './state.ts'
import { type Control, control, type Frame, frame, type Text, textMessage } from './wire.ts'

const resendMs = 2_000
const formerMs = 10 * 60_000

export const setPair = (work: Work, member: MemberId, pair: Pair): void => {
  work.state = { ...work.state, pairs: new Map(work.state.pairs).set(member, pair) }
}

/** Seals `message` for `to`; without a pair session there is nothing to seal with, and gossip makes up for it. */
export const sendControl = async (work: Work, to: MemberId, message: Control): Promise<void> => {
  const pair = work.state.pairs.get(to)
  if (pair === undefined) return
  const { crypto, recorder } = work.ports
  const plain = encode(control, message)
  const sealed = await measure(
    recorder,
    { operation: 'pair_seal', algorithm: 'hybrid double ratchet', bytesIn: 0 },
    () => seal(crypto, pair.session, plain, message.kind === 'again' ? 'message' : 'control'),
    ({ bytes }) => bytes.length,
  )
  work.stale.push(...sealed.stale)
  setPair(work, to, { ...pair, session: sealed.session })
  work.effects.push({
    kind: 'send',
    to,
    via: 'best',
    bytes: encode(frame, { kind: 'pair', body: sealed.bytes }),
  })
}

/** Hands an event to the group and carries out what it answers. */
export const inGroup = async (work: Work, event: GroupEvent): Promise<void> => {
  const { crypto, recorder } = work.ports
  const start = recorder.now()
  const { online } = work.state
  const surroundings = { now: work.now, reachable: reachable(work.state), online }
  const before = work.state.group.epochs
  const { state, effects, stale } = await groupStep(crypto, work.state.group, event, surroundings)
  const rejection = effects.find((effect) => effect.kind === 'reject')
  if (rejection !== undefined) throw new Rejection(rejection.code)
  if (state.epochs.length > 0 && state.epochs.at(-1)?.id !== before.at(-1)?.id) {
    const operation = state.epochs.at(-1)?.author === state.self ? 'epoch_author' : 'epoch_open'
    const duration = recorder.now() - start
    recorder.record({
      operation,
      algorithm: 'flat epoch',
      start,
      duration,
      bytesIn: 0,
      bytesOut: 0,
      error: null,
    })
  }
  work.state = { ...work.state, group: state, joined: work.state.joined || currentEpoch(state) !== null }
  work.stale.push(...stale)
  for (const effect of effects) {
    if (effect.kind === 'control')
      await sendControl(work, effect.to, { kind: 'group', message: effect.message })
    else if (effect.kind === 'notice') work.effects.push(effect)
    else if (effect.kind === 'removed') work.state = { ...work.state, ended: 'removed' }
  }
  await flush(work)
}

/** Takes a new session with `member` into use. The one before still opens what is on its way. */
export const beginSession = async (
  work: Work,
  member: MemberId,
  {
    session,
    trust,
    unconfirmed = null,
  }: Pick<Pair, 'session' | 'trust'> & Partial<Pick<Pair, 'unconfirmed'>>,
): Promise<void> => {
  const before = work.state.pairs.get(member)
  const safety = await safetyNumber(work.ports.crypto, session)
  const former = before === undefined ? null : { session: before.session, until: work.now + formerMs }
  if (before?.former) work.stale.push(...retired(before.former.session, session)) // FS
  setPair(work, member, { session, former, trust, safety, unconfirmed, seen: before?.seen ?? [] })
  const [refused, renew] = [new Set(work.state.refused), new Set(work.state.renew)]
  for (const set of [refused, renew]) set.delete(member)
  work.state = { ...work.state, refused, renew }
}

/** A pair session is ready: exchange rosters, and try to reach each other directly. */
export const meet = async (work: Work, member: MemberId): Promise<void> => {
  work.effects.push({ kind: 'connect', member, initiator: work.state.self > member })
  await inGroup(work, { kind: 'meet', member })
}

/** Opens a sealed frame. Nothing changes unless all of it verifies. */
export const receivePair = async (work: Work, from: MemberId, body: Bytes): Promise<void> => {
  const pair = work.state.pairs.get(from)
  if (pair === undefined) throw new Rejection('pair/none')
  const { crypto, recorder } = work.ports
  const openWith = (session: Session) =>
    measure(
      recorder,
      { operation: 'pair_open', algorithm: 'hybrid double ratchet', bytesIn: body.length },
      () => open(crypto, session, body, work.now),
      () => 0,
    )
  const { former } = pair
  const current = await openWith(pair.session)
  const late = current.kind === 'rejected' && former !== null ? await openWith(former.session) : null
  const opened = late?.kind === 'opened' ? late : current
  if (opened.kind === 'rejected') throw new Rejection(opened.code)
  work.stale.push(...opened.stale)
  const before = opened === late && former !== null ? { ...former, session: opened.session } : former
  const session = opened === late ? pair.session : opened.session
  setPair(work, from, { ...pair, session, former: before, unconfirmed: null })
  let message: Control
  try {
    message = decode(control, opened.plaintext)
  } catch (error) {
    if (error instanceof DecodeError) throw new Rejection('pair/malformed')
    throw error
  }
  await obey(work, from, message)
}

const obey = async (work: Work, from: MemberId, message: Control): Promise<void> => {
  switch (message.kind) {
    case 'group':
      return obeyGroup(work, from, message.message)
    case 'signal':
      work.effects.push({ kind: 'signal', member: from, data: message.data })
      return
    case 'receipt':
      return confirm(work, from, new Set(message.ids.map(toHex)))
    case 'again':
      return take(work, from, message.message)
  }
}

/** The frame itself opened, so its place in the ratchet is used up even where the group refuses what it says. */
const obeyGroup = async (work: Work, from: MemberId, message: GroupControl): Promise<void> => {
  try {
    await inGroup(work, { kind: 'control', from, message })
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    work.effects.push({ kind: 'reject', code: error.code })
  }
}

/** Opens a message of the group. */
export const receiveGroupMessage = async (
  work: Work,
  from: MemberId,
  { body, tag }: Extract<Frame, { kind: 'group' }>,
): Promise<void> => {
  const pair = work.state.pairs.get(from)
  if (pair === undefined) throw new Rejection('pair/none')
  const { crypto, recorder } = work.ports
  const sessions = [pair.session, ...(pair.former === null ? [] : [pair.former.session])]
  const ids = { sender: from, recipient: work.state.self }
  const expected = await Promise.all(sessions.map(({ auth }) => tagFor(crypto, auth, ids, body)))
  if (!expected.some((one) => equalSecrets(one, tag))) throw new Rejection('pair/bad-tag')
  const opened = await measure(
    recorder,
    { operation: 'group_open', algorithm: 'sender chain', bytesIn: body.length },
    () => openMessage(crypto, work.state.group, from, body),
    () => 0,
  )
  if (opened.kind === 'rejected') throw new Rejection(opened.code)
  work.stale.push(...opened.stale)
  work.state = { ...work.state, group: opened.state }
  try {
    await take(work, from, decode(textMessage, unpad(opened.body)))
  } catch (error) {
    if (error instanceof DecodeError) throw new Rejection('group/malformed')
    throw error
  }
}

/** Shows a message once, and confirms it every time. */
const take = async (work: Work, from: MemberId, message: Text): Promise<void> => {
  const id = toHex(message.id)
  const pair = work.state.pairs.get(from)!
  const author = membersOf(work.state.group).find((member) => member.id === from)
  if (author === undefined) throw new Rejection('group/wrong-sender')
  if (!pair.seen.includes(id)) {
    setPair(work, from, { ...pair, seen: [...pair.seen, id].slice(-maxSeen) })
    work.effects.push({ kind: 'message', from, name: author.name, message })
  }
  await sendControl(work, from, { kind: 'receipt', ids: [message.id] })
}

const confirm = (work: Work, from: MemberId, ids: ReadonlySet<string>): void => {
  const outbox = work.state.outbox.map((entry): Outgoing => {
    if (!entry.waiting?.has(from) || !ids.has(toHex(entry.message.id))) return entry
    return { ...entry, waiting: without(entry.waiting, from), confirmed: entry.confirmed + 1 }
  })
  work.state = { ...work.state, outbox: outbox.filter(({ waiting }) => waiting?.size !== 0) }
}

const without = (members: ReadonlySet<MemberId>, member: MemberId): ReadonlySet<MemberId> =>
  new Set([...members].filter((id) => id !== member))

/** Seals what waited for an epoch: once under the sender's chain, then a tag for each recipient. */
export const flush = async (work: Work): Promise<void> => {
  const { crypto, recorder } = work.ports
  for (const entry of work.state.outbox) {
    if (entry.waiting !== null) continue
    const plain = encode(textMessage, entry.message)
    const padded = pad(plain, padmeLength(plain.length + 4))
    const { group, self } = work.state
    const sealed = await measure(
      recorder,
      { operation: 'group_seal', algorithm: 'sender chain', bytesIn: 0 },
      () => sealMessage(crypto, group, padded),
      (made) => made?.bytes.length ?? 0,
    )
    if (sealed === null) return
    const members = new Set(sealed.epoch.members)
    const recipients = [...audienceOf(work.state)]
    const sent: Outgoing = {
      ...entry,
      waiting: new Set(recipients),
      of: recipients.length,
      resendAt: work.now + resendMs,
    }
    const outbox = work.state.outbox.flatMap((other) =>
      other !== entry ? [other] : recipients.length > 0 ? [sent] : [],
    )
    work.state = { ...work.state, group: sealed.state, outbox }
    work.stale.push(...sealed.stale)
    for (const to of recipients) {
      const pair = work.state.pairs.get(to)
      if (pair === undefined) continue
      if (!members.has(to)) {
        await sendControl(work, to, { kind: 'again', message: entry.message })
        continue
      }
      const tag = await tagFor(crypto, pair.session.auth, { sender: self, recipient: to }, sealed.bytes)
      const bytes = encode(frame, { kind: 'group', body: sealed.bytes, tag })
      work.effects.push({ kind: 'send', to, via: 'best', bytes })
    }
  }
}

/** Sends again, through the pair sessions, what nobody confirmed in time; forgets who is no member any more. */
export const tickOutbox = async (work: Work): Promise<void> => {
  const members = audienceOf(work.state)
  const near = reachable(work.state)
  const next: Outgoing[] = []
  for (const entry of work.state.outbox) {
    if (entry.waiting === null) {
      next.push(entry)
      continue
    }
    const waiting = new Set([...entry.waiting].filter((id) => members.has(id)))
    if (waiting.size === 0) continue
    const due = work.now >= entry.resendAt
    next.push({ ...entry, waiting, resendAt: due ? work.now + resendMs : entry.resendAt })
    if (!due) continue
    for (const to of waiting)
      if (near.has(to)) await sendControl(work, to, { kind: 'again', message: entry.message })
  }
  work.state = { ...work.state, outbox: next }
}
