import { type Bytes, equal, toHex } from '../codec/index.ts'
import { type MemberId, membersOf } from '../group/index.ts'
import { sendControl } from './pairing.ts'
import type { Gap, PeerState, Work } from './state.ts'
import { digestBytes } from './wire.ts'

const maxGaps = 64
/** Asked for at once, then this often, this many times: one frame can be lost, a silence means it is gone. */
const askAgainMs = 3_000
const maxAsked = 5
const digestOf = (work: Work, body: Bytes): Bytes => work.ports.crypto.hash(body).slice(0, digestBytes)

const reasons: Partial<Record<string, Gap['reason']>> = {
  'group/unknown-epoch': 'epoch',
  'group/jump': 'jump',
  'group/unreadable': 'unreadable',
}

const setGaps = (work: Work, gaps: PeerState['gaps']): void => {
  work.state = { ...work.state, gaps }
}

/** Keeps a place for a message that its sender's tag proves and that cannot be read; asks the sender for it. */
export const noteGap = async (
  work: Work,
  from: MemberId,
  { body, code }: { body: Bytes; code: string },
): Promise<boolean> => {
  const reason = reasons[code]
  const sender = membersOf(work.state.group).find(({ id }) => id === from)
  const digest = digestOf(work, body)
  const id = toHex(digest)
  if (reason === undefined || sender === undefined || work.state.gaps.has(id)) return false
  const gap = {
    from,
    name: sender.name,
    reason,
    at: work.now,
    digest,
    asked: 1,
    askAt: work.now + askAgainMs,
  }
  setGaps(work, new Map([...work.state.gaps, [id, gap] as const].slice(-maxGaps)))
  await sendControl(work, from, { kind: 'missing', digest })
  return true
}

/** The sender of an unreadable message is asked to say it again, inside the pair session. */
export const answerMissing = async (work: Work, from: MemberId, digest: Bytes): Promise<void> => {
  const entry = [...work.state.outbox, ...work.state.recent].find(
    (sent) => sent.digest !== null && equal(sent.digest, digest) && sent.recipients.has(from),
  )
  if (entry === undefined) return sendControl(work, from, { kind: 'lost', digest })
  await sendControl(work, from, { kind: 'again', message: entry.message, digest })
}

/** What was missing came, or never will. */
export const closeGap = (work: Work, from: MemberId, digest: Bytes, outcome: 'filled' | 'lost'): void => {
  const id = toHex(digest)
  const gap = work.state.gaps.get(id)
  if (gap?.from !== from) return
  const gaps = new Map(work.state.gaps)
  if (outcome === 'filled') gaps.delete(id)
  else gaps.set(id, { ...gap, reason: 'lost', askAt: null })
  setGaps(work, gaps)
}

export const tickGaps = async (work: Work): Promise<void> => {
  for (const [id, gap] of work.state.gaps) {
    if (gap.askAt === null || work.now < gap.askAt) continue
    const over = gap.asked >= maxAsked
    const next = { ...gap, asked: gap.asked + 1, askAt: over ? null : work.now + askAgainMs }
    setGaps(work, new Map(work.state.gaps).set(id, next))
    if (!over) await sendControl(work, gap.from, { kind: 'missing', digest: gap.digest })
  }
}
