import { expect, test } from 'vitest'
import { encodeChannelFrame } from './channel-frame.ts'
import { stepLink } from './link.ts'
import type { LinkSignal } from './link-signal.ts'
import { type LinkEffect, type LinkEvent, type LinkState, unlinked } from './link-state.ts'

type Untimed<T> = T extends unknown ? Omit<T, 'now'> : never

/** One end at work, in the test's own time. */
const endOf = (life: number) => {
  let state: LinkState = unlinked(life)
  let due: number | null = null
  const end = {
    state: () => state,
    due: () => due,
    take: (now: number, event: Untimed<LinkEvent>): readonly LinkEffect[] => {
      const step = stepLink(state, { ...event, now } as LinkEvent)
      state = step.state
      due = step.wakeAt
      return step.effects
    },
    /** Wakes it whenever it wants, up to a time. */
    wakeUntil: (until: number): readonly (LinkEffect & { readonly at: number })[] => {
      const made: (LinkEffect & { readonly at: number })[] = []
      while (due !== null && due <= until) {
        const at = due
        for (const effect of end.take(at, { kind: 'wake' })) made.push({ ...effect, at })
      }
      return made
    },
  }
  return end
}

const empty = new Uint8Array(0)
const frame = new Uint8Array([1])
const arrived = (connection: number, number: number, acknowledged: number, body = empty) =>
  ({
    kind: 'arrived',
    connection,
    bytes: encodeChannelFrame({ number, acknowledged, frame: body }),
  }) as const
const offer = (life: number, number: number, round = 0): LinkSignal => ({
  kind: 'offer',
  attempt: { life, number },
  round,
  sdp: 'sdp',
  candidates: [],
})
const kinds = (effects: readonly LinkEffect[]): readonly string[] => effects.map(({ kind }) => kind)

/** An initiator whose first connection is direct at 100 ms. */
const directEnd = () => {
  const end = endOf(7)
  end.take(0, { kind: 'connect', initiator: true })
  end.take(50, { kind: 'opened', connection: 1 })
  end.take(100, arrived(1, 0, 1))
  return end
}

test('an open channel counts as direct only when the other end acknowledged something on it', () => {
  const end = endOf(7)
  expect(kinds(end.take(0, { kind: 'connect', initiator: true }))).toEqual(['open'])
  expect(kinds(end.take(50, { kind: 'opened', connection: 1 }))).toEqual(['transmit'])
  expect(end.state().phase).toBe('negotiating')
  expect(end.take(100, arrived(1, 0, 1))).toEqual([{ kind: 'link', direct: true }])
})

test('candidates found within 60 ms travel with their description, later ones in bundles of 16', () => {
  const end = endOf(7)
  end.take(0, { kind: 'connect', initiator: true })
  end.take(1, { kind: 'described', connection: 1, type: 'offer', sdp: 'mine' })
  const candidate = { candidate: 'host', mid: '0', line: 0 }
  end.take(30, { kind: 'candidate', connection: 1, candidate })
  expect(end.wakeUntil(61)).toMatchObject([
    { kind: 'signal', at: 61, signal: { kind: 'offer', sdp: 'mine', candidates: [candidate] } },
  ])
  for (let i = 0; i < 20; i++) end.take(100, { kind: 'candidate', connection: 1, candidate })
  const later = end.wakeUntil(200).flatMap((effect) => (effect.kind === 'signal' ? [effect.signal] : []))
  expect(later.map((signal) => (signal.kind === 'candidates' ? signal.candidates.length : 0))).toEqual([
    16, 4,
  ])
})

test('an offer without an answer is sent again after 3, 6, 9 and 12 s; after 15 s the attempt ends', () => {
  const end = endOf(7)
  end.take(0, { kind: 'connect', initiator: true })
  end.take(0, { kind: 'described', connection: 1, type: 'offer', sdp: 'mine' })
  const made = end.wakeUntil(15_000)
  expect(made.filter(({ kind }) => kind === 'signal').map(({ at }) => at)).toEqual([
    60, 3060, 6060, 9060, 12_060,
  ])
  expect(made.filter(({ kind }) => kind === 'close')).toHaveLength(1)
  expect(end.state().phase).toBe('relay')
})

test('failures in a row are 1 s to 60 s apart', () => {
  const end = endOf(512)
  end.take(0, { kind: 'connect', initiator: true })
  const waits: number[] = []
  for (let i = 1; i <= 9; i++) {
    const now = 100_000 * i
    end.take(now, { kind: 'closed', connection: i })
    waits.push((end.due() ?? 0) - now)
    end.wakeUntil(end.due() ?? 0)
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
})

test('a link that was direct for 10 s starts its back-off over; one that flaps does not', () => {
  const flapping = directEnd()
  flapping.take(5_000, { kind: 'closed', connection: 1 })
  expect(flapping.state().failures).toBe(1)
  flapping.wakeUntil(7_000)
  flapping.take(7_100, { kind: 'opened', connection: 2 })
  flapping.take(7_200, arrived(2, 0, 1))
  flapping.take(7_300, { kind: 'closed', connection: 2 })
  expect(flapping.state().failures).toBe(2)
  const settled = directEnd()
  settled.take(11_000, { kind: 'closed', connection: 1 })
  expect(settled.state().failures).toBe(1)
})

test('2.5 s without an acknowledgement hand the frame back, and ICE starts over', () => {
  const end = directEnd()
  end.take(200, { kind: 'send', frame })
  const made = end.wakeUntil(2_700)
  expect(made.map(({ at, kind }) => [at, kind])).toEqual([
    [2_700, 'link'],
    [2_700, 'returned'],
    [2_700, 'transmit'],
  ])
  expect(end.state().phase).toBe('degraded')
})

test('a core that asks for a link that is direct hears so', () => {
  const end = directEnd()
  expect(kinds(end.take(200, { kind: 'connect', initiator: true }))).toEqual(['link', 'transmit'])
})

test('a silent channel is probed after 5 s, and an answer keeps it', () => {
  const end = directEnd()
  expect(kinds(end.wakeUntil(5_100))).toEqual(['transmit'])
  end.take(5_200, arrived(1, 0, 2))
  expect(end.state().phase).toBe('direct')
  expect(kinds(end.wakeUntil(10_200))).toEqual(['transmit'])
  end.wakeUntil(12_700)
  expect(end.state().phase).toBe('degraded')
})

test('time that this end stood still counts against no frame, but only once', () => {
  const end = directEnd()
  end.take(200, { kind: 'send', frame })
  expect(end.take(60_000, { kind: 'wake' })).toEqual([])
  expect(end.state().phase).toBe('direct')
  expect(kinds(end.take(70_000, { kind: 'wake' }))).toContain('returned')
})

test('a frame that is acknowledged is never handed back', () => {
  const end = directEnd()
  end.take(200, { kind: 'send', frame })
  end.take(300, arrived(1, 0, 2))
  expect(kinds(end.take(400, { kind: 'closed', connection: 1 }))).toEqual(['link', 'close'])
})

test('frames are acknowledged within 100 ms, or by what is sent anyway', () => {
  const end = directEnd()
  end.take(200, arrived(1, 1, 1, frame))
  expect(end.due()).toBe(300)
  expect(kinds(end.take(250, { kind: 'send', frame }))).toEqual(['transmit'])
  end.take(260, arrived(1, 0, 2))
  expect(end.due()).toBe(5_260)
})

test.each([
  ['a number left out', arrived(1, 2, 1)],
  ['an acknowledgement of what was never sent', arrived(1, 1, 9)],
  ['too few bytes', { kind: 'arrived', connection: 1, bytes: new Uint8Array(7) } as const],
])('%s ends the connection', (_, event) => {
  const end = directEnd()
  expect(kinds(end.take(200, event))).toEqual(['link', 'close'])
})

test('answers that are late, doubled or of another round are ignored', () => {
  const end = endOf(7)
  end.take(0, { kind: 'connect', initiator: true })
  end.take(0, { kind: 'described', connection: 1, type: 'offer', sdp: 'mine' })
  end.wakeUntil(60)
  const answer = (number: number, round: number): LinkSignal => ({
    kind: 'answer',
    attempt: { life: 7, number },
    round,
    sdp: 'theirs',
    candidates: [],
  })
  expect(end.take(100, { kind: 'signal', signal: answer(2, 0) })).toEqual([])
  expect(end.take(100, { kind: 'signal', signal: answer(1, 1) })).toEqual([])
  expect(kinds(end.take(100, { kind: 'signal', signal: answer(1, 0) }))).toEqual(['apply'])
  expect(end.take(100, { kind: 'signal', signal: answer(1, 0) })).toEqual([])
})

test('where both ends start, the smaller life gives way', () => {
  const [small, great] = [endOf(1), endOf(2)]
  for (const end of [small, great]) end.take(0, { kind: 'connect', initiator: true })
  expect(great.take(100, { kind: 'signal', signal: offer(1, 1) })).toEqual([])
  expect(kinds(small.take(100, { kind: 'signal', signal: offer(2, 1) }))).toEqual(['close', 'open', 'apply'])
})

test('where neither starts, the greater life does when it is asked', () => {
  const [small, great] = [endOf(1), endOf(2)]
  for (const end of [small, great]) end.take(0, { kind: 'connect', initiator: false })
  const request = (life: number): LinkSignal => ({ kind: 'request', attempt: { life, number: 0 } })
  expect(small.take(5_000, { kind: 'signal', signal: request(2) })).not.toContainEqual(
    expect.objectContaining({ kind: 'open' }),
  )
  expect(kinds(great.take(5_000, { kind: 'signal', signal: request(1) }))).toContain('open')
})

test('offers are stale that are not newer than the last of their life; a page that was left can be followed again', () => {
  const end = endOf(7)
  end.take(0, { kind: 'connect', initiator: false })
  end.take(1, { kind: 'signal', signal: offer(100, 1) })
  end.take(2, { kind: 'signal', signal: offer(50, 1) })
  expect(end.state().connection?.attempt).toEqual({ life: 50, number: 1 })
  expect(end.take(3, { kind: 'signal', signal: offer(100, 1) })).toEqual([])
  expect(end.take(4, { kind: 'signal', signal: offer(50, 1) })).toEqual([])
  // The offer of life 50 was a late one: what the living page offers next counts.
  end.take(5, { kind: 'signal', signal: offer(100, 2) })
  expect(end.state().connection?.attempt).toEqual({ life: 100, number: 2 })
  expect(end.take(6, { kind: 'signal', signal: offer(50, 1) })).toEqual([])
})

test('candidates that come before their offer are applied after it', () => {
  const end = endOf(7)
  end.take(0, { kind: 'connect', initiator: false })
  const candidates = [{ candidate: 'early', mid: '0', line: 0 }]
  const signal: LinkSignal = { kind: 'candidates', attempt: { life: 100, number: 1 }, candidates }
  expect(end.take(1, { kind: 'signal', signal })).toEqual([])
  expect(end.take(2, { kind: 'signal', signal: offer(100, 1) })).toMatchObject([
    { kind: 'open' },
    { kind: 'apply', description: { type: 'offer' } },
    { kind: 'apply', description: null, candidates },
  ])
})

test('an offer of a later round whose connection is gone is answered by a request', () => {
  const end = endOf(7)
  end.take(0, { kind: 'connect', initiator: false })
  expect(end.take(1, { kind: 'signal', signal: offer(100, 1, 2) })).toMatchObject([
    { kind: 'signal', signal: { kind: 'request', attempt: { life: 7, number: 0 } } },
  ])
})

test('requests cannot make it open more than one connection a second', () => {
  const end = endOf(7)
  end.take(0, { kind: 'connect', initiator: true })
  let opened = 0
  for (let now = 0; now < 10_000; now += 50) {
    const connection = end.state().connection?.id ?? 0
    end.take(now, { kind: 'closed', connection })
    const signal: LinkSignal = { kind: 'request', attempt: { life: 9, number: 0 } }
    opened += end.take(now, { kind: 'signal', signal }).filter(({ kind }) => kind === 'open').length
  }
  expect(opened).toBeLessThanOrEqual(10)
})
