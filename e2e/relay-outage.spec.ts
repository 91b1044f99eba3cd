import { requireHostCandidates } from './fixtures/ice.ts'
import { waitForAgreement } from './fixtures/member.ts'
import { expect, test, unique } from './fixtures/test.ts'

test('without a relay the app says so, and joins once the relay is back', async ({ room }) => {
  const alice = await room.openMember('Alice')
  await alice.page.waitForLoadState('networkidle')
  await room.relay.stop()
  await alice.fill()
  await alice.submit()
  await expect(alice.alert).toContainText(/relay|server|connect|reach/i)
  await expect(alice.page.getByTestId('epoch')).toBeHidden()

  await room.relay.start()
  // The tab kept trying, so nothing has to be typed again.
  await alice.waitForRoom()
  await alice.waitForMembers(1)
})

test('direct links carry messages while the relay is away, and newcomers come in after it returns', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  await requireHostCandidates(alice.page)
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  for (const member of [alice, bob]) await member.waitForLinks('direct', 1)

  // Loaded now, because the relay also serves the page.
  const carol = await room.openMember('Carol')
  await room.relay.stop()
  for (const member of [alice, bob]) await expect(member.connection).not.toContainText(/\bonline\b/i)
  const [there, back] = [unique('there'), unique('back')]
  await alice.say(there)
  await expect(bob.message(there, 'Alice')).toHaveCount(1)
  await bob.say(back)
  await expect(alice.message(back, 'Bob')).toHaveCount(1)
  for (const member of [alice, bob]) await member.waitForMembers(2)

  await room.relay.start()
  for (const member of [alice, bob]) {
    await expect(member.connection).toContainText(/\bonline\b/i)
  }
  await carol.join()
  await waitForAgreement([alice, bob, carol])
  const text = unique('after')
  await carol.say(text)
  for (const member of [alice, bob]) await expect(member.message(text, 'Carol')).toHaveCount(1)
})

test('a message typed while the relay is away waits, and is delivered after it returns', async ({ room }) => {
  const alice = await room.openMember('Alice', { query: 'transport=relay' })
  const bob = await room.openMember('Bob', { query: 'transport=relay' })
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])

  await room.relay.stop()
  await expect(alice.connection).not.toContainText(/\bonline\b/i)
  const texts = [unique('one'), unique('two'), unique('three')]
  for (const text of texts) {
    await alice.say(text)
    await expect(alice.message(text)).toContainText('Bob misses it')
  }
  const answer = unique('from the other side')
  await bob.say(answer)
  await expect(bob.message(answer)).toContainText('Alice misses it')
  expect(await bob.messages()).toHaveLength(1)

  await room.relay.start()
  for (const text of texts) {
    await expect(bob.message(text, 'Alice')).toHaveCount(1)
    await expect(alice.message(text)).toContainText('delivered')
  }
  await expect(alice.message(answer, 'Bob')).toHaveCount(1)
  const order = (await bob.messages()).filter((shown) => texts.some((text) => shown.includes(text)))
  expect(order.map((shown) => texts.findIndex((text) => shown.includes(text)))).toEqual([0, 1, 2])
})
