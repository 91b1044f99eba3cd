import { readFile } from 'node:fs/promises'
import { expectNoViolations } from './fixtures/axe.ts'
import { waitForAgreement } from './fixtures/member.ts'
import { expect, test, unique } from './fixtures/test.ts'

test('the benchmark measures every engine while the room goes on, and can be stopped and saved', async ({
  room,
}, testInfo) => {
  const [alice, bob] = [await room.openMember('Alice'), await room.openMember('Bob')]
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await alice.openTab('Benchmark')
  const { page } = alice
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const check = (name: string) => page.getByRole('checkbox', { name, exact: true }).check()

  await button('None').click()
  await expect(button('Run benchmark')).toBeDisabled()
  await check('ML-KEM-768 encapsulate')
  await check('Password exchange, both sides')
  await page.getByLabel('Samples each').selectOption('20')
  await button('Run benchmark').click()
  // The same Worker still runs the room.
  const text = unique('meanwhile')
  await bob.say(text)
  await alice.toFront()
  await expect(page.getByText('5 of 5 measured')).toBeVisible({ timeout: 240_000 })
  await check('View as table')
  const table = page.getByRole('table', { name: 'Median, p95 and interval' })
  await expect(table.getByRole('row')).toHaveCount(6)
  for (const engine of ['JavaScript', 'browser’s own', 'classical baseline'])
    await expect(table).toContainText(engine)
  await expect(table.getByRole('row', { name: /Password exchange.*classical baseline/ })).toContainText(/\d/)
  await expect(page.getByText(/times as long as the classical form/)).toBeVisible()

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const asTable of [true, false]) {
      await page.getByRole('checkbox', { name: 'View as table' }).setChecked(asTable)
      await expectNoViolations(page)
    }
    await page.screenshot({ path: testInfo.outputPath(`benchmark-${colorScheme}.png`) })
  }
  await page.setViewportSize({ width: 390, height: 800 })
  const wide = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(await wide()).toBeLessThanOrEqual(0)
  await page.screenshot({ path: testInfo.outputPath('benchmark-390.png') })
  await page.setViewportSize({ width: 1280, height: 800 })

  const saved = async (name: string): Promise<string> => {
    const [download] = await Promise.all([page.waitForEvent('download'), button(name).click()])
    return readFile(await download.path(), 'utf8')
  }
  const json = JSON.parse(await saved('Save benchmark as JSON')) as {
    readonly format: string
    readonly version: number
    readonly environment: { readonly cores: number }
    readonly results: readonly { readonly engine: string; readonly samples: readonly number[] }[]
  }
  expect([json.format, json.version]).toEqual(['mlwe-pake benchmark', 1])
  expect(json.environment.cores).toBeGreaterThan(0)
  expect(json.results).toHaveLength(5)
  for (const { engine, samples } of json.results)
    if (engine !== 'browser' || samples.length > 0) expect(samples).toHaveLength(20)
  expect((await saved('Save benchmark as CSV')).split('\r\n')).toHaveLength(6)

  await button('All').click()
  await page.getByLabel('Samples each').selectOption('500')
  await button('Run benchmark').click()
  await expect(button('Stop benchmark')).toBeVisible()
  await button('Stop benchmark').click()
  await expect(button('Run benchmark')).toBeVisible()
  await alice.openTab('Room')
  await expect(alice.message(text)).toHaveCount(1)
})
