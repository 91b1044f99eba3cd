/** Text from outside: an invitation in the address of the page, a capture from a file, a message of another tab. */

import { type Bytes, concat, utf8 } from '../../src/codec/index.ts'
import { type Invitation, invitationLink, readInvitation } from '../../src/ui/app/invitation.ts'
import { readCapture } from '../../src/ui/metrics/capture/capture.ts'
import { exportText } from '../../src/ui/metrics/capture/export-text.ts'
import { parseMessage } from '../../src/ui/metrics/neighbours/message.ts'
import { RecordLog } from '../../src/ui/records/record-log.ts'
import { testRecord } from '../../src/ui/records/testing/record.ts'
import { CaptureProblem } from '../../src/ui/shared/json.ts'
import { wordsOf } from '../fields.ts'
import { demand, type Target } from '../target.ts'

const page = { origin: 'https://example.org', pathname: '/', search: '' }
const clock = { origin: 1_000, now: 90_000 }
const hash = '0123456789abcdef'.repeat(4)
const invitations: readonly Invitation[] = [
  { group: 'a group', password: 'pass&word=#é', inviter: { address: hash, entryHash: hash } },
  { group: 'x', password: null, inviter: null },
]

const log = (): RecordLog => {
  const filled = new RecordLog()
  for (let i = 0; i < 4; i++)
    filled.append([
      testRecord(i * 200, { operation: 'pake_run', error: i === 1 ? 'pake/failed' : null, trace: i + 1 }),
    ])
  return filled
}

const readLink = (text: string): string => {
  const read = readInvitation(text)
  if (read === null) return 'link: none'
  const link = invitationLink(page, read)
  const again = readInvitation(link.slice(link.indexOf('#')))
  demand(
    link.length > 8_192 || JSON.stringify(again) === JSON.stringify(read),
    'an invitation that was read makes a link that says the same',
  )
  return `link: ${read.inviter === null ? '' : 'inviter '}${read.password === null ? '' : 'password'}`
}

const orProblem = (read: () => string): string => {
  try {
    return read()
  } catch (error) {
    if (error instanceof CaptureProblem)
      return `${error.code} at ${error.path.replaceAll(/\d+/g, 'N').slice(0, 40)}`
    throw error
  }
}

/** Reads, and shows all that a page would show. */
const readFile = (text: string): string =>
  orProblem(() => {
    const { log: read } = readCapture(text, clock.origin)
    read.operations.snapshot()
    read.errors({ from: 0, to: 1e6 })
    read.points('', { from: 0, to: 1e6 })
    for (const { trace } of read.slowest()) read.trace(trace)
    const again = exportText(read, 'capture', clock).text
    demand(
      exportText(readCapture(again, clock.origin).log, 'capture', clock).text === again,
      'a capture that was read comes back',
    )
    return 'capture: read'
  })

const readMessage = (text: string): string => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'message: not JSON'
  }
  return orProblem(() => `message: ${parseMessage(value).kind}`)
}

const readers = [readLink, readFile, readMessage] as const
const decoder = new TextDecoder()
const tagged = (which: number, text: string): Bytes => concat(Uint8Array.of(which), utf8(text))

export const createTarget = async (): Promise<Target> => {
  const capture = exportText(log(), 'capture', clock).text
  const told = {
    kind: 'tell',
    from: hash.slice(0, 16),
    name: 'Ann',
    since: null,
    log: JSON.parse(capture).log,
  }
  const links = invitations.map((one) => invitationLink(page, one).replace(/^[^#]*/, ''))
  return {
    fields: wordsOf(1),
    seeds: [
      ...links.map((link) => tagged(0, link)),
      tagged(1, capture),
      tagged(2, JSON.stringify({ kind: 'ask', from: hash.slice(0, 16), whole: true })),
      tagged(2, JSON.stringify(told)),
    ],
    longest: 1,
    run: async (input) =>
      input.map((bytes) => readers[(bytes[0] ?? 0) % readers.length]!(decoder.decode(bytes.slice(1)))),
  }
}
