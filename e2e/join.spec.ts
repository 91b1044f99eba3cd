import { requireHostCandidates } from './fixtures/ice.ts'
import { waitForAgreement } from './fixtures/member.ts'
import { expectWithin } from './fixtures/pace.ts'
import { expect, test, unique } from './fixtures/test.ts'

/** The longest that a join may take on an idle machine. */
const joinMs = 5000
/** The longest that the others may wait for a new key after a member leaves, on an idle machine. */
const rekeyMs = 3000

test('three tabs join, agree on a key and talk directly; a leaver and a newcomer both change the key', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  const carol = await room.openMember('Carol')
  const all = [alice, bob, carol]
  await requireHostCandidates(alice.page)

  for (const member of all) expectWithin(joinMs, await member.join(), `${member.name}'s join`)
  const first = await waitForAgreement(all)
  for (const member of all) await member.waitForLinks('direct', 2)

  for (const sender of all) {
    const text = unique(`hello from ${sender.name}`)
    await sender.say(text)
    for (const reader of all) await expect(reader.message(text, sender.name)).toHaveCount(1)
  }
  for (const member of all) expect(await member.messages()).toHaveLength(3)

  const left = performance.now()
  await carol.leave()
  const stayed = [alice, bob]
  const second = await waitForAgreement(stayed, first.epoch)
  expectWithin(rekeyMs, performance.now() - left, 'new key after a leave')
  expect(second.fingerprint).not.toBe(first.fingerprint)
  await expect(carol.page.getByRole('button', { name: 'Join group', exact: true })).toBeVisible()

  const afterLeave = unique('not for Carol')
  await alice.say(afterLeave)
  await expect(bob.message(afterLeave, 'Alice')).toHaveCount(1)
  await expect(carol.page.getByText(afterLeave)).toHaveCount(0)

  const dave = await room.openMember('Dave')
  expectWithin(joinMs, await dave.join(), "Dave's join")
  const third = await waitForAgreement([...stayed, dave], second.epoch)
  expect(third.fingerprint).not.toBe(second.fingerprint)
  expect(await dave.messages()).toEqual([])

  const welcome = unique('welcome')
  await bob.say(welcome)
  await expect(dave.message(welcome, 'Bob')).toHaveCount(1)
  expect(await dave.messages()).toHaveLength(1)
})

test('three tabs that join at the same moment end in one room', async ({ room }) => {
  const all = await Promise.all(['Alice', 'Bob', 'Carol'].map((name) => room.openMember(name)))
  await Promise.all(all.map((member) => member.join()))
  await waitForAgreement(all)
  const text = unique('all here')
  await all[0]?.say(text)
  for (const member of all) await expect(member.message(text, 'Alice')).toHaveCount(1)
})

test('a tab that is closed is gone at once, and the key changes', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  const carol = await room.openMember('Carol')
  for (const member of [alice, bob, carol]) await member.join()
  const before = await waitForAgreement([alice, bob, carol])

  await carol.page.close()
  const after = await waitForAgreement([alice, bob], before.epoch)
  expect(after.fingerprint).not.toBe(before.fingerprint)
})

test('groups on one relay do not see each other', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const stranger = await room.openMember('Stranger', { group: unique('other group') })
  await alice.join()
  await stranger.join()
  const text = unique('only here')
  await alice.say(text)
  await expect(alice.message(text)).toHaveCount(1)
  await alice.waitForMembers(1)
  await stranger.waitForMembers(1)
  expect(await stranger.messages()).toEqual([])
  expect(await stranger.fingerprint()).not.toBe(await alice.fingerprint())
})
