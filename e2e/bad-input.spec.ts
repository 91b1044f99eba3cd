import { randomBytes } from 'node:crypto'
import { waitForAgreement } from './fixtures/member.ts'
import { frames, openRaw } from './fixtures/raw-socket.ts'
import { expect, test, unique } from './fixtures/test.ts'

const refusals = [
  { what: 'an empty name', input: { name: '' }, told: /name/i },
  { what: 'a name of blanks', input: { name: '   ' }, told: /name/i },
  {
    what: 'an endless name',
    input: { name: 'n'.repeat(5000) },
    told: /name.*(long|short)|(long|short).*name/i,
  },
  { what: 'an empty group', input: { group: '' }, told: /group/i },
  {
    what: 'an endless group',
    input: { group: 'g'.repeat(5000) },
    told: /group.*(long|short)|(long|short).*group/i,
  },
  { what: 'an empty password', input: { password: '' }, told: /password/i },
  {
    what: 'a password of 10 kB',
    input: { password: 'p'.repeat(10_000) },
    told: /password.*(long|short)|(long|short).*password/i,
  },
] as const

for (const { what, input, told } of refusals) {
  test(`${what} is refused with a clear message, and the form still works`, async ({ room }) => {
    const alice = await room.openMember('Alice')
    await alice.fill(input)
    await alice.submit()
    await expect(alice.alert).toContainText(told)
    await expect(alice.page.getByTestId('epoch')).toBeHidden()
    await alice.join()
    await alice.waitForMembers(1)
  })
}

test('an emoji password and an emoji name work', async ({ room }) => {
  const password = `🦉👩‍🚀🏳️‍🌈 ${unique('p')}`
  const alice = await room.openMember('Alice 🦊', { password })
  const bob = await room.openMember('Bob', { password })
  await alice.join()
  await bob.join()
  await waitForAgreement([alice, bob])
  const text = `${unique('hi')} 🎉`
  await alice.say(text)
  await expect(bob.message(text)).toHaveCount(1)
})

test('two members with the same name can be told apart', async ({ room }) => {
  const [one, two, bob] = [
    await room.openMember('Sam'),
    await room.openMember('Sam'),
    await room.openMember('Bob'),
  ]
  for (const member of [one, two, bob]) await member.join()
  await waitForAgreement([one, two, bob])
  const [first, second] = [unique('first'), unique('second')]
  await one.say(first)
  await two.say(second)
  const shown = [bob.message(first), bob.message(second)]
  for (const message of shown) await expect(message).toHaveCount(1)

  expect(await one.selfId()).not.toBe(await two.selfId())
  const sams = await bob.listedMembers.filter({ hasText: 'Sam' }).allInnerTexts()
  expect(sams).toHaveLength(2)
  expect(new Set(sams).size, 'different texts in the list').toBe(2)
  const names = await Promise.all(shown.map((message) => message.ariaSnapshot()))
  const headings = names.map((name, i) => name.split([first, second][i] ?? '')[0])
  expect(new Set(headings).size, 'different senders in the conversation').toBe(2)
})

test('a message that is too long is refused with a clear message, and the next one is sent', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  await alice.join()
  await bob.join()
  await waitForAgreement([alice, bob])
  await alice.say('m'.repeat(200_000))
  await expect(alice.alert).toContainText(/long/i)
  expect(await bob.messages()).toEqual([])
  const text = unique('short')
  await alice.say(text)
  await expect(bob.message(text, 'Alice')).toHaveCount(1)
})

test('markup in names and messages is shown as text', async ({ room }) => {
  const name = '<img src=x onerror=alert(1)>'
  const alice = await room.openMember(name)
  const bob = await room.openMember('Bob')
  await alice.join()
  await bob.join()
  await waitForAgreement([alice, bob])
  const text = `<script>alert(1)</script> ${unique('markup')}`
  await alice.say(text)
  await expect(bob.message(text)).toHaveCount(1)
  await expect(bob.listedMembers.filter({ hasText: name })).toHaveCount(1)
  await expect(bob.conversation.locator('img, script')).toHaveCount(0)
})

test('a room survives garbage sent to the relay and to its members', async ({ room }) => {
  const alice = await room.openMember('Alice', { query: 'transport=relay' })
  const bob = await room.openMember('Bob', { query: 'transport=relay' })
  await alice.join()
  await bob.join()
  const before = await waitForAgreement([alice, bob])

  const nonsense = [
    new Uint8Array(0),
    'not a frame',
    randomBytes(100),
    Buffer.concat([Buffer.from([2]), randomBytes(1000)]),
    Buffer.from([99, 1]),
    frames.hello(randomBytes(5)),
    frames.hello(randomBytes(500)),
    randomBytes(65 * 1024),
    randomBytes(1024 * 1024),
  ]
  for (const bytes of nonsense) {
    const socket = await openRaw(room.relay.socketUrl)
    socket.send(bytes)
    await expect
      .poll(() => socket.isOpen(), { message: 'whether the relay keeps a socket that sends garbage' })
      .toBe(false)
  }

  // Somebody who watched the relay knows the room's address and can write to its members, but no more.
  const join = room.relay.frames.find(({ bytes }) => frames.isJoin(bytes))?.bytes
  if (join === undefined) throw new Error('no tab joined a room')
  const intruder = await openRaw(room.relay.socketUrl)
  intruder.send(frames.hello(randomBytes(32)))
  await intruder.receive(frames.isWelcome)
  intruder.send(frames.join(join.subarray(2, 34)))
  const members = frames.addresses(await intruder.receive(frames.isJoined))
  expect(members).toHaveLength(2)
  const copied = room.relay.frames.filter(({ direction }) => direction === 'in').map(({ bytes }) => bytes)
  for (const to of members) {
    for (const size of [0, 1, 2, 33, 1000, 60_000]) intruder.send(frames.send(to, randomBytes(size)))
    // Frames that members sent to each other, replayed by an outsider.
    for (const frame of copied) {
      if (frame[1] === 0x04) intruder.send(frames.send(to, frame.subarray(36)))
    }
  }

  // Nobody has this address: the relay says so, to the sender only.
  const nobody = randomBytes(32)
  intruder.send(frames.send(nobody, randomBytes(100)))
  const undelivered = Buffer.concat([Buffer.from([2, 0x85]), nobody])
  await intruder.receive((frame) => frame.equals(undelivered))
  const told = room.relay.frames.filter(
    ({ direction, bytes }) => direction === 'out' && bytes.includes(nobody),
  )
  expect(told).toHaveLength(1)

  for (const [sender, reader] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const text = unique('unimpressed')
    await sender.say(text)
    await expect(reader.message(text, sender.name)).toHaveCount(1)
  }
  expect(intruder.isOpen()).toBe(true)
  intruder.close()
  const after = await waitForAgreement([alice, bob])
  expect(after.epoch).toBeGreaterThanOrEqual(before.epoch)
})
