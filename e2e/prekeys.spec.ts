import { type Computer, createComputer } from './fixtures/browser.ts'
import { type Member, waitForAgreement } from './fixtures/member.ts'
import { expectWithin } from './fixtures/pace.ts'
import { expect, test, unique } from './fixtures/test.ts'

const together = 10_000

const stockOf = (member: Member) => member.page.getByTestId('pre-keys')

test('members join while all others are asleep, leave messages, and are together when they wake', async ({
  room,
}, testInfo) => {
  const computers = ['Alice', 'Bob', 'Carol'].map(() => createComputer(testInfo))
  const [hers, his, theirs] = computers as [Computer, Computer, Computer]
  try {
    const alice = await hers.member('Alice', room.relay.url, room)
    await alice.joinToStay()
    await expect(stockOf(alice)).toHaveText(/^100 of/)
    await hers.close()

    const bob = await his.member('Bob', room.relay.url, room)
    await bob.joinToStay()
    const asleep = bob.listedMembers.filter({ hasText: 'pre-keyed' })
    await expect(asleep).toHaveCount(1)
    await expect(asleep).toContainText('offline')
    const fromBob = [unique('one of Bob'), unique('two of Bob')] as const
    for (const text of fromBob) await bob.say(text)
    // What is not in the mailbox yet goes with the browser.
    for (const text of fromBob) await expect(bob.message(text)).toContainText('mailbox')
    await expect(stockOf(bob)).toHaveText(/^100 of/)
    await his.close()

    const carol = await theirs.member('Carol', room.relay.url, room)
    await carol.joinToStay()
    await expect(carol.listedMembers.filter({ hasText: 'pre-keyed' })).toHaveCount(2)
    const fromCarol = unique('of Carol')
    await carol.say(fromCarol)
    await expect(carol.message(fromCarol)).toContainText('mailbox')
    await expect(stockOf(carol)).toHaveText(/^100 of/)
    await theirs.close()

    const woken = await hers.member('Alice', room.relay.url, room)
    await woken.resume()
    await woken.waitForRoom()
    for (const text of [...fromBob, fromCarol]) await expect(woken.message(text)).toHaveCount(1)
    await woken.waitForMembers(3)
    await expect(woken.listedMembers.filter({ hasText: 'pre-keyed' })).toHaveCount(2)
    const read = await woken.messages()
    expect(read.findIndex((text) => text.includes(fromBob[0]))).toBeLessThan(
      read.findIndex((text) => text.includes(fromBob[1])),
    )
    const fromAlice = unique('of Alice')
    await woken.say(fromAlice)

    const bobAgain = await his.member('Bob', room.relay.url, room)
    await bobAgain.resume()
    await bobAgain.waitForRoom()
    const carolAgain = await theirs.member('Carol', room.relay.url, room)
    await carolAgain.resume()
    await carolAgain.waitForRoom()
    const all = [woken, bobAgain, carolAgain]
    await carolAgain.waitForRoom()
    const since = performance.now()
    await waitForAgreement(all)
    const ms = performance.now() - since
    expectWithin(together, ms, 'time until all who came back agree')
    const took = `${(ms / 1000).toFixed(1)} s after the last came back, all three are in one epoch`
    testInfo.annotations.push({ type: 'convergence', description: took })
    console.log(took)
    for (const member of all)
      await expect(member.listedMembers.filter({ hasText: /knows the password|let in by/ })).toHaveCount(2)
    // Carol joined after Bob's message, so she cannot read it.
    const forAll = [fromCarol, fromAlice]
    for (const text of [...fromBob, ...forAll])
      for (const member of [woken, bobAgain]) await expect(member.message(text)).toHaveCount(1)
    for (const text of forAll) await expect(carolAgain.message(text)).toHaveCount(1)
    expect(await carolAgain.messages()).toHaveLength(2)
  } finally {
    for (const computer of computers) await computer.remove()
  }
})
