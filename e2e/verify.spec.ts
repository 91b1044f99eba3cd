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
  // The words are fetched with the dialog.
  await expect(member.page.getByTestId('safety-words')).toHaveText(/[a-z]/)
  const shown = ['safety-number', 'safety-words'].map((id) => member.page.getByTestId(id).textContent())
  const [digits, words] = (await Promise.all(shown)).map((text) => (text ?? '').trim())
  await member.page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).click()
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
  expect(alicesBob[0]).toMatch(/^(\d{6} ){9}\d{6}$/)
  expect(alicesBob[1]).toMatch(/^([a-z-]+ ){11}[a-z-]+$/)
  expect(await safetyOf(bob, 'Alice')).toEqual(alicesBob)
  const others = [await safetyOf(alice, 'Carol'), await safetyOf(bob, 'Carol')]
  expect(new Set([alicesBob, ...others].flat()).size).toBe(6)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a compared number is marked, for that pair only, ${colorScheme} theme`, async ({ room }) => {
    const alice = await room.openMember('Alice')
    await alice.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const bob = await room.openMember('Bob')
    const carol = await room.openMember('Carol')
    for (const member of [alice, bob, carol]) await member.join()
    await waitForAgreement([alice, bob, carol])

    await openVerify(alice, 'Bob')
    await expectNoViolations(alice.page)
    await alice.page.getByRole('button', { name: 'Same', exact: true }).click()
    await expect(alice.page.getByText('Marked as verified.')).toBeVisible()
    await alice.page.keyboard.press('Escape')
    await expect(alice.page.getByRole('dialog')).toHaveCount(0)
    await expect(alice.page.getByRole('button', { name: 'Verify Bob', exact: true })).toBeFocused()
    await expect(alice.listedMembers.filter({ hasText: 'Bob' })).toContainText('verified')
    await expect(alice.listedMembers.filter({ hasText: 'Carol' })).not.toContainText('verified')
  })
}

test('one room number is the same on all screens, verifies everybody at once, and changes with who is in', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  const carol = await room.openMember('Carol')
  const all = [alice, bob, carol]
  for (const member of all) await member.join()
  await waitForAgreement(all)
  const numberOf = async ({ page }: Member): Promise<string> =>
    ((await page.getByTestId('room-number').textContent()) ?? '').trim()
  const first = await numberOf(alice)
  expect(first).toMatch(/^(\d{6} ){7}\d{6}$/)
  for (const member of [bob, carol]) expect(await numberOf(member)).toBe(first)

  const { page } = alice
  const verifyEverybody = page.getByRole('button', { name: 'Verify everybody', exact: true })
  await alice.toFront()
  await verifyEverybody.click()
  await expect(page.getByTestId('safety-number')).toHaveText(first)
  await expect(page.getByTestId('safety-words')).toHaveText(/^([a-z-]+ ){11}[a-z-]+$/)
  await page.getByRole('button', { name: 'Same', exact: true }).click()
  await page.keyboard.press('Escape')
  await expect(alice.listedMembers.filter({ hasText: 'verified' })).toHaveCount(2)
  // What Alice compared is her own knowledge.
  await expect(bob.listedMembers.filter({ hasText: 'verified' })).toHaveCount(0)

  await carol.leave()
  await waitForAgreement([alice, bob])
  await expect(page.getByTestId('room-number')).not.toHaveText(first)
  expect(await numberOf(bob)).toBe(await numberOf(alice))
  await expect(alice.listedMembers.filter({ hasText: 'verified' })).toHaveCount(1)

  await verifyEverybody.click()
  await page.getByRole('button', { name: 'Different', exact: true }).click()
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('leave the group')
  await page.keyboard.press('Escape')
  await expect(alice.listedMembers.filter({ hasText: 'verified' })).toHaveCount(0)
})
