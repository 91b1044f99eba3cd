import { waitForAgreement } from './fixtures/member.ts'
import { expectWithin } from './fixtures/pace.ts'
import { expect, test, unique } from './fixtures/test.ts'

/** From the click until the user is told, the hardening included, on an idle machine. */
const toldMs = 5_000

test('a wrong password is refused and everyone learns of it; nothing changes, and the right one then works', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  const before = await waitForAgreement([alice, bob])

  const carol = await room.openMember('Carol')
  await carol.fill({ password: unique('wrong') })
  const asked = performance.now()
  await carol.submit()
  await expect(carol.alert).toContainText(/password.*refused/i)
  expectWithin(toldMs, performance.now() - asked, 'time until a wrong password is told')
  await expect(carol.page.getByTestId('group-key-fingerprint')).toBeHidden()
  for (const member of [alice, bob]) {
    await expect(member.page.getByText(/tried a wrong password/).first()).toBeVisible()
    expect(await member.epoch()).toBe(before.epoch)
    expect(await member.fingerprint()).toBe(before.fingerprint)
    await member.waitForMembers(2)
  }
  const text = unique('still here')
  await alice.say(text)
  await expect(bob.message(text, 'Alice')).toHaveCount(1)

  await carol.join()
  const after = await waitForAgreement([alice, bob, carol])
  expect(after.fingerprint).not.toBe(before.fingerprint)
  expect(await carol.messages()).toEqual([])
})

test('two tabs with different passwords never share a room', async ({ room }) => {
  const alice = await room.openMember('Alice', { password: unique('one') })
  const bob = await room.openMember('Bob', { password: unique('two') })
  await alice.join()
  await bob.fill()
  await bob.submit()
  await expect(bob.alert).toContainText(/refused/i)
  await alice.waitForMembers(1)
})
