import { type Bytes, DecodeError, decode, toHex, unpad } from '../codec/index.ts'
import { equalSecrets } from '../crypto/index.ts'
import { type GroupControl, type MemberId, membersOf, openMessage, tagFor } from '../group/index.ts'
import { measureWhole } from '../metrics/index.ts'
import { open, type Session } from '../ratchet/index.ts'
import { noteGuess } from './attempts.ts'
import { answerMissing, closeGap, noteGap } from './gaps.ts'
import { labelControl } from './label.ts'
import { inGroup, remember, sendControl, setPair, without } from './pairing.ts'
import { hearPassword, notePasswordHeld } from './password.ts'
import { maxSeen, type Outgoing, Rejection, type Work } from './state.ts'
import { type Control, control, type Frame, type Text, textMessage } from './wire.ts'

/** Members tell where they stand every few seconds: one that was not understood for so long is proved to anew. */
export const patience = 60_000

/** Opens a sealed frame. Nothing changes unless all of it verifies. */
export const receivePair = async (work: Work, from: MemberId, body: Bytes): Promise<void> => {
  const pair = work.state.pairs.get(from)
  if (pair === undefined) throw new Rejection('pair/none')
  const { crypto, recorder } = work.ports
  const openWith = (session: Session) =>
    measureWhole(
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
  if (opened === current) {
    work.state = { ...work.state, heard: new Map(work.state.heard).set(from, { at: work.now, patience }) }
  }
  let message: Control
  try {
    message = decode(control, opened.plaintext)
  } catch (error) {
    if (error instanceof DecodeError) throw new Rejection('pair/malformed')
    throw error
  }
  work.effects.push({ kind: 'opened', label: labelControl(message) })
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
      await take(work, from, message.message)
      if (message.digest !== null) closeGap(work, from, message.digest, 'filled')
      return
    case 'password':
      return hearPassword(work, from, message)
    case 'password-held':
      return notePasswordHeld(work, from, message)
    case 'missing':
      return answerMissing(work, from, message.digest)
    case 'lost':
      return closeGap(work, from, message.digest, 'lost')
    case 'guess':
      return noteGuess(work, message.member, from)
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
  const opened = await measureWhole(
    recorder,
    { operation: 'group_open', algorithm: 'sender chain', bytesIn: body.length },
    () => openMessage(crypto, work.state.group, from, body),
    () => 0,
  )
  if (opened.kind === 'rejected') {
    if (await noteGap(work, from, { body, code: opened.code })) return
    throw new Rejection(opened.code)
  }
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
  remember(
    work,
    outbox.filter(({ waiting }) => waiting?.size === 0),
  )
}
