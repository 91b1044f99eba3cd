import { expectNoViolations } from './fixtures/axe.ts'
import { type Member, waitForAgreement } from './fixtures/member.ts'
import { expect, test } from './fixtures/test.ts'

const openVerify = async (member: Member, other: string): Promise<void> => {
  await member.toFront()
  await member.page.getByRole('button', { name: `Verify ${other}`, exact: true }).click()
  await expect(member.page.getByRole('dialog', { name: `Verify ${other}`, exact: true })).toBeVisible()
}

/** The safety number and its words that `member` sees for `other`. */
const safetyOf = async (member: Member, other: string): Promise<readonly string[]> => {
  await openVerify(member, other)
  const shown = ['safety-number', 'safety-words'].map((id) => member.page.getByTestId(id).textContent())
  const [digits, words] = (await Promise.all(shown)).map((text) => (text ?? '').trim())
  await member.page.getByRole('button', { name: 'Close', exact: true }).click()
  await expect(member.page.getByRole('dialog')).toHaveCount(0)
  return [digits ?? '', words ?? '']
}

test('both members of a pair see the same safety number, and every other pair sees a different one', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  const carol = await room.openMember('Carol')
  for (const member of [alice, bob, carol]) await member.join()
  await waitForAgreement([alice, bob, carol])

  const alicesBob = await safetyOf(alice, 'Bob')
  expect(alicesBob[0]).toMatch(/^(\d{5} ){11}\d{5}$/)
  expect(alicesBob[1]).toMatch(/^([a-z]+ ){7}[a-z]+$/)
  expect(await safetyOf(bob, 'Alice')).toEqual(alicesBob)
  const others = [await safetyOf(alice, 'Carol'), await safetyOf(bob, 'Carol')]
  expect(new Set([alicesBob, ...others].flat()).size).toBe(6)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a compared safety number is marked, for that pair only, ${colorScheme} theme`, async ({ room }) => {
    const alice = await room.openMember('Alice')
    await alice.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const bob = await room.openMember('Bob')
    const carol = await room.openMember('Carol')
    for (const member of [alice, bob, carol]) await member.join()
    await waitForAgreement([alice, bob, carol])

    await openVerify(alice, 'Bob')
    await expectNoViolations(alice.page)
    await alice.page.getByRole('button', { name: 'I compared it', exact: true }).click()
    await alice.page.keyboard.press('Escape')
    await expect(alice.page.getByRole('dialog')).toHaveCount(0)
    await expect(alice.page.getByRole('button', { name: 'Verify Bob', exact: true })).toBeFocused()
    await expect(alice.listedMembers.filter({ hasText: 'Bob' })).toContainText('verified · compared')
    await expect(alice.listedMembers.filter({ hasText: 'Carol' })).not.toContainText('compared')
  })
}
