import type { Page } from 'playwright/test'
import { expectNoViolations } from './fixtures/axe.ts'
import { type Member, waitForAgreement } from './fixtures/member.ts'
import { expect, type Room, test, unique } from './fixtures/test.ts'

const threeInside = async (room: Room): Promise<readonly [Member, Member, Member]> => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  const carol = await room.openMember('Carol')
  for (const member of [alice, bob, carol]) await member.join()
  await waitForAgreement([alice, bob, carol])
  return [alice, bob, carol]
}

const expectAccessible = async (page: Page): Promise<void> => {
  await expectNoViolations(page)
  const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
  expect(scrollWidth).toBe(clientWidth)
}

test('a member removed with a password change stays out, and only the new password lets anybody in', async ({
  room,
}) => {
  const [alice, bob, carol] = await threeInside(room)
  const before = await alice.fingerprint()
  const early = unique('said before')
  await bob.say(early)
  await expect(carol.message(early, 'Bob')).toHaveCount(1)
  const { page } = alice
  await alice.toFront()
  await page.getByRole('button', { name: 'Remove Carol', exact: true }).click()
  await expect(page.getByRole('dialog', { name: 'Remove Carol', exact: true })).toBeVisible()
  // With no password typed, nothing happens.
  await page.getByRole('button', { name: 'Remove and change the password', exact: true }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Enter a new password' })).toBeVisible()
  await page.getByRole('button', { name: 'Suggest a passphrase', exact: true }).click()
  const field = page.getByLabel('New password', { exact: true })
  await expect(field).toHaveValue(/^[a-z]+(-[a-z]+){4,9}$/)
  const password = await field.inputValue()
  await page.getByRole('button', { name: 'Remove and change the password', exact: true }).click()

  await expect(carol.alert).toContainText('Alice removed you from the group')
  const after = await waitForAgreement([alice, bob])
  expect(after.fingerprint).not.toBe(before)
  await expect(bob.conversation.getByText(/Alice changed the password/)).toBeVisible()
  await expect(page.getByText('can come back')).toHaveCount(0)

  await expect(carol.message(early, 'Bob')).toHaveCount(1)
  await expectNoViolations(carol.page)
  await carol.discard()
  await carol.fill()
  await carol.submit()
  await expect(carol.alert).toContainText(/password.*refused/i)
  await carol.fill({ password })
  await carol.submit()
  await carol.waitForRoom()
  await waitForAgreement([alice, bob, carol])
  const text = unique('back again')
  await carol.say(text)
  for (const reader of [alice, bob]) await expect(reader.message(text, 'Carol')).toHaveCount(1)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`without a new password everybody is warned that the removed member can come back, ${colorScheme} theme`, async ({
    room,
  }) => {
    const [alice, bob, carol] = await threeInside(room)
    const { page } = alice
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width: 390, height: 844 })
    await alice.toFront()
    await page.getByRole('button', { name: 'Remove Carol', exact: true }).click()
    await expect(page.getByText('Without a new password, Carol can simply join again')).toBeVisible()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('button', { name: 'Remove Carol', exact: true })).toBeFocused()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Remove only', exact: true }).click()
    await waitForAgreement([alice, bob])
    await expect(carol.alert).toContainText('removed')
    for (const member of [alice, bob]) await expect(member.page.getByText('can come back')).toBeVisible()
    await expectAccessible(page)

    await bob.toFront()
    await bob.page.getByRole('button', { name: 'Change the password', exact: true }).click()
    await bob.page.getByLabel('New password', { exact: true }).fill(unique('new'))
    await bob.page
      .getByRole('dialog')
      .getByRole('button', { name: 'Change the password', exact: true })
      .click()
    for (const member of [alice, bob]) await expect(member.page.getByText('can come back')).toHaveCount(0)
    await carol.discard()
    await carol.fill()
    await carol.submit()
    await expect(carol.alert).toContainText(/password.*refused/i)
  })
}

test('epoch and fingerprint are on every screen', async ({ room }) => {
  const [alice] = await threeInside(room)
  const [epoch, fingerprint] = [await alice.epoch(), await alice.fingerprint()]
  await alice.toFront()
  const tabs = await alice.page.getByRole('tab').all()
  expect(tabs.length).toBeGreaterThan(1)
  for (const tab of tabs) {
    await tab.click()
    const shown = alice.page.locator('[data-testid$="epoch"]:visible').first()
    await expect(shown).toHaveText(String(epoch))
    await expect(alice.page.locator('[data-testid$="fingerprint"]:visible').first()).toHaveText(fingerprint)
  }
})
