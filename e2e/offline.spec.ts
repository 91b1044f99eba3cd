import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright/test'
import { Member } from './fixtures/member.ts'
import { startRelay } from './fixtures/relay.ts'
import { createAppCopy } from './fixtures/second-build.ts'
import { expect, test, unique } from './fixtures/test.ts'

/** What the browser keeps of the app: SHA-256 by the path that it is stored under, and the caches by name. */
const keptBy = (page: Page) =>
  page.evaluate(async () => {
    const names = await caches.keys()
    const files: Record<string, string> = {}
    for (const name of names) {
      const cache = await caches.open(name)
      for (const { url } of await cache.keys()) {
        const body = await (await cache.match(url))?.arrayBuffer()
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body ?? new ArrayBuffer()))
        const hash = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
        files[url.slice(location.origin.length)] = hash
      }
    }
    const registrations = await navigator.serviceWorker.getRegistrations()
    return { names, files, workers: registrations.map(({ active }) => active?.state ?? 'not active') }
  })

const waitUntilKept = (page: Page): Promise<void> =>
  expect.poll(async () => (await keptBy(page)).workers).toEqual(['activated'])

test('who keeps a membership resumes and reads it while the server is out of reach', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const { page } = alice
  await alice.joinToStay()
  const text = unique('kept')
  await alice.say(text)
  await expect(alice.message(text)).toHaveCount(1)
  await waitUntilKept(page)

  await test.step('it keeps the files of the build, each as listed, and nothing else', async () => {
    const list = readFileSync('dist/app/files.txt', 'utf8')
    const listed = new Map(
      list
        .split('\n')
        .filter((line) => line !== '' && !line.endsWith('  service-worker.js'))
        .map((line) => [`/${line.slice(66)}`.replace(/^\/index\.html$/, '/'), line.slice(0, 64)]),
    )
    listed.set('/files.txt', createHash('sha256').update(list).digest('hex'))
    const { names, files } = await keptBy(page)
    expect(names).toHaveLength(1)
    expect(new Map(Object.entries(files))).toEqual(listed)
  })

  await test.step('nor does a visit by an invitation leave its address, or the server’s answers', async () => {
    const before = await keptBy(page)
    const visitor = await page.context().newPage()
    await visitor.goto(`${room.relay.url}/?transport=relay#/room?group=somebody`)
    await expect(visitor.getByRole('button', { name: 'Join group', exact: true })).toBeVisible()
    expect(await visitor.evaluate(async () => (await fetch('/api/ice')).ok)).toBe(true)
    expect(await visitor.evaluate(async () => (await fetch('/icon.svg?asked=1')).ok)).toBe(true)
    const after = await keptBy(visitor)
    expect(after).toEqual(before)
    for (const path of Object.keys(after.files)) expect(path).not.toMatch(/[?#]|^\/api|^\/ws/)
    await visitor.close()
  })

  await room.relay.stop()
  await page.reload()
  await alice.resume()
  await expect(alice.message(text)).toHaveCount(1)
  await expect(page.getByText('The relay is out of reach')).toBeVisible()
  await alice.openTab('Relay')
  await expect(page.getByRole('tabpanel', { name: 'Relay' })).toBeVisible()
  await alice.openTab('Room')
  const later = unique('said without a server')
  await alice.say(later)
  await expect(alice.message(later)).toHaveCount(1)

  await test.step('with the server back, the room goes on', async () => {
    await room.relay.start()
    await expect(alice.connection).toHaveText('Online')
    await alice.leave()
    await expect(page.getByRole('button', { name: 'Join group', exact: true })).toBeVisible()
  })

  await test.step('and with the last membership the app is gone from the browser too', async () => {
    await expect
      .poll(async () => {
        const { names, workers } = await keptBy(page)
        return [...names, ...workers]
      })
      .toEqual([])
  })
})

test('a new version waits until the reader says so, and tells which one it is', async ({ room, context }) => {
  const app = createAppCopy()
  const server = await startRelay({ appDirectory: app.folder })
  try {
    const page = await context.newPage()
    await page.goto(server.url)
    const alice = new Member(page, 'Alice', room)
    await alice.joinToStay()
    await waitUntilKept(page)
    const version = async (of: Page) => {
      await of.getByRole('button', { name: 'Menu', exact: true }).click()
      await of.getByText('Version of this app').click()
      const text = (await of.getByTestId('version').textContent()) ?? ''
      await of.keyboard.press('Escape')
      return text
    }
    const hashOfList = () =>
      createHash('sha256')
        .update(readFileSync(`${app.folder}/files.txt`))
        .digest('hex')
        .slice(0, 16)
    const first = hashOfList()
    expect(await version(page)).toBe(first)
    const before = await keptBy(page)
    const notice = page.getByText('A new version is ready.')

    await server.stop()
    app.change()
    await server.start()
    await expect(alice.connection).toHaveText('Online')
    await expect(notice).toHaveCount(0)
    // As a browser does by itself where the app is opened again, and once a day.
    await page.evaluate(async () => {
      await (await navigator.serviceWorker.getRegistration())?.update()
    })
    await expect(notice).toBeVisible()
    expect((await keptBy(page)).names).toContain(before.names[0])
    await alice.say('still the old one')
    await expect(alice.message('still the old one')).toHaveCount(1)

    page.once('dialog', (dialog) => void dialog.accept())
    await page.getByRole('button', { name: 'Reload', exact: true }).click()
    await expect(page.getByRole('button', { name: `Resume ${room.group}` })).toBeVisible()
    await expect(page.locator('link[href*="index-changed1.css"]')).toHaveCount(1)
    await expect(notice).toHaveCount(0)
    await expect.poll(async () => (await keptBy(page)).names).toHaveLength(1)
    const after = await keptBy(page)
    expect(after.names).not.toEqual(before.names)
    expect(Object.keys(after.files)).toContain('/assets/index-changed1.css')
    expect(hashOfList()).not.toBe(first)
    expect(await version(page)).toBe(hashOfList())
  } finally {
    await server.stop()
    app.remove()
  }
})
