import { expect, test } from './fixtures/test.ts'

test('to present: the laboratory is larger, each panel fills the screen, and arrow keys go from one to the next', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const { page } = alice
  await page.setViewportSize({ width: 1600, height: 900 })
  await alice.join()
  await alice.openTab('Metrics')
  const panels = page.getByRole('tabpanel', { name: 'Metrics' }).locator('[data-panel]')
  await expect.poll(() => panels.count()).toBeGreaterThan(5)
  const widthOf = async (): Promise<number> => (await panels.first().boundingBox())?.width ?? 0
  const before = await widthOf()
  const menu = page.getByRole('button', { name: 'Menu', exact: true })
  await menu.click()
  const present = page.getByLabel('Present', { exact: true })
  await present.check()
  await page.keyboard.press('Escape')
  await expect.poll(widthOf).toBeGreaterThan(before + 200)
  expect((await panels.first().boundingBox())?.height).toBeGreaterThan(720)

  const topOf = async (i: number): Promise<number> =>
    Math.abs(((await panels.nth(i).boundingBox())?.y ?? Number.POSITIVE_INFINITY) - 52)
  for (const i of [0, 1, 2]) {
    // Below the bar that stays at the top. From the top of the screen the first press leads past its heading to the second panel at the latest.
    await page.keyboard.press('ArrowRight')
    await expect.poll(async () => Math.min(await topOf(i), await topOf(i + 1))).toBeLessThan(110)
  }

  await menu.click()
  await present.uncheck()
  await page.keyboard.press('Escape')
  await expect.poll(widthOf).toBeLessThan(before + 20)
})
