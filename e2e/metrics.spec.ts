import { readFile } from 'node:fs/promises'
import { expect, type Locator, type Page } from 'playwright/test'
import { waitForAgreement } from './fixtures/member.ts'
import { test } from './fixtures/test.ts'

interface OperationRecord {
  readonly operation: string
  readonly algorithm: string
  readonly duration: number
  readonly error: string | null
  readonly id: number
  readonly parent: number | null
  readonly trace: number
}

/** The row of one operation of one algorithm, by column. */
type Row = ReadonlyMap<string, number>

const keyOf = ({ operation, algorithm }: Pick<OperationRecord, 'operation' | 'algorithm'>): string =>
  `${operation.trim()} ${algorithm.trim()}`

/** The spans around a record, and the record: `join > pake_run > kem_encapsulation`. */
const pathOf = (record: OperationRecord, records: readonly OperationRecord[]): string => {
  const above = records.find(({ id }) => id === record.parent)
  return above === undefined ? record.operation : `${pathOf(above, records)} > ${record.operation}`
}

const operationsTable = (page: Page): Locator => page.getByRole('table', { name: /operations/i })

async function readOperations(page: Page): Promise<ReadonlyMap<string, Row>> {
  const cells = await operationsTable(page).evaluate((table) =>
    [...table.querySelectorAll('tr')].map((row) =>
      [...row.querySelectorAll('th, td')].map((cell) => cell.textContent ?? ''),
    ),
  )
  const [head = [], ...rows] = cells
  const columns = head.map((text) => text.toLowerCase())
  const column = (name: string) => columns.findIndex((text) => text.includes(name))
  return new Map(
    rows.map((row) => {
      const numberIn = (name: string) =>
        Number.parseFloat((row[column(name)] ?? '').replaceAll(/[^\d.e-]/gi, ''))
      const names = ['count', 'avg', 'min', 'max', 'p50', 'p90', 'p95', 'p99']
      const key = keyOf({
        operation: row[column('operation')] ?? '',
        algorithm: row[column('algorithm')] ?? '',
      })
      return [key, new Map(names.map((name) => [name, numberIn(name)]))] as const
    }),
  )
}

const totalCount = (rows: ReadonlyMap<string, Row>): number =>
  [...rows.values()].reduce((sum, row) => sum + (row.get('count') ?? 0), 0)

/** Opens the preview and downloads the file that it shows. */
async function exportAs(page: Page, format: string): Promise<string> {
  await page.getByRole('button', { name: 'Export with preview' }).click()
  const dialog = page.getByRole('dialog', { name: 'Export preview' })
  await dialog.getByLabel('Format').selectOption(format)
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Download' }).click()
  const content = await readFile(await (await download).path(), 'utf8')
  const shown = await dialog.getByLabel('Content').inputValue()
  // A text field normalizes line ends.
  expect(content.replaceAll('\r\n', '\n').startsWith(shown)).toBe(true)
  expect(shown.length).toBeGreaterThan(100)
  await dialog.getByRole('button', { name: 'Close' }).click()
  return content
}

async function exportRecords(page: Page): Promise<readonly OperationRecord[]> {
  return JSON.parse(await exportAs(page, 'capture')).log.latest
}

const tableText = (table: Locator): Promise<readonly string[]> => table.locator('td, th').allTextContents()

test('the operations table and the latency chart follow a join as it happens', async ({ room }) => {
  const alice = await room.openMember('Alice')
  await alice.join()
  await alice.openTab('Metrics')
  await expect.poll(async () => totalCount(await readOperations(alice.page))).toBeGreaterThan(0)
  const before = await readOperations(alice.page)

  const bob = await room.openMember('Bob')
  await bob.join()
  await alice.toFront()
  await expect
    .poll(async () => totalCount(await readOperations(alice.page)), { message: 'operations of a join' })
    .toBeGreaterThan(totalCount(before) + 10)
  const after = await readOperations(alice.page)
  expect([...after.keys()].some((operation) => /kem/.test(operation))).toBe(true)

  const chart = alice.page.getByRole('figure', { name: /latency/i })
  await expect
    .poll(
      () =>
        chart
          .locator('svg path')
          .evaluateAll((paths) => paths.filter((path) => /[LC]/.test(path.getAttribute('d') ?? '')).length),
      { message: 'lines in the latency chart' },
    )
    .toBeGreaterThan(0)
})

test('the figures agree with an exact computation over the exported records', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await alice.openTab('Metrics')

  // Nothing may be measured between reading the table and exporting.
  let rows: ReadonlyMap<string, Row> = new Map()
  let records: readonly OperationRecord[] = []
  await expect
    .poll(async () => {
      rows = await readOperations(alice.page)
      records = await exportRecords(alice.page)
      return rows.size > 5 && totalCount(rows) === records.length
    })
    .toBe(true)

  for (const [operation, row] of rows) {
    const durations = records
      .filter((record) => keyOf(record) === operation)
      .map(({ duration }) => duration)
      .sort((a, b) => a - b)
    expect(row.get('count'), `${operation} count`).toBe(durations.length)
    const [least = Number.NaN, most = Number.NaN] = [durations[0], durations.at(-1)]
    const mean = durations.reduce((sum, value) => sum + value, 0) / durations.length
    // The screen shows three decimals or three digits.
    const near = (value: number) => Math.max(0.0051, value * 0.006)
    for (const [name, exact] of [
      ['min', least],
      ['max', most],
      ['avg', mean],
    ] as const) {
      const shown = row.get(name) ?? Number.NaN
      expect(Math.abs(shown - exact), `${operation} ${name}: ${shown} for ${exact}`).toBeLessThanOrEqual(
        near(exact),
      )
    }
    for (const percent of [50, 90, 95, 99]) {
      const shown = row.get(`p${percent}`) ?? Number.NaN
      const rank = (durations.length - 1) * (percent / 100)
      const low = durations[Math.floor(rank)] ?? Number.NaN
      const high = durations[Math.min(durations.length - 1, Math.ceil(rank + 0.5))] ?? Number.NaN
      const label = `${operation} p${percent}: ${shown}, between ${low} and ${high} of ${durations.length}`
      // Histograms round to a bucket; ranks may be counted from either side.
      expect(shown, label).toBeGreaterThanOrEqual(low * 0.95 - 0.0051)
      expect(shown, label).toBeLessThanOrEqual(high * 1.05 + 0.0051)
    }
  }
})

test('a join is recorded as one tree of spans, down to its primitives', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await bob.openTab('Metrics')
  const paths = async (): Promise<string> => {
    const records = await exportRecords(bob.page)
    return records.map((record) => pathOf(record, records)).join('\n')
  }
  for (const path of [
    /^join > pake_run > kem_/m,
    /^join > pake_run > element_/m,
    /^join > password_stretch$/m,
    /^join > peer_step > pair_seal > aead_seal$/m,
    /^peer_step > pair_open > aead_open$/m,
  ]) {
    await expect.poll(paths).toMatch(path)
  }
})

test('every export is what its preview showed, and a loaded capture shows the same tables again', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await alice.say('a canary in the mine')
  await bob.openTab('Metrics')
  const table = operationsTable(bob.page)
  const slowest = bob.page.getByRole('table', { name: /slowest/i })

  const figures = JSON.parse(await exportAs(bob.page, 'metrics'))
  expect(Object.keys(figures.kem_key_generation).sort()).toEqual(
    [
      ...['avg_time_ms', 'count', 'max_time_ms', 'min_time_ms', 'p50_ms', 'p90_ms', 'p95_ms', 'p99_ms'],
      ...['success_rate', 'throughput_bps'],
    ].sort(),
  )
  const csv = await exportAs(bob.page, 'csv')
  expect(csv.split('\r\n')[0]).toContain('operation,algorithm,start,duration')
  expect(csv).toMatch(/,pake_run,CPaceOQUAKE\+/)
  expect(await exportAs(bob.page, 'prometheus')).toMatch(
    /^mlwe_pake_operation_seconds_count\{operation="pake_run",.*\} [1-9]/m,
  )

  // A loaded capture does not change, and neither does an export of it.
  const capture = await exportAs(bob.page, 'capture')
  for (const secret of [room.password, room.group, 'Alice', 'Bob', 'a canary in the mine'])
    for (const text of [capture, csv]) expect(text).not.toContain(secret)
  const load = async (name: string, text: string) =>
    bob.page
      .getByLabel('Load capture')
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) })
  await load('first.json', capture)
  await expect(bob.page.getByText('first.json')).toBeVisible()
  const held = JSON.parse(capture).log
  await expect
    .poll(async () => totalCount(await readOperations(bob.page)))
    .toBe(
      held.operations.reduce(
        (sum: number, { durations }: { durations: { zeros: number; buckets: number[] } }) => {
          const counts = durations.buckets.filter((_, i) => i % 2 === 1)
          return counts.reduce((a, b) => a + b, sum + durations.zeros)
        },
        0,
      ),
    )
  const [rows, longest] = [await tableText(table), await tableText(slowest)]
  const again = await exportAs(bob.page, 'capture')
  await load('second.json', again)
  await expect(bob.page.getByText('second.json')).toBeVisible()
  expect(await tableText(table)).toEqual(rows)
  expect(await tableText(slowest)).toEqual(longest)

  // A file that is not a capture changes nothing.
  await load('bad.json', capture.replace('"version":1', '"version":1,"password":"x"'))
  await expect(bob.alert).toContainText('unknown field. (password)')
  expect(await tableText(table)).toEqual(rows)
  await bob.page.getByRole('button', { name: 'Back to live' }).click()
  await expect(bob.page.getByText('second.json')).toBeHidden()
})
