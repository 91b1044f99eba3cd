import { encode, pad, padmeLength } from '../codec/index.ts'
import {
  currentEpoch,
  type GroupEvent,
  groupStep,
  isGone,
  type MemberId,
  sealMessage,
  tagFor,
} from '../group/index.ts'
import { measure, measureWhole, within } from '../metrics/index.ts'
import { type Padding, retired, type Sealed, safetyNumber, seal, secretsOf } from '../ratchet/index.ts'
import { labelControl } from './label.ts'
import { audienceOf, type Outgoing, type Pair, Rejection, reachable, type Work } from './state.ts'
import { type Control, control, digestBytes, frame, textMessage } from './wire.ts'

/** Messages kept after their delivery, for whoever asks. */
const maxRecent = 64
const resendMs = 2_000
/** What was said so lately is kept for one that expired. */
const returnMs = 10 * 60_000
const formerMs = 10 * 60_000

export const setPair = (work: Work, member: MemberId, pair: Pair): void => {
  work.state = { ...work.state, pairs: new Map(work.state.pairs).set(member, pair) }
}

interface Letter {
  readonly to: MemberId
  readonly message: Control
}

/** Seals each for its member, all at once; two for one member in their order. */
const sealAll = async (work: Work, letters: readonly Letter[]): Promise<readonly (Sealed | null)[]> => {
  const { crypto, recorder } = work.ports
  // Side by side, what a session records cannot be told from what its neighbour does.
  const record = letters.length === 1 ? measureWhole : measure
  const latest = new Map<MemberId, Promise<Sealed>>()
  return Promise.all(
    letters.map(({ to, message }) => {
      const pair = work.state.pairs.get(to)
      if (pair === undefined) return null
      const sealIn = ({ session }: Pick<Sealed, 'session'>): Promise<Sealed> =>
        record(
          recorder,
          { operation: 'pair_seal', algorithm: 'hybrid double ratchet', bytesIn: 0 },
          () => seal(crypto, session, encode(control, message), paddingOf(message)),
          ({ bytes }) => bytes.length,
        )
      const sealed = latest.get(to)?.then(sealIn) ?? sealIn(pair)
      latest.set(to, sealed)
      return sealed
    }),
  )
}

const paddingOf = ({ kind }: Control): Padding => (kind === 'again' ? 'message' : 'control')

/** Seals and sends; without a pair session there is nothing to seal with, and gossip makes up for it. */
const sendControls = async (work: Work, letters: readonly Letter[]): Promise<void> => {
  const all = await sealAll(work, letters)
  for (const [i, { to, message }] of letters.entries()) {
    const sealed = all[i]
    const pair = work.state.pairs.get(to)
    if (!sealed || pair === undefined) continue
    work.stale.push(...sealed.stale)
    setPair(work, to, { ...pair, session: sealed.session })
    const bytes = encode(frame, { kind: 'pair', body: sealed.bytes })
    work.effects.push({ kind: 'send', to, via: 'best', bytes, label: labelControl(message) })
  }
}

export const sendControl = (work: Work, to: MemberId, message: Control): Promise<void> =>
  sendControls(work, [{ to, message }])

/** Hands an event to the group and carries out what it answers. */
export const inGroup = async (work: Work, event: GroupEvent): Promise<void> => {
  const { crypto, recorder } = work.ports
  const start = recorder.now()
  const span = recorder.spans?.open(false) ?? null
  const { online } = work.state
  const surroundings = { now: work.now, reachable: reachable(work.state), online }
  const before = work.state.group.epochs.at(-1)?.id
  const { state, effects, stale } = await within(recorder, span, () =>
    groupStep(crypto, work.state.group, event, surroundings),
  )
  const rejection = effects.find((effect) => effect.kind === 'reject')
  const newest = state.epochs.at(-1)
  const operation =
    rejection !== undefined || newest === undefined || newest.id === before
      ? 'group_step'
      : newest.author === state.self
        ? 'epoch_author'
        : 'epoch_open'
  // Most ticks of a group are idle.
  if (operation === 'group_step' && event.kind === 'tick') {
    if (span !== null) recorder.spans?.drop(span)
  } else {
    const entry = { operation, algorithm: 'flat epoch', start, duration: recorder.now() - start }
    recorder.record({ ...entry, bytesIn: 0, bytesOut: 0, error: rejection?.code ?? null }, span ?? undefined)
  }
  if (rejection !== undefined) throw new Rejection(rejection.code)
  work.state = { ...work.state, group: state, joined: work.state.joined || currentEpoch(state) !== null }
  work.stale.push(...stale)
  let letters: Letter[] = []
  for (const effect of effects) {
    if (effect.kind === 'control') {
      letters.push({ to: effect.to, message: { kind: 'group', message: effect.message } })
      continue
    }
    await sendControls(work, letters)
    letters = []
    if (effect.kind === 'notice') {
      work.effects.push(effect)
      if (isGone(work.state.group.roster, effect.member)) part(work, effect.member)
    } else if (effect.kind === 'removed') work.state = { ...work.state, ended: 'removed' }
  }
  await sendControls(work, letters)
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
  const [refused, renew] = [new Map(work.state.refused), new Set(work.state.renew)]
  for (const known of [refused, renew]) known.delete(member)
  work.state = { ...work.state, refused, renew }
}

/** Whoever is gone for good has no session here any more. */
const part = (work: Work, member: MemberId): void => {
  const pair = work.state.pairs.get(member)
  if (pair === undefined) return
  const pairs = new Map(work.state.pairs)
  pairs.delete(member)
  work.state = { ...work.state, pairs }
  work.stale.push(...secretsOf(pair.session), ...(pair.former ? secretsOf(pair.former.session) : [])) // FS
  work.effects.push({ kind: 'disconnect', member })
}

/** A pair session is ready: exchange rosters, and try to reach each other directly. */
export const meet = async (work: Work, member: MemberId): Promise<void> => {
  work.effects.push({ kind: 'connect', member, initiator: work.state.self > member })
  await inGroup(work, { kind: 'meet', member })
}

export const remember = (work: Work, sent: readonly Outgoing[]): void => {
  if (sent.length > 0)
    work.state = { ...work.state, recent: [...work.state.recent, ...sent].slice(-maxRecent) }
}

export const without = (members: ReadonlySet<MemberId>, member: MemberId): ReadonlySet<MemberId> =>
  new Set([...members].filter((id) => id !== member))

/** Seals what waited for an epoch: once under the sender's chain, then a tag for each recipient. */
export const flush = async (work: Work): Promise<void> => {
  const { crypto, recorder } = work.ports
  for (const entry of work.state.outbox) {
    if (entry.waiting !== null) continue
    const plain = encode(textMessage, entry.message)
    const padded = pad(plain, padmeLength(plain.length + 4))
    const { group, self } = work.state
    const sealed = await measureWhole(
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
      digest: crypto.hash(sealed.bytes).slice(0, digestBytes),
      recipients: new Set(recipients),
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
        await sendControl(work, to, { kind: 'again', message: entry.message, digest: null })
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
  const over: Outgoing[] = []
  for (const entry of work.state.outbox) {
    if (entry.waiting === null) {
      next.push(entry)
      continue
    }
    // One whose pre-key somebody else had used first is in no roster yet, and still to be met; one that was out of
    // reach for too long may come back.
    const { roster } = work.state.group
    const isHoped = (id: MemberId): boolean =>
      !isGone(roster, id) && (!roster.removes.has(id) || work.now - entry.message.at < returnMs)
    const waiting = new Set([...entry.waiting].filter((id) => members.has(id) || isHoped(id)))
    if (waiting.size === 0) {
      over.push(entry)
      continue
    }
    const due = work.now >= entry.resendAt
    next.push({ ...entry, waiting, resendAt: due ? work.now + resendMs : entry.resendAt })
    if (!due) continue
    for (const to of waiting)
      if (near.has(to))
        await sendControl(work, to, { kind: 'again', message: entry.message, digest: entry.digest })
  }
  work.state = { ...work.state, outbox: next }
  remember(work, over)
}
