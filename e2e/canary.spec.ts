import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright/test'
import { waitForAgreement } from './fixtures/member.ts'
import { findNeedles, textNeedles } from './fixtures/secrets.ts'
import { expect, test, unique } from './fixtures/test.ts'

/** The Worker's messages to the page, as text, by kind; bytes as hexadecimal digits. */
type Told = readonly { readonly kind: string; readonly text: string }[]

/** Listens to every message of the Worker, next to the page. */
const overhear = (): void => {
  const told: { kind: string; text: string }[] = []
  Object.assign(globalThis, { told })
  const hex = (bytes: Uint8Array): string => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')
  const plain = (_: string, value: unknown): unknown => (value instanceof Uint8Array ? hex(value) : value)
  const listen = EventTarget.prototype.addEventListener
  Worker.prototype.addEventListener = function (
    this: Worker,
    ...[type, ...rest]: Parameters<typeof listen>
  ): void {
    if (type === 'message')
      listen.call(this, type, (event) => {
        const { data } = event as MessageEvent<{ kind: string }>
        told.push({ kind: data.kind, text: JSON.stringify(data, plain) })
      })
    listen.call(this, type, ...rest)
  }
}

/** Everything that this origin stores in the browser; each byte as one character. */
const storageOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate(async () => {
    const texts = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })]
    const collect = (value: unknown): void => {
      if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
        const bytes = new Uint8Array(ArrayBuffer.isView(value) ? value.buffer : value)
        texts.push([...bytes].map((byte) => String.fromCharCode(byte)).join(''))
      } else if (typeof value === 'object' && value !== null) {
        for (const [key, inner] of Object.entries(value)) {
          texts.push(key)
          collect(inner)
        }
      } else texts.push(String(value))
    }
    const finished = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((done, failed) => {
        request.onsuccess = () => done(request.result)
        request.onerror = () => failed(request.error)
      })
    for (const { name } of await indexedDB.databases()) {
      const database = await finished(indexedDB.open(name ?? ''))
      for (const store of database.objectStoreNames) {
        const rows = database.transaction(store).objectStore(store)
        collect(await finished(rows.getAllKeys()))
      }
      for (const store of database.objectStoreNames)
        collect(await finished(database.transaction(store).objectStore(store).getAll()))
      database.close()
    }
    return texts
  })

/** The page as text, with the values of its fields; with or without the conversation. */
const domOf = (page: Page, withConversation: boolean): Promise<string> =>
  page.evaluate((whole) => {
    const root = document.documentElement
    const copy = root.cloneNode(true) as HTMLElement
    if (!whole) for (const log of copy.querySelectorAll('[role=log]')) log.remove()
    const fields = [...root.querySelectorAll<HTMLInputElement>('input, textarea, select')]
    return [document.title, location.href, copy.outerHTML, ...fields.map(({ value }) => value)].join('\n')
  }, withConversation)

/** Presses every button of the tab that saves a file, and returns the files. */
async function downloads(page: Page): Promise<Buffer[]> {
  const files: Buffer[] = []
  const take = async (press: () => Promise<void>): Promise<void> => {
    const coming = page.waitForEvent('download')
    await press()
    files.push(await readFile(await (await coming).path()))
  }
  for (const button of await page.getByRole('button', { name: /^(Save|Export metrics|Raw)/ }).all())
    if (await button.isEnabled()) await take(() => button.click())
  const preview = page.getByRole('button', { name: 'Export with preview' })
  if ((await preview.count()) > 0) {
    await preview.click()
    const dialog = page.getByRole('dialog')
    const formats = await dialog.getByLabel('Format').locator('option').count()
    for (let index = 0; index < formats; index++) {
      await dialog.getByLabel('Format').selectOption({ index })
      // Chromium drops a second download within a tenth of a second, and gives no sign of it.
      await page.waitForTimeout(300)
      await take(() => dialog.getByRole('button', { name: 'Download' }).click())
    }
    await dialog.getByRole('button', { name: 'Close' }).click()
  }
  return files
}

test('a canary password appears nowhere, and a canary message only in the conversation', async ({
  room,
  context,
}) => {
  const password = unique('canary pässword')
  const message = unique('canary mëssage')
  const outside: string[] = []
  context.on('console', (line) => outside.push(line.text()))
  context.on('request', (request) => outside.push(`${request.url()} ${request.postData() ?? ''}`))
  await context.addInitScript(overhear)
  const alice = await room.openMember('Alice', { password })
  const bob = await room.openMember('Bob', { password })
  const secret = textNeedles('password', password)
  const said = textNeedles('message', message)
  const find = (texts: readonly string[], needles: typeof said): string[] =>
    findNeedles(
      texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, 'latin1')]),
      needles,
    )

  // Stored members, so that what they store is searched as well.
  for (const member of [alice, bob]) {
    await member.fill()
    await member.page.getByLabel('Keep this membership on this device').check()
    if (member === alice) expect(find([await domOf(alice.page, true)], secret)).toEqual(['password'])
    await member.submit()
    await member.waitForRoom()
  }
  await waitForAgreement([alice, bob])
  await alice.say(message)
  await expect(bob.message(message)).toHaveCount(1)

  for (const { page } of [alice, bob]) {
    await page.bringToFront()
    for (const tab of await page.getByRole('tab').all()) {
      const where = (await tab.textContent()) ?? ''
      await tab.click()
      await expect(page.getByRole('tabpanel', { name: where, exact: true })).toBeVisible()
      // Charts and figures are drawn once a second; what must not appear gives no sign to wait for.
      await page.waitForTimeout(1_200)
      expect(find([await domOf(page, false)], [...secret, ...said]), where).toEqual([])
      const files = await downloads(page)
      if (where === 'Metrics') expect(files.length).toBeGreaterThanOrEqual(5)
      expect(findNeedles(files, [...secret, ...said]), `files of ${where}`).toEqual([])
    }
    const whole = await domOf(page, true)
    expect(find([whole], secret)).toEqual([])
    // The search finds what it should.
    expect(find([whole], said)).toEqual(['message'])

    const stored = await storageOf(page)
    expect(stored.join('').length).toBeGreaterThan(1_000)
    expect(find(stored, [...secret, ...said])).toEqual([])

    const told = await page.evaluate(() => (globalThis as unknown as { told: Told }).told)
    const texts = (kinds: (kind: string) => boolean): string[] =>
      told.filter(({ kind }) => kinds(kind)).map(({ text }) => text)
    expect(texts((kind) => kind === 'records').length).toBeGreaterThan(0)
    expect(
      find(
        texts(() => true),
        secret,
      ),
    ).toEqual([])
    expect(
      find(
        texts((kind) => kind === 'view'),
        said,
      ),
    ).toEqual(['message'])
    expect(
      find(
        texts((kind) => kind !== 'view'),
        said,
      ),
    ).toEqual([])
  }
  expect(outside.length).toBeGreaterThan(0)
  expect(find(outside, [...secret, ...said])).toEqual([])
  expect(
    findNeedles(
      room.relay.frames.map(({ bytes }) => bytes),
      [...secret, ...said],
    ),
  ).toEqual([])
})
