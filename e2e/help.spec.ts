import { expectNoViolations } from './fixtures/axe.ts'
import { expect, test } from './fixtures/test.ts'

test('Help opens the guide at the section of the current tab', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const { page } = alice
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click()
    const name = (await tab.textContent()) ?? ''
    await page.getByRole('button', { name: 'Help', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'What you see here' })
    await expect(dialog.getByRole('combobox')).toHaveValue(name)
    expect(page.url()).toMatch(/#\/[a-z0-9-]+\/help$/)
    await expect(dialog.getByRole('heading', { level: 3 })).not.toHaveCount(0)
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
    await expect(tab).toHaveAttribute('aria-selected', 'true')
  }
})

test('the address opens the guide, in the language of the page', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const { page } = alice
  await page.goto(`${room.relay.url}/#/metrics/help`)
  const text = page.getByTestId('guide')
  await expect(text).toContainText('Latency over time')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByLabel('Language').selectOption('de')
  await page.getByRole('button', { name: 'Hilfe' }).click()
  await expect(text).toContainText('Dauer im Zeitverlauf')
  await page.getByRole('dialog').getByRole('combobox').selectOption('Relay')
  await expect(text).toContainText('Verbindung zum Relay')
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds no violations in the guide, and it fits a phone, ${colorScheme} theme`, async ({
    room,
  }, testInfo) => {
    const { page } = await room.openMember('Alice')
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width: 390, height: 800 })
    await page.goto(`${room.relay.url}/#/metrics/help`)
    await expect(page.getByTestId('guide')).toBeVisible()
    await expectNoViolations(page)
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(wide).toBeLessThanOrEqual(0)
    await page.screenshot({ path: testInfo.outputPath(`help-${colorScheme}.png`) })
  })
}
