/** Where a file stands, in words, and what its reader can do about it. */

import type { FilePartView, FileView } from '../../../host/index.ts'
import type { Formats } from '../../shared/format.ts'
import type { Wording } from '../../wording/index.ts'

export type FileAction = 'accept' | 'decline' | 'pause' | 'resume' | 'cancel'

const isRunning = ({ phase }: FilePartView): boolean =>
  phase === 'sending' || phase === 'receiving' || phase === 'checking'
const isOpen = (part: FilePartView): boolean => part.phase === 'offered' || isRunning(part)

export const actionsOf = ({ mine, parts, prepared }: FileView): readonly FileAction[] => {
  const open = parts.filter(isOpen)
  if (prepared !== null) return ['cancel']
  if (open.length === 0) return []
  if (!mine && open.every(({ phase }) => phase === 'offered')) return ['accept', 'decline']
  const running = open.filter(({ phase }) => phase === 'sending' || phase === 'receiving')
  if (running.length === 0) return ['cancel']
  return [running.every(({ heldBySelf }) => heldBySelf) ? 'resume' : 'pause', 'cancel']
}

export interface Progress {
  readonly bytes: number
  readonly of: number
}

/** Of all who take it together; `null` where nothing is under way. */
export const progressOf = ({ size, parts, prepared }: FileView): Progress | null => {
  if (prepared !== null) return { bytes: prepared, of: size }
  const taking = parts.filter((part) => isRunning(part) || part.phase === 'done')
  if (!parts.some(isRunning)) return null
  return { bytes: taking.reduce((sum, { bytes }) => sum + bytes, 0), of: size * taking.length }
}

const minuteS = 60

const timeOf = (seconds: number, { count }: Formats, { files }: Pick<Wording, 'files'>): string =>
  seconds < 2 * minuteS
    ? files.seconds(count(Math.ceil(seconds)))
    : files.minutes(count(Math.ceil(seconds / minuteS)))

const speedOf = (
  parts: readonly FilePartView[],
  formats: Formats,
  words: Pick<Wording, 'files'>,
): readonly string[] => {
  const rate = parts.reduce((sum, { bytesPerSecond }) => sum + (bytesPerSecond ?? 0), 0)
  const left = Math.max(0, ...parts.map(({ secondsLeft }) => secondsLeft ?? 0))
  return rate === 0 ? [] : [words.files.speed(formats.bytes(rate), timeOf(left, formats, words))]
}

const endingHere = (part: FilePartView, { files }: Pick<Wording, 'files'>): string =>
  part.phase === 'declined' ? files.declinedHere : files.reasons[part.reason ?? 'user']

const endingThere = (part: FilePartView, { files }: Pick<Wording, 'files'>): string =>
  part.phase === 'declined'
    ? files.declined(part.memberName)
    : files.reasonsThere[part.reason ?? 'user'](part.memberName)

/** Short sentences, the most important first. */
export const standingOf = (
  file: FileView,
  formats: Formats,
  words: Pick<Wording, 'files'>,
): readonly string[] => {
  const { files } = words
  const { parts, mine, prepared } = file
  if (prepared !== null) return [files.preparing]
  const list = (some: readonly FilePartView[]): string => some.map(({ memberName }) => memberName).join(', ')
  const running = parts.filter(isRunning)
  const waiting = parts.filter(({ phase }) => phase === 'offered')
  const done = parts.filter(({ phase }) => phase === 'done')
  const ended = parts.filter(({ phase }) => phase === 'declined' || phase === 'cancelled')
  const said: string[] = []
  if (running.length > 0) {
    const held = running.find(({ heldByOther }) => heldByOther)
    const away = running.find(({ path }) => path === null)
    if (running.every(({ heldBySelf }) => heldBySelf)) said.push(files.paused)
    else if (held !== undefined && running.length === 1) said.push(files.pausedBy(held.memberName))
    else if (away !== undefined && running.length === 1) said.push(files.away(away.memberName))
    else if (running.every(({ phase }) => phase === 'checking')) said.push(files.checking)
    else {
      said.push(mine ? files.sending : files.receiving, ...speedOf(running, formats, words))
      if (running.some(({ path }) => path === 'relay')) said.push(files.byRelay)
    }
  }
  if (mine) {
    if (done.length > 0 && running.length === 0 && waiting.length === 0) said.push(files.sent)
    if (done.length > 0) said.push(files.receivedBy(list(done)))
    if (waiting.length > 0) said.push(files.waitingFor(list(waiting)))
    said.push(...ended.map((part) => endingThere(part, words)))
  } else {
    if (waiting.length > 0) said.push(files.offers)
    if (done.length > 0) said.push(files.received)
    said.push(...ended.map((part) => endingHere(part, words)))
  }
  return said
}
