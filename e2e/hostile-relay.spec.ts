/** What a relay can do to a real room, and what its members see of it. Every frame here passes through its program. */
import { randomBytes } from 'node:crypto'
import type { Bytes } from '../src/codec/index.ts'
import type { RelayFrame } from '../src/relay-protocol/index.ts'
import { createComputer } from './fixtures/browser.ts'
import { type HostileRelay, type Line, openHostileRelay } from './fixtures/hostile-relay.ts'
import { requireHostCandidates } from './fixtures/ice.ts'
import { Member, waitForAgreement } from './fixtures/member.ts'
import { test as base, expect, type Room, unique } from './fixtures/test.ts'

interface Seat {
  readonly member: Member
  readonly line: Line
}

const test = base.extend<{ readonly hostile: HostileRelay; readonly seat: SeatOpener }>({
  hostile: async ({ room }, use) => {
    const hostile = await openHostileRelay(room.relay)
    await use(hostile)
    await hostile.close()
  },
  seat: async ({ room, hostile, context }, use) => {
    await use(async (name, { group = room.group, transport = 'relay' } = {}) => {
      const before = new Set(hostile.lines())
      const page = await context.newPage()
      await page.goto(`${hostile.url}/?transport=${transport}`)
      const member = new Member(page, name, { group, password: room.password })
      await member.join()
      const line = hostile.lines().find((one) => !before.has(one))
      if (line === undefined) throw new Error(`${name} has no line`)
      return { member, line }
    })
  },
})
type SeatOpener = (
  name: string,
  options?: { readonly group?: string; readonly transport?: 'relay' | 'any' },
) => Promise<Seat>

type Passed = Extract<RelayFrame, { kind: 'frame' }>

/** Alice, Bob and Carol, who agree. */
const three = async (seat: SeatOpener, transport: 'relay' | 'any' = 'relay') => {
  const seats = [
    await seat('Alice', { transport }),
    await seat('Bob', { transport }),
    await seat('Carol', { transport }),
  ] as const
  const members = seats.map(({ member }) => member)
  await waitForAgreement(members)
  return { seats, members }
}

/** Each says a line; each line is on every other screen once, under its name. */
const expectTalk = async (members: readonly Member[]): Promise<void> => {
  for (const member of members) {
    const text = unique('said')
    await member.say(text)
    for (const other of members) await expect(other.message(text)).toHaveCount(1)
    for (const other of members)
      if (other !== member) await expect(other.message(text, member.name)).toHaveCount(1)
  }
}

test('frames that come under every other sender too: each message once, under its own name', async ({
  hostile,
  seat,
}) => {
  let forged = 0
  hostile.play({
    toTab: (frame, { address }) => {
      if (frame.kind !== 'frame') return [frame]
      const others = hostile.lines().map((line) => line.address)
      const senders = others.filter((one) => one !== address && one !== frame.from)
      forged += senders.length
      return [...senders.map((from): Passed => ({ ...frame, from })), frame]
    },
  })
  const { members } = await three(seat)
  await expectTalk(members)
  expect(forged).toBeGreaterThan(10)
})

test('the middle of the links: no fingerprint is there to be swapped, and swapped frames open nowhere', async ({
  hostile,
  seat,
}) => {
  const clear: string[] = []
  let swapped = 0
  const last = new Map<string, Passed>()
  hostile.play({
    toTab: (frame, { address }) => {
      if (frame.kind !== 'frame') return [frame]
      const text = Buffer.from(frame.payload).toString('latin1')
      for (const word of ['fingerprint', 'candidate', 'ice-ufrag', 'a=setup'])
        if (text.includes(word)) clear.push(word)
      // What another pair sent, in place of every fourth frame.
      const other = [...last.values()].find(({ from }) => from !== frame.from)
      last.set(`${frame.from} ${address}`, frame)
      if (other === undefined || last.size < 4 || ++swapped % 4 !== 0) return [frame]
      return [{ ...frame, payload: other.payload }]
    },
  })
  const { members } = await three(seat, 'any')
  const [alice] = members
  await requireHostCandidates(alice!.page)
  for (const member of members) await member.waitForLinks('direct', 2)
  expect(swapped).toBeGreaterThan(4)
  expect(clear).toEqual([])
  const numbers = await Promise.all(
    members.map((member) => member.page.getByTestId('room-number').textContent()),
  )
  expect(new Set(numbers).size).toBe(1)
  await expectTalk(members)
})

test('selective delivery: the sender sees who misses it, and it comes when the relay lets it', async ({
  hostile,
  seat,
}) => {
  const { seats, members } = await three(seat)
  const [alice, bob, carol] = seats
  hostile.play({
    toTab: (frame, { address }) =>
      frame.kind === 'frame' && frame.from === alice.line.address && address === carol.line.address
        ? []
        : [frame],
  })
  const text = unique('withheld')
  await alice.member.say(text)
  await expect(bob.member.message(text, 'Alice')).toHaveCount(1)
  await expect(alice.member.message(text)).toContainText('delivered to 1 of 2')
  expect(await carol.member.message(text).count()).toBe(0)
  hostile.play({})
  await expect(carol.member.message(text, 'Alice')).toHaveCount(1)
  await expect(alice.member.message(text)).not.toContainText('1 of 2')
  await expectTalk(members)
})

test('a split view: each part says who is not there, and both become one again', async ({
  hostile,
  seat,
}) => {
  const { seats, members } = await three(seat)
  const [alice, bob, carol] = seats
  const isCut = (one: string, other: string): boolean =>
    (one === carol.line.address) !== (other === carol.line.address)
  const showPresence = (present: boolean): void => {
    for (const { line } of seats)
      for (const other of seats)
        if (isCut(line.address, other.line.address))
          line.say({ kind: 'presence', address: other.line.address, present })
  }
  hostile.play({
    toTab: (frame, { address }) => (frame.kind === 'frame' && isCut(frame.from, address) ? [] : [frame]),
  })
  showPresence(false)
  const offline = (member: Member) => member.listedMembers.filter({ hasText: /\boffline\b/ })
  await expect(offline(alice.member)).toHaveCount(1)
  await expect(offline(bob.member)).toHaveCount(1)
  await expect(offline(carol.member)).toHaveCount(2)
  const [here, there] = [unique('here'), unique('there')]
  await alice.member.say(here)
  await carol.member.say(there)
  await expect(bob.member.message(here, 'Alice')).toHaveCount(1)
  await expect(alice.member.message(here)).toContainText('Carol misses it')
  await expect(carol.member.message(there)).toContainText('Alice, Bob miss it')

  hostile.play({})
  showPresence(true)
  await waitForAgreement(members)
  await expect(carol.member.message(here, 'Alice')).toHaveCount(1)
  for (const { member } of [alice, bob]) await expect(member.message(there, 'Carol')).toHaveCount(1)
})

test('frames of one room replayed into another, under the same password: nothing of it is shown there', async ({
  hostile,
  seat,
}) => {
  const recorded: Passed[] = []
  hostile.play({
    toTab: (frame) => {
      if (frame.kind === 'frame') recorded.push(frame)
      return [frame]
    },
  })
  const [alice, bob] = [await seat('Alice'), await seat('Bob')]
  await waitForAgreement([alice.member, bob.member])
  const text = unique('first-room')
  await alice.member.say(text)
  await expect(bob.member.message(text)).toHaveCount(1)
  await expect(alice.member.message(text)).toContainText('delivered')
  const replayed = recorded.slice()
  expect(replayed.length).toBeGreaterThan(10)

  const group = unique('second-room')
  const [dave, erin] = [await seat('Dave', { group }), await seat('Erin', { group })]
  const before = await waitForAgreement([dave.member, erin.member])
  for (const [one, other] of [
    [dave, erin],
    [erin, dave],
  ] as const)
    for (const frame of replayed) one.line.say({ ...frame, from: other.line.address })
  await expectTalk([dave.member, erin.member])
  for (const { member } of [dave, erin]) {
    await member.waitForMembers(2)
    await expect(member.message(text)).toHaveCount(0)
  }
  const after = await waitForAgreement([dave.member, erin.member])
  expect(after.epoch).toBeGreaterThanOrEqual(before.epoch)
})

/** Shows members and sleepers that do not exist, and hands out rubbish as their pre-keys. */
const invent = (hostile: HostileRelay) => {
  const addresses = Array.from({ length: 20 }, () => randomBytes(32).toString('hex'))
  const present = addresses.slice(0, 10)
  hostile.play({
    toTab: (frame) => {
      switch (frame.kind) {
        case 'joined':
          // Older than everybody who is there.
          return [{ ...frame, members: [...present, ...frame.members] }]
        case 'prekeys-counted': {
          const stocks = [...frame.stocks, ...addresses.map((address) => ({ address, count: 100 }))]
          return [{ ...frame, stocks: stocks.sort((a, b) => (a.address < b.address ? -1 : 1)) }]
        }
        case 'prekey':
          return [{ ...frame, item: frame.item ?? randomBytes(1_500) }]
        default:
          return [frame]
      }
    },
  })
  return present
}

test('invented members and sleepers: no list shows them, and a newcomer comes in beside them', async ({
  hostile,
  seat,
}) => {
  const [alice, bob] = [await seat('Alice'), await seat('Bob')]
  for (const address of invent(hostile))
    for (const { line } of [alice, bob]) line.say({ kind: 'presence', address, present: true })
  const carol = await seat('Carol')
  const members = [alice, bob, carol].map(({ member }) => member)
  await waitForAgreement(members)
  await expectTalk(members)
  for (const member of members) await member.waitForMembers(3)
})

test('in a room of inventions only, the first one is offered a room of its own, and others find it', async ({
  room,
  hostile,
  context,
}) => {
  invent(hostile)
  const open = async (name: string): Promise<Member> => {
    const page = await context.newPage()
    await page.goto(`${hostile.url}/?transport=relay`)
    return new Member(page, name, room)
  }
  const alice = await open('Alice')
  await alice.fill()
  await alice.submit()
  await alice.page.getByRole('button', { name: 'Open a room here', exact: true }).click({ timeout: 60_000 })
  await alice.waitForRoom()
  await alice.waitForMembers(1)
  const bob = await open('Bob')
  await bob.join()
  await waitForAgreement([alice, bob])
  await expectTalk([alice, bob])
})

test('frames of version 1, and bytes that are no frame: the tab connects again and nothing is lost', async ({
  hostile,
  seat,
}) => {
  const { seats, members } = await three(seat)
  const [alice] = seats
  for (const bytes of [Buffer.from([1, 0x84]), Buffer.concat([Buffer.from([1, 0x82]), randomBytes(66)])]) {
    const before = new Set(hostile.lines())
    for (const line of before) line.sayBytes(bytes)
    await expect.poll(() => hostile.lines().filter((line) => !before.has(line)).length).toBe(3)
  }
  await waitForAgreement(members)
  await expect(alice.member.connection).toContainText(/\bonline\b/i)
  // As payloads: the first byte of what version 1 sent, and its bodies.
  for (const line of hostile.lines())
    for (const from of hostile.lines())
      for (let kind = 0; kind < 32; kind++)
        if (from !== line)
          line.say({
            kind: 'frame',
            from: from.address,
            payload: Buffer.concat([Buffer.from([1, kind]), randomBytes(200)]),
          })
  await expectTalk(members)
})

/** A browser of its own for each, so that one can sleep. */
const stay = async (room: Room, hostile: HostileRelay, info: Parameters<typeof createComputer>[0]) => {
  const computer = createComputer(info)
  const open = (name: string) => computer.member(name, hostile.url, room)
  return { computer, open }
}

test('a pre-key that the relay hands out twice opens once, and the second writer is told', async ({
  room,
  hostile,
}, info) => {
  const first = new Map<string, Bytes>()
  const asked = new Map<string, string>()
  let reused = 0
  hostile.play({
    fromTab: (frame, line) => {
      if (frame.kind === 'prekeys-take') asked.set(`${line.address} ${frame.request}`, frame.of)
      return [frame]
    },
    toTab: (frame, line) => {
      if (frame.kind !== 'prekey') return [frame]
      const of = asked.get(`${line.address} ${frame.request}`)
      if (of === undefined || frame.item === null) return [frame]
      const item = first.get(of) ?? frame.item
      if (item !== frame.item) reused += 1
      first.set(of, item)
      return [{ ...frame, item }]
    },
  })
  const [hers, his, theirs] = [
    await stay(room, hostile, info),
    await stay(room, hostile, info),
    await stay(room, hostile, info),
  ]
  try {
    const alice = await hers.open('Alice')
    await alice.joinToStay()
    await expect(alice.page.getByTestId('pre-keys')).toHaveText(/^100 of/)
    await hers.computer.close()
    const texts: string[] = []
    const writers: Member[] = []
    for (const [one, name] of [
      [his, 'Bob'],
      [theirs, 'Carol'],
    ] as const) {
      const writer = await one.open(name)
      await writer.joinToStay()
      const text = unique(name)
      texts.push(text)
      await writer.say(text)
      await expect(writer.message(text)).toContainText('mailbox')
      await expect(writer.page.getByTestId('pre-keys')).toHaveText(/^100 of/)
      writers.push(writer)
      // The next one finds everybody asleep, and asks for the same pre-key.
      if (name === 'Bob') await one.computer.close()
    }
    expect(reused).toBeGreaterThan(0)
    const woken = await hers.open('Alice')
    await woken.resume()
    await woken.waitForRoom()
    const bob = await his.open('Bob')
    await bob.resume()
    await bob.waitForRoom()
    const carol = writers[1]!
    await waitForAgreement([woken, bob, carol])
    await expect(woken.message(texts[0]!)).toHaveCount(1)
    await expect(woken.message(texts[1]!)).toHaveCount(1)
    await expectTalk([woken, bob, carol])
  } finally {
    for (const { computer } of [hers, his, theirs]) await computer.remove()
  }
})

test('letters that are damaged, doubled and turned round: none is shown wrong, and all come in the end', async ({
  room,
  hostile,
}, info) => {
  let damaged = 0
  let isBad = true
  hostile.play({
    toTab: (frame) => {
      if (frame.kind !== 'letters' || !isBad) return [frame]
      const letters = frame.letters.map((letter) => {
        const payload = letter.payload.slice()
        payload[payload.length - 1]! ^= 1
        damaged += 1
        return { ...letter, payload }
      })
      return [{ ...frame, letters: [...letters, ...letters].reverse() }]
    },
  })
  const [hers, his] = [await stay(room, hostile, info), await stay(room, hostile, info)]
  try {
    const alice = await hers.open('Alice')
    await alice.joinToStay()
    const bob = await his.open('Bob')
    await bob.joinToStay()
    await waitForAgreement([alice, bob])
    await expect(alice.page.getByTestId('pre-keys')).toHaveText(/^100 of/)
    await hers.computer.close()
    const texts = [unique('one'), unique('two')]
    for (const text of texts) {
      await bob.say(text)
      await expect(bob.message(text)).toContainText('mailbox')
    }
    const woken = await hers.open('Alice')
    await woken.resume()
    await woken.waitForRoom()
    await expect.poll(() => damaged).toBeGreaterThanOrEqual(2)
    isBad = false
    await waitForAgreement([woken, bob])
    for (const text of texts) await expect(woken.message(text, 'Bob')).toHaveCount(1)
    await expectTalk([woken, bob])
  } finally {
    for (const { computer } of [hers, his]) await computer.remove()
  }
})
