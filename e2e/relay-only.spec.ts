import { waitForAgreement } from './fixtures/member.ts'
import { expect, test, unique } from './fixtures/test.ts'

test('a room without direct links works through the relay, and says so', async ({ room }) => {
  const names = ['Alice', 'Bob', 'Carol']
  const all = await Promise.all(names.map((name) => room.openMember(name, { query: 'transport=relay' })))
  for (const member of all) await member.join()
  await waitForAgreement(all)
  for (const member of all) await member.waitForLinks('relayed', 2)

  for (const sender of all) {
    const text = unique(`relayed from ${sender.name}`)
    await sender.say(text)
    for (const reader of all) await expect(reader.message(text, sender.name)).toHaveCount(1)
  }
})

test('a tab with direct links and one without can talk', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob', { query: 'transport=relay' })
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await bob.waitForLinks('relayed', 1)

  const [question, answer] = [unique('question'), unique('answer')]
  await alice.say(question)
  await expect(bob.message(question, 'Alice')).toHaveCount(1)
  await bob.say(answer)
  await expect(alice.message(answer, 'Bob')).toHaveCount(1)
})
