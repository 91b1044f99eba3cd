import { expect, type Locator } from 'playwright/test'
import { figure, pointsOf, timeCharts } from './fixtures/charts.ts'
import { waitForAgreement } from './fixtures/member.ts'
import { test, unique } from './fixtures/test.ts'

test('another tab of this browser is shown as one more series, and shares nothing but figures', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  // Any page of this origin can listen to what tabs send each other.
  const listener = await room.openMember('Listener')
  await listener.page.evaluate(() => {
    const heard: string[] = []
    new BroadcastChannel('mlwe-pake neighbours').addEventListener('message', ({ data }) =>
      heard.push(JSON.stringify(data)),
    )
    Object.assign(window, { heard })
  })
  const heard = (): Promise<readonly string[]> =>
    listener.page.evaluate(() => (window as unknown as { heard: string[] }).heard)
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  const canary = unique('canary')
  await bob.say(canary)
  await expect(alice.message(canary)).toBeVisible()
  expect(await heard(), 'nobody watches yet').toEqual([])

  const { page } = alice
  await alice.openTab('Metrics')
  const latency = figure(page, timeCharts.latency)
  const throughput = figure(page, timeCharts.throughput)
  await expect.poll(() => pointsOf(latency)).toBeGreaterThan(0)
  await expect(latency.locator('[data-series=line]')).toHaveCount(3)
  const compare = page.getByRole('group', { name: 'Compare with other tabs' })
  await compare.getByRole('checkbox', { name: /^bob/i }).check()
  await expect(latency.locator('[data-series=line]')).toHaveCount(4)
  const inLegend = (chart: Locator): Locator => chart.getByRole('listitem').filter({ hasText: /bob/i })
  await expect(inLegend(latency).getByText(/^[\d.]+ ms$/)).toBeVisible()
  await throughput.scrollIntoViewIfNeeded()
  await expect(inLegend(throughput).getByText(/^[\d.,]+\/s$/)).toBeVisible()

  await test.step('the operations table shows the figures of the other tab', async () => {
    const table = page.getByTestId('operations-table')
    const countOf = async (operation: string): Promise<number> => {
      const row = table
        .getByRole('row')
        .filter({ has: page.getByRole('rowheader', { name: operation, exact: true }) })
      return Number(await row.locator('td:nth-of-type(2) data').getAttribute('value'))
    }
    const source = page.getByRole('combobox', { name: 'Tab', exact: true })
    const own = await countOf('join')
    expect(own).toBe(1)
    // Each tab joined once.
    await source.selectOption({ label: 'all chosen tabs together' })
    await expect.poll(() => countOf('join')).toBe(2)
    const label = (await inLegend(throughput).getByRole('button').textContent())?.trim() ?? ''
    await source.selectOption({ label })
    await expect.poll(() => countOf('join')).toBe(1)
    const shown = await countOf('dh_key_generation')
    await bob.openTab('Metrics')
    await expect(bob.page.getByTestId('operations-table')).toBeVisible()
    const real = Number(
      await bob.page
        .getByTestId('operations-table')
        .getByRole('row')
        .filter({ has: bob.page.getByRole('rowheader', { name: 'dh_key_generation', exact: true }) })
        .locator('td:nth-of-type(2) data')
        .getAttribute('value'),
    )
    expect(shown).toBeGreaterThan(0)
    expect(shown).toBeLessThanOrEqual(real)
  })

  const all = await heard()
  expect(all.filter((text) => text.includes('"tell"')).length, 'messages heard').toBeGreaterThan(1)
  for (const secret of [canary, room.password, room.group])
    expect(
      all.filter((text) => text.includes(secret)),
      'messages with a secret',
    ).toEqual([])

  await bob.page.close()
  await alice.toFront()
  await expect(compare.getByRole('checkbox', { name: /^bob/i })).toHaveCount(0)
})
