/**
 * The password of the group: who changed it, who knows so, and what happens where two did.
 *
 *   own change ──told to all within reach──> confirmed by all live members: the intention is done
 *        └── a better record of another password, not from its own living author ──> own password above it, three times
 *                                                                              └──> "overruled"
 *
 * The greatest (revision, hash) wins, so that all end with one record, whatever the order in which they hear of them.
 */
import { encode, fromHex, toHex, utf8 } from '../codec/index.ts'
import { equalSecrets, Secret } from '../crypto/index.ts'
import { arePlausible, type MemberId } from '../identity/index.ts'
import { abandonRuns } from './admission/abandon.ts'
import { maxExcludes, type PasswordRecord, passwordRecord } from './controls.ts'
import { isMember, nameOf, otherMembers } from './members.ts'
import { sendControl } from './pairs-sealing.ts'
import { type Intention, maxMade, type PasswordState, type RecordHead, type Told } from './password-state.ts'
import { withinReach } from './reach.ts'
import type { NewPassword, PeerState } from './state.ts'
import { earliest, notice, Rejection, type Transaction, write } from './transaction.ts'

/** How far a record may be ahead: this much, and as much again for each hour that the own one is in force. */
const maxAhead = 64
const aheadPerMs = maxAhead / (60 * 60_000)
/** How often a password of this member's choice is put above another. */
const maxAnswers = 3
/** The relay takes the token before this long. */
const formerTokenMs = 31 * 86_400_000
/** The record goes again to whom it was told after 2, 4, 8 … 60 s. */
const firstRepeatMs = 2_000
const lastRepeatMs = 60_000
const maxRevision = 2 ** 48 - 1
const kemKeyBytes = 1184

const set = (tx: Transaction, change: Partial<PasswordState>): void =>
  write(tx, 'password', { ...tx.state.password, ...change })

/** What a run needs of the password in force. */
const passwordMaterial = ({ password: { verifier, publicKey, door } }: PeerState) => ({
  verifier,
  publicKey,
  door,
})

/** What this member shows to the relay, to be told from strangers: the newest first. */
export const relayTokens = (
  { password }: PeerState,
  now: number,
): readonly PasswordRecord['relayToken'][] => {
  const { record, formerToken } = password
  const former = formerToken !== null && formerToken.until > now ? [formerToken.token] : []
  return record === null ? [] : [record.relayToken, ...former]
}

const evicted = ({ group }: PeerState): readonly MemberId[] =>
  [...group.roster.removals.values()].filter(({ reason }) => reason === 'evicted').map(({ id }) => id)

/** Members that were removed and know the password in force, as far as its record says. */
export const knowingRemoved = (state: PeerState): readonly MemberId[] => {
  const excluded = new Set(state.password.record?.excludes)
  return evicted(state).filter((id) => !excluded.has(id))
}

const hashOf = (tx: Transaction, record: PasswordRecord): string => {
  const bytes = encode(passwordRecord, record, 2_048)
  const hash = tx.ports.crypto.hash(utf8('mlwe-pake v2 password record'), tx.state.groupId, bytes)
  bytes.fill(0)
  return toHex(hash)
}

const isGreater = (revision: number, hash: string, held: RecordHead | null): boolean =>
  held === null || revision > held.revision || (revision === held.revision && hash > held.hash)

/** The record in force, whole. */
const wholeRecord = ({ verifier, publicKey, door, record }: PasswordState): PasswordRecord | null => {
  if (record === null) return null
  const { revision, by, excludes, relayToken } = record
  return { revision, by, excludes, verifier: verifier.expose(), publicKey, door, relayToken }
}

/** Puts a record in force. The verifier before goes, unless an intention still holds it. */
const adopt = (
  tx: Transaction,
  password: NewPassword,
  head: RecordHead,
  intention: Intention | null,
): boolean => {
  const before = tx.state.password
  const isOther = !equalSecrets(before.verifier, password.verifier)
  const held = new Set([isOther ? password.verifier : before.verifier, intention?.password.verifier])
  const gone = new Set([before.verifier, password.verifier, before.intention?.password.verifier])
  for (const secret of gone) if (secret !== undefined && !held.has(secret)) tx.stale.push(secret) // FS
  const formerToken =
    before.record === null ? null : { token: before.record.relayToken, until: tx.now + formerTokenMs }
  set(tx, {
    ...(isOther ? password : { publicKey: password.publicKey, door: password.door }),
    record: head,
    formerToken,
    intention,
    confirmed: new Set(),
    told: new Map(),
  })
  if (isOther) abandonRuns(tx)
  return isOther
}

/** A record of this member's own making. */
const make = (
  tx: Transaction,
  password: NewPassword,
  {
    revision,
    excludes,
    intention,
  }: { revision: number; excludes: readonly MemberId[]; intention: Intention | null },
): void => {
  if (revision > maxRevision) throw new Rejection('password/far-ahead')
  const by = tx.state.self.id
  const relayToken = tx.ports.crypto.random(32)
  const { verifier, publicKey, door } = password
  const whole = { revision, by, excludes, verifier: verifier.expose(), publicKey, door, relayToken }
  const hash = hashOf(tx, whole)
  adopt(tx, password, { revision, by, excludes, relayToken, hash, takenAt: tx.now }, intention)
  set(tx, { made: [...tx.state.password.made, hash].slice(-maxMade) })
}

/** The founder of a room makes its first record, of the password that was typed. */
export const makeFirstRecord = (tx: Transaction): void => {
  const { record } = tx.state.password
  if (record === null) make(tx, passwordMaterial(tx.state), { revision: 1, excludes: [], intention: null })
}

const nextRevision = ({ password }: PeerState): number => (password.record?.revision ?? 0) + 1

/**
 * The user changes the password, or (`null`) an eviction makes a new record of the same one, so that one who was
 * removed has no relay token.
 */
export const changePassword = async (tx: Transaction, password: NewPassword | null): Promise<void> => {
  if (tx.state.phase.kind !== 'joined') throw new Rejection('message/not-joined')
  const { record, intention } = tx.state.password
  const revision = nextRevision(tx.state)
  if (password === null) {
    const excludes = record?.excludes ?? []
    make(tx, passwordMaterial(tx.state), { revision, excludes, intention })
  } else {
    const excludes = evicted(tx.state).slice(-maxExcludes)
    make(tx, password, { revision, excludes, intention: { password, excludes, answers: 0 } })
  }
  await tickPassword(tx)
}

const isFarAhead = ({ password: { record } }: PeerState, revision: number, now: number): boolean => {
  if (record === null) return false
  const hours = Math.max(0, now - record.takenAt) * aheadPerMs
  return revision > record.revision + maxAhead + Math.floor(hours)
}

const checkRecord = (tx: Transaction, { revision, publicKey }: PasswordRecord): void => {
  if (revision === 0 || isFarAhead(tx.state, revision, tx.now)) throw new Rejection('password/far-ahead')
  const kem = publicKey.slice(0, kemKeyBytes)
  if (!arePlausible({ kem, dh: publicKey.slice(kemKeyBytes) })) throw new Rejection('pair/malformed')
}

/** Only this member makes records in its name, and it stores each before it tells anybody. */
const isForged = ({ self, password }: PeerState, { by }: PasswordRecord, hash: string): boolean =>
  by === self.id && !password.made.includes(hash)

/** A record in my name that I did not make: refused, and where it would win with others, the one in force goes above it. */
const outdo = async (tx: Transaction, { revision }: PasswordRecord, hash: string): Promise<void> => {
  const { record, intention } = tx.state.password
  if (record === null || !isGreater(revision, hash, record) || tx.now - record.takenAt < firstRepeatMs)
    throw new Rejection('password/foreign')
  tx.effects.push({ kind: 'reject', code: 'password/foreign' })
  const { excludes } = record
  make(tx, passwordMaterial(tx.state), { revision: revision + 1, excludes, intention })
  await tickPassword(tx)
}

const confirm = (tx: Transaction, from: MemberId): void => {
  const { confirmed } = tx.state.password
  if (!confirmed.has(from)) set(tx, { confirmed: new Set(confirmed).add(from) })
}

/** Sends the record, or its hash. Once in 2 s to a member that answers with another. */
const tell = async (tx: Transaction, to: MemberId, whole: boolean): Promise<void> => {
  const { password } = tx.state
  const record = wholeRecord(password)
  if (record === null || password.record === null) return
  const before = password.told.get(to)
  const told: Told = { at: tx.now, times: (before?.times ?? 0) + 1, whole: whole || (before?.whole ?? false) }
  set(tx, { told: new Map(password.told).set(to, told) })
  const hash = fromHex(password.record.hash)
  await sendControl(tx, to, whole ? { kind: 'password', record } : { kind: 'password-held', hash })
}

const tellBack = async (tx: Transaction, to: MemberId): Promise<void> => {
  const told = tx.state.password.told.get(to)
  if (told?.whole && tx.now - told.at < firstRepeatMs) return
  await tell(tx, to, true)
}

/** Whether the own intention stands against a better record of another password. */
const isContested = (
  { password: { intention } }: PeerState,
  from: MemberId,
  record: PasswordRecord,
): boolean =>
  intention !== null && from !== record.by && !equalSecrets(intention.password.verifier, record.verifier)

/** A better record. */
const takeRecord = async (
  tx: Transaction,
  from: MemberId,
  record: PasswordRecord,
  hash: string,
): Promise<void> => {
  const { intention } = tx.state.password
  if (intention !== null && isContested(tx.state, from, record) && intention.answers < maxAnswers) {
    const { password, excludes, answers } = intention
    make(tx, password, {
      revision: record.revision + 1,
      excludes,
      intention: { ...intention, answers: answers + 1 },
    })
    return tickPassword(tx)
  }
  const { revision, by, excludes, verifier, publicKey, door, relayToken } = record
  const isOwn = intention !== null && equalSecrets(intention.password.verifier, verifier)
  const isOverruled = isContested(tx.state, from, record)
  const head = { revision, by, excludes, relayToken, hash, takenAt: tx.now }
  const isFirst = tx.state.password.record === null
  const isOther = adopt(
    tx,
    { verifier: new Secret(verifier.slice()), publicKey, door },
    head,
    isOwn ? intention : null,
  )
  if (isOther && !isFirst) notice(tx, 'password-changed', { member: by, name: nameOf(tx.state, by) })
  if (isOverruled) notice(tx, 'password-overruled', { member: by, name: nameOf(tx.state, by) })
  confirm(tx, from)
  await tell(tx, from, false)
}

/** Another member tells the record that it holds. */
export const hearPassword = async (
  tx: Transaction,
  from: MemberId,
  record: PasswordRecord,
): Promise<void> => {
  const hash = hashOf(tx, record)
  const held = tx.state.password.record
  if (held?.hash === hash) {
    confirm(tx, from)
    // A member that tells it whole has not heard that it is held here.
    await tell(tx, from, false)
    return settleIntention(tx)
  }
  checkRecord(tx, record)
  if (isForged(tx.state, record, hash)) return outdo(tx, record, hash)
  if (!isGreater(record.revision, hash, held)) return tellBack(tx, from)
  await takeRecord(tx, from, record, hash)
}

/** Another member says which record it holds. */
export const hearPasswordHeld = async (tx: Transaction, from: MemberId, hash: Uint8Array): Promise<void> => {
  const { record } = tx.state.password
  if (record === null) return
  if (record.hash !== toHex(hash)) return tellBack(tx, from)
  confirm(tx, from)
  settleIntention(tx)
}

/** Done once all live members confirmed it. */
const settleIntention = (tx: Transaction): void => {
  const { intention, confirmed, verifier } = tx.state.password
  if (intention === null || !otherMembers(tx.state).every(({ id }) => confirmed.has(id))) return
  const own = intention.password.verifier
  if (!equalSecrets(own, verifier)) return
  // A restored state holds it twice.
  if (own !== verifier) tx.stale.push(own) // FS
  set(tx, { intention: null })
}

const repeatAfter = (times: number): number =>
  Math.min(firstRepeatMs * 2 ** Math.max(0, times - 1), lastRepeatMs)

/** Whom it is to be told, and when next. */
const untold = (state: PeerState, now: number): readonly { readonly id: MemberId; readonly at: number }[] => {
  const { confirmed, told, record } = state.password
  if (state.phase.kind !== 'joined' || record === null) return []
  const open = [...withinReach(state, now)].filter((id) => id !== state.self.id && !confirmed.has(id))
  return open.map((id) => {
    const before = told.get(id)
    return { id, at: before === undefined ? now : before.at + repeatAfter(before.times) }
  })
}

/** The record's author, and the member that let this one in, tell it whole; the others ask with its hash. */
const tellsWhole = ({ password, group, self }: PeerState, id: MemberId): boolean =>
  password.told.has(id) || password.record?.by === self.id || group.roster.entries.get(id)?.by === self.id

export const tickPassword = async (tx: Transaction): Promise<void> => {
  for (const { id, at } of untold(tx.state, tx.now))
    if (at <= tx.now && isMember(tx.state, id)) await tell(tx, id, tellsWhole(tx.state, id))
  settleIntention(tx)
}

export const wakeAtPassword = (state: PeerState, now: number): number | null =>
  earliest(...untold(state, now).map(({ at }) => at))
