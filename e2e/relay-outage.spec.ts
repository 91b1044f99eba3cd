import { requireHostCandidates } from './fixtures/ice.ts'
import { waitForAgreement } from './fixtures/member.ts'
import { expect, test, unique } from './fixtures/test.ts'

/** Back-off of a tab that was away from its relay for a while, and a proof or two after that. */
const returnMs = 30_000

test('without a relay the app says so, and joins once it is there', async ({ room }) => {
  const alice = await room.openMember('Alice')
  await alice.page.waitForLoadState('networkidle')
  await room.relay.stop()
  await alice.fill()
  await alice.submit()
  await expect(alice.alert).toContainText(/relay|server|connect|reach/i, { timeout: 20_000 })
  await expect(alice.page.getByTestId('epoch')).toBeHidden()

  await room.relay.start()
  // It kept trying: nothing has to be typed again.
  await alice.waitForRoom()
  await alice.waitForMembers(1)
})

test('direct links carry messages while the relay is away, and newcomers come in after it returns', async ({
  room,
}) => {
  test.setTimeout(120_000)
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  await requireHostCandidates(alice.page)
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  for (const member of [alice, bob]) await member.waitForLinks('direct', 1)

  // A page that can still be loaded by then.
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
    await expect(member.connection).toContainText(/\bonline\b/i, { timeout: returnMs })
  }
  await carol.join()
  await waitForAgreement([alice, bob, carol], returnMs)
  const text = unique('after')
  await carol.say(text)
  for (const member of [alice, bob]) await expect(member.message(text, 'Carol')).toHaveCount(1)
})

test('a message typed while the relay is away waits, and is delivered after it returns', async ({ room }) => {
  test.setTimeout(120_000)
  const alice = await room.openMember('Alice', { query: 'transport=relay' })
  const bob = await room.openMember('Bob', { query: 'transport=relay' })
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])

  await room.relay.stop()
  await expect(alice.connection).not.toContainText(/\bonline\b/i)
  const texts = [unique('one'), unique('two'), unique('three')]
  for (const text of texts) {
    await alice.say(text)
    await expect(alice.message(text)).toContainText(/sending/i)
  }
  const answer = unique('from the other side')
  await bob.say(answer)
  await expect(bob.message(answer)).toContainText(/sending/i)
  expect(await bob.messages()).toHaveLength(1)

  await room.relay.start()
  for (const text of texts) {
    await expect(bob.message(text, 'Alice')).toHaveCount(1, { timeout: returnMs })
    await expect(alice.message(text)).not.toContainText(/sending/i, { timeout: returnMs })
  }
  await expect(alice.message(answer, 'Bob')).toHaveCount(1, { timeout: returnMs })
  const order = (await bob.messages()).filter((shown) => texts.some((text) => shown.includes(text)))
  expect(order.map((shown) => texts.findIndex((text) => shown.includes(text)))).toEqual([0, 1, 2])
})
