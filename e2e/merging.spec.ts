import { Member, waitForAgreement } from './fixtures/member.ts'
import { startRelay } from './fixtures/relay.ts'
import { openSwitchboard } from './fixtures/switchboard.ts'
import { expect, test, unique } from './fixtures/test.ts'

test('two parts of one room that began at different relays find each other, and become one', async ({
  room,
  context,
}) => {
  const other = await startRelay()
  const address = await openSwitchboard(other.url)
  try {
    const at = async (url: string, name: string): Promise<Member> => {
      const page = await context.newPage()
      await page.goto(url)
      return new Member(page, name, room)
    }
    const [alice, bob] = [await at(room.relay.url, 'Alice'), await at(room.relay.url, 'Bob')]
    const [carol, dave] = [await at(address.url, 'Carol'), await at(address.url, 'Dave')]
    for (const member of [alice, bob, carol, dave]) await member.join()
    await waitForAgreement([alice, bob])
    await waitForAgreement([carol, dave])
    expect(await carol.fingerprint()).not.toBe(await alice.fingerprint())

    address.leadTo(room.relay.url)
    await waitForAgreement([alice, bob, carol, dave])
    const everybody = [alice, bob, carol, dave]
    const found = 'Two parts of this room found each other'
    // Said by every two that proved the password to each other; on the other screens the newcomers joined.
    await expect
      .poll(async () => {
        const logs = await Promise.all(everybody.map(({ conversation }) => conversation.textContent()))
        return logs.filter((text) => text?.includes(found)).length
      })
      .toBeGreaterThanOrEqual(2)
    const [from, back] = [unique('from'), unique('back')]
    await alice.say(from)
    for (const member of [bob, carol, dave]) await expect(member.message(from, 'Alice')).toHaveCount(1)
    await dave.say(back)
    for (const member of [alice, bob, carol]) await expect(member.message(back, 'Dave')).toHaveCount(1)
  } finally {
    await address.close()
    await other.stop()
  }
})
