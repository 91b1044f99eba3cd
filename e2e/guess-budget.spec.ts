import { waitForAgreement } from './fixtures/member.ts'
import { expect, test, unique } from './fixtures/test.ts'

const attempts = 12

test('after a few of twelve wrong guesses the members refuse all others, and keep talking', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  const before = await waitForAgreement([alice, bob])
  const eve = await room.openMember('Eve')

  const answers: string[] = []
  for (let attempt = 1; attempt <= attempts; attempt++) {
    await eve.fill({ password: unique('guess') })
    await eve.submit()
    await expect(eve.alert).toContainText(/refused/i)
    answers.push(((await eve.alert.first().textContent()) ?? '').replace(/\s+/g, ' '))
    // With its charges spent, the tab waits by itself: leave that, and guess again.
    if (/too often/i.test(answers.at(-1) ?? ''))
      await eve.page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await expect(eve.page.getByLabel('Display name', { exact: true })).toBeVisible()
    if (attempt % 4 !== 0) continue
    const text = unique(`after ${attempt} guesses`)
    await alice.say(text)
    await expect(bob.message(text, 'Alice')).toHaveCount(1)
  }

  // Five guesses at each member, and no more from one who keeps to the rules; each attempt asks one member, then another.
  const closed = answers.map((answer) => /too often/i.test(answer))
  const first = closed.indexOf(true)
  expect(first).toBeGreaterThanOrEqual(1)
  expect(first).toBeLessThanOrEqual(5)
  expect(closed.slice(first)).toEqual(closed.slice(first).map(() => true))
  for (const answer of answers.slice(first)) expect(answer).toMatch(/\d/)
  await expect(eve.page.getByTestId('group-key-fingerprint')).toBeHidden()

  // A burst is one line with a count.
  const lines = await alice.page.getByText(/^Someone tried a wrong password/).allTextContents()
  const tries = lines.map((line) => Number(/\((\d+)\)/.exec(line)?.[1] ?? 1))
  expect(lines.length).toBeGreaterThanOrEqual(1)
  // A run with one member that is under way when the fifth fails with the other still ends.
  expect(tries.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(6)
  for (const member of [alice, bob]) {
    expect(await member.epoch()).toBe(before.epoch)
    expect(await member.fingerprint()).toBe(before.fingerprint)
  }
  await bob.say('undisturbed')
  await expect(alice.message('undisturbed', 'Bob')).toHaveCount(1)
})
