import { readFile } from 'node:fs/promises'
import { expect, type Locator, type Page } from 'playwright/test'
import { figure, pointsOf, timeCharts } from './fixtures/charts.ts'
import { waitForAgreement } from './fixtures/member.ts'
import { test, unique } from './fixtures/test.ts'

const slider = (page: Page, name: RegExp): Locator => page.getByRole('slider', { name })

async function download(page: Page, button: string): Promise<Buffer> {
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: button }).click()
  return readFile(await (await saved).path())
}

test('charts gain points as tabs join, stand still while paused, and can be saved or read as tables', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const { page } = alice
  await alice.join()
  await alice.openTab('Metrics')
  const charts = {
    latency: figure(page, timeCharts.latency),
    throughput: figure(page, timeCharts.throughput),
    histogram: figure(page, /^histogram of/i),
  }
  const points = async (): Promise<Record<keyof typeof charts, number>> => ({
    latency: await pointsOf(charts.latency),
    throughput: await pointsOf(charts.throughput),
    histogram: await pointsOf(charts.histogram),
  })
  for (const chart of Object.values(charts)) await expect.poll(() => pointsOf(chart)).toBeGreaterThan(0)
  const alone = await points()

  const bob = await room.openMember('Bob')
  await bob.join()
  const carol = await room.openMember('Carol')
  await carol.join()
  await alice.toFront()
  for (const name of ['latency', 'histogram'] as const) {
    await expect
      .poll(() => pointsOf(charts[name]), { message: `points of ${name}` })
      .toBeGreaterThan(alone[name])
  }
  const peak = async (): Promise<number> => {
    const ticks = await charts.throughput.locator('text').allTextContents()
    const rates = ticks.flatMap((text) => /^([\d.,]+) \/s$/.exec(text)?.[1] ?? [])
    return Math.max(0, ...rates.map((rate) => Number.parseFloat(rate.replaceAll(',', ''))))
  }
  await expect.poll(peak, { message: 'operations in the busiest second' }).toBeGreaterThan(10)
  await expect(charts.latency.getByText('join', { exact: true })).toBeVisible()
  await expect(charts.latency.getByText('new group key', { exact: true })).toBeVisible()

  await test.step('pause', async () => {
    const drawn = (): Promise<readonly (string | null)[]> =>
      page.evaluate(() =>
        [...document.querySelectorAll('path[data-curve]')].map((path) => path.getAttribute('d')),
      )
    const pause = page.getByRole('button', { name: 'Pause' })
    const fresh = page.getByText(/^paused: [\d,]+ new records?$/i)
    await expect(fresh).toHaveCount(0)
    await pause.click()
    await expect(fresh).toBeVisible()
    const held = await drawn()
    expect(held.length).toBeGreaterThan(2)
    await bob.say(unique('while paused'))
    await alice.toFront()
    const news = async (): Promise<number> =>
      Number(/\d[\d,]*/.exec((await fresh.textContent()) ?? '')?.[0].replaceAll(',', ''))
    await expect.poll(news, { message: 'new records' }).toBeGreaterThan(3)
    expect(await drawn()).toEqual(held)
    await pause.click()
    await expect(fresh).toHaveCount(0)
    await expect.poll(drawn).not.toEqual(held)
  })

  await test.step('pictures', async () => {
    const png = await download(page, 'Save “Latency over time” as PNG')
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
    expect(png.readUInt32BE(16)).toBeGreaterThan(600)
    const svg = (await download(page, 'Save “Throughput” as SVG')).toString()
    expect(svg).toContain('<path')
    expect(svg).not.toMatch(/var\(|class=|<script|style=/)
  })

  await test.step('every chart as a table', async () => {
    const panels = [/^latency of/i, /^throughput of/i, /^histogram of/i]
    const buttons = page.getByRole('button', { name: 'View as table' })
    expect(await buttons.count()).toBeGreaterThanOrEqual(panels.length)
    for (const button of await buttons.all()) await button.click()
    for (const name of panels) {
      const table = page.getByRole('table', { name })
      await expect(table).toBeVisible()
      expect(await table.getByRole('row').count()).toBeGreaterThan(1)
      await expect(table.locator('tbody td').first()).toHaveText(/\d/)
    }
    await expect(page.getByRole('figure')).toHaveCount(0)
  })
})

test('zoom, crosshair and solo work by pointer and keyboard, on all charts at once', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  for (let i = 0; i < 4; i++) await bob.say(unique('talk'))
  const { page } = alice
  await alice.openTab('Metrics')
  await page.getByRole('radio', { name: '1 min' }).check()
  const latency = figure(page, timeCharts.latency)
  const throughput = figure(page, timeCharts.throughput)
  await expect.poll(() => pointsOf(latency)).toBeGreaterThan(2)
  const shown = async (name: RegExp): Promise<number> => {
    const { min, max } = await slider(page, name).evaluate((element) => ({
      min: Number(element.getAttribute('aria-valuemin')),
      max: Number(element.getAttribute('aria-valuemax')),
    }))
    return max - min
  }
  const reset = page.getByRole('button', { name: /^reset zoom/i })

  await test.step('the crosshair is shared', async () => {
    const plot = latency.locator('[data-plot]')
    const box = await plot.boundingBox()
    if (box === null) throw new Error('no plot')
    await page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 2)
    await expect(latency.locator('[data-crosshair]')).toHaveCount(1)
    await expect(throughput.locator('[data-crosshair]')).toHaveCount(1)
  })

  await test.step('a drag zooms all of them', async () => {
    const box = await latency.locator('[data-plot]').boundingBox()
    if (box === null) throw new Error('no plot')
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40)
    await page.mouse.down()
    // To the right edge: on a fast machine everything has happened in the last second.
    await page.mouse.move(box.x + box.width * 0.999, box.y + 60, { steps: 4 })
    await page.mouse.up()
    await expect(reset).toBeVisible()
    for (const name of Object.values(timeCharts)) {
      await expect.poll(() => shown(name)).toBeLessThan(34_000)
      expect(await shown(name)).toBeGreaterThan(22_000)
    }
    await reset.click()
    await expect(reset).toHaveCount(0)
    await expect.poll(() => shown(timeCharts.throughput)).toBeGreaterThan(55_000)
  })

  await test.step('the keyboard reads values and zooms', async () => {
    // Each second with records is one step. On a slow machine the joins have already left the window.
    await expect
      .poll(
        async () => {
          await bob.say(unique('talk'))
          await alice.toFront()
          return pointsOf(latency)
        },
        { intervals: [1_100] },
      )
      .toBeGreaterThan(7)
    const chart = slider(page, timeCharts.latency)
    await chart.focus()
    const value = () => chart.getAttribute('aria-valuetext')
    await page.keyboard.press('End')
    const last = await value()
    expect(last).toMatch(/p50 [\d.]+ ms, p95 [\d.]+ ms, p99 [\d.]+ ms/)
    await page.keyboard.press('ArrowLeft')
    await expect.poll(value).not.toBe(last)
    await expect(throughput.locator('[data-crosshair]')).toHaveCount(1)
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowLeft')
    await page.keyboard.press('Enter')
    await expect(reset).toBeVisible()
    await expect.poll(() => shown(timeCharts.throughput)).toBeLessThan(55_000)
    await page.keyboard.press('Escape')
    await expect(reset).toHaveCount(0)
  })

  await test.step('solo', async () => {
    const curves = latency.locator('[data-series=line]')
    await expect(curves).toHaveCount(3)
    await latency.getByRole('button', { name: 'p95' }).click()
    await expect(curves).toHaveCount(1)
    await latency.getByRole('button', { name: 'p95' }).click()
    await expect(curves).toHaveCount(3)
  })

  await test.step('a slow operation shows its parts', async () => {
    const slowest = page.getByRole('table', { name: /slowest/i })
    await slowest.getByRole('button', { name: /^join/ }).click()
    const trace = page.getByRole('list', { name: /trace of join/i })
    await expect(trace.getByText('password_stretch').first()).toBeVisible()
    expect(await trace.getByRole('listitem').count()).toBeGreaterThan(5)
  })
})

test('charts are not redrawn while the page is hidden', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  const { page } = alice
  await alice.openTab('Metrics')
  await expect.poll(() => pointsOf(figure(page, timeCharts.latency))).toBeGreaterThan(0)

  /** Changes to the Metrics tab while Bob talks. */
  const changesWhile = async (talk: () => Promise<void>): Promise<number> => {
    await page.evaluate(() => {
      const seen = { changes: 0 }
      const panel = document.querySelector('[role="tabpanel"]:not([hidden])') ?? document.body
      const observer = new MutationObserver((list) => {
        seen.changes += list.length
      })
      observer.observe(panel, { subtree: true, childList: true, attributes: true, characterData: true })
      Object.assign(window, { seen })
    })
    await talk()
    return page.evaluate(() => (window as unknown as { seen: { changes: number } }).seen.changes)
  }
  const talk = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await bob.say(unique('talk'))
      await page.waitForTimeout(700)
    }
  }
  expect(await changesWhile(talk), 'changes while visible').toBeGreaterThan(0)

  const hide = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value })
      document.dispatchEvent(new Event('visibilitychange'))
    }, hidden)
  await hide(true)
  expect(await changesWhile(talk), 'changes while hidden').toBe(0)
  await hide(false)
  await expect(figure(page, timeCharts.latency).getByText('in the background')).toBeVisible()

  await alice.openTab('Room')
  await expect(page.locator('svg[data-chart]')).toHaveCount(0)
})
