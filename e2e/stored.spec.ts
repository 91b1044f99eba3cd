import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright/test'
import { type Computer, createComputer } from './fixtures/browser.ts'
import { waitForAgreement } from './fixtures/member.ts'
import { findNeedles, stretch, textNeedles, valueNeedles } from './fixtures/secrets.ts'
import { test as base, expect, unique } from './fixtures/test.ts'
import { storeVersion1 } from './fixtures/version1.ts'

const test = base.extend<{ readonly computers: (count: number) => readonly Computer[] }>({
  computers: async ({ room }, use, testInfo) => {
    expect(room.relay.url).toContain('http')
    const made: Computer[] = []
    await use((count) => {
      for (let i = 0; i < count; i++) made.push(createComputer(testInfo))
      return made
    })
    for (const computer of made) await computer.remove()
  },
})

const stay = (page: Page) => page.getByRole('checkbox', { name: 'Keep this membership on this device' })

const leftBehind = (page: Page) =>
  page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name),
    local: localStorage.length,
    session: sessionStorage.length,
    caches: await caches.keys(),
    cookies: document.cookie,
    files: (await navigator.storage.estimate()).usage ?? 0,
  }))

test('a member who does not stay leaves nothing in the browser', async ({ room }) => {
  const [alice, bob] = [await room.openMember('Alice'), await room.openMember('Bob')]
  await expect(stay(alice.page)).not.toBeChecked()
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await alice.say(unique('gone'))
  await alice.leave()
  await expect(alice.page.getByRole('button', { name: 'Join group', exact: true })).toBeVisible()
  const empty = { databases: [], local: 0, session: 0, caches: [], cookies: '', files: 0 }
  expect(await leftBehind(alice.page)).toEqual(empty)
  expect(await leftBehind(bob.page)).toEqual(empty)
})

test('a member who stays comes back after closing the browser; a wrong password opens and destroys nothing', async ({
  room,
  computers,
}) => {
  const [hers, his] = computers(2) as [Computer, Computer]
  const alice = await hers.member('Alice', room.relay.url, room)
  const bob = await his.member('Bob', room.relay.url, room)
  await alice.joinToStay()
  await bob.joinToStay()
  await waitForAgreement([alice, bob])
  const [first, second] = [unique('first'), unique('second')]
  await alice.say(first)
  await expect(bob.message(first)).toHaveCount(1)
  await expect(alice.message(first).getByText(/sending/i)).toHaveCount(0)
  const before = await alice.selfId()
  await hers.close()
  await expect(bob.listedMembers.filter({ hasText: 'Alice' })).toContainText('offline')
  await bob.say(second)

  const back = await hers.member('Alice', room.relay.url, room)
  await back.resume(unique('wrong'))
  await expect(back.alert).toContainText('password')
  await expect(back.alert).toContainText('refused')
  await back.resume()
  await back.waitForRoom()
  expect(await back.selfId()).toBe(before)
  await waitForAgreement([back, bob])
  for (const text of [first, second]) await expect(back.message(text)).toHaveCount(1)
  await back.waitForLinks('direct', 1)
  const third = unique('third')
  await back.say(third)
  await expect(bob.message(third, 'Alice')).toHaveCount(1)

  await back.leave()
  await expect(back.page.getByRole('button', { name: 'Join group', exact: true })).toBeVisible()
  await expect(back.page.getByRole('button', { name: `Resume ${room.group}` })).toHaveCount(0)
  await bob.waitForMembers(1)
})

test('a second tab finds the membership in use and joins as a separate member; Forget deletes the membership', async ({
  room,
  computers,
}) => {
  const [hers] = computers(1) as [Computer]
  const alice = await hers.member('Alice', room.relay.url, room)
  await alice.joinToStay()
  const twin = await hers.member('Alice', room.relay.url, room)
  await twin.resume()
  await twin.waitForRoom()
  await expect(twin.conversation).toContainText('open in another tab')
  await waitForAgreement([alice, twin])
  expect(await twin.selfId()).not.toBe(await alice.selfId())

  await alice.page.close()
  await twin.page.reload()
  await twin.page.getByRole('button', { name: `Forget ${room.group}` }).click()
  await twin.page.getByRole('button', { name: 'Forget for good' }).click()
  await expect(twin.page.getByRole('button', { name: `Resume ${room.group}` })).toHaveCount(0)
  await twin.page.reload()
  await expect(twin.page.getByRole('button', { name: 'Join group', exact: true })).toBeVisible()
  await expect(twin.page.getByRole('button', { name: `Resume ${room.group}` })).toHaveCount(0)
})

test('a membership that version 1 stored is refused in plain words and kept, until its owner deletes it', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  await storeVersion1(alice.page, { group: room.group, name: 'Alice', password: room.password })
  await alice.page.reload()
  await alice.resume()
  await expect(alice.alert).toContainText('An earlier version of this page stored this membership')
  await alice.page.reload()
  await alice.resume(unique('wrong'))
  await expect(alice.alert).toContainText('refused')
  await alice.page.getByRole('button', { name: `Forget ${room.group}` }).click()
  await alice.page.getByRole('button', { name: 'Forget for good' }).click()
  await expect(alice.page.getByRole('button', { name: `Resume ${room.group}` })).toHaveCount(0)
  await alice.join()
  await alice.waitForMembers(1)
})

test('a long conversation that is stored does not add a listener to the database with every message', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const worker = alice.page.workers()[0] ?? (await alice.page.waitForEvent('worker'))
  await worker.evaluate(() => {
    const real = EventTarget.prototype.addEventListener
    const added = { count: 0 }
    Object.assign(globalThis, { added })
    EventTarget.prototype.addEventListener = function (...given: Parameters<typeof real>) {
      if (this instanceof IDBDatabase && given[0] === 'close') added.count += 1
      real.apply(this, given)
    }
  })
  await alice.joinToStay()
  for (const text of ['one', 'two', 'three']) {
    await alice.say(text)
    await expect(alice.message(text)).toHaveCount(1)
  }
  const added = await worker.evaluate(
    () => (globalThis as unknown as { readonly added: { readonly count: number } }).added.count,
  )
  expect(added).toBe(1)
})

/** Records every raw key that the Worker imports into the browser's cryptography from now on. */
const recordKeys = async (page: Page): Promise<() => Promise<Buffer[]>> => {
  const worker = page.workers()[0] ?? (await page.waitForEvent('worker'))
  await worker.evaluate(() => {
    const { subtle } = crypto
    const real = subtle.importKey.bind(subtle) as (...given: unknown[]) => Promise<CryptoKey>
    const keys = new Set<string>()
    Object.assign(globalThis, { recordedKeys: keys })
    Object.assign(subtle, {
      importKey: (format: unknown, data: Uint8Array, ...rest: unknown[]) => {
        if (data.length >= 32)
          keys.add(Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join(''))
        return real(format, data, ...rest)
      },
    })
  })
  return async () => {
    const digits = await worker.evaluate(() => [
      ...(globalThis as unknown as { recordedKeys: Set<string> }).recordedKeys,
    ])
    // A salt of zeros and the base point of X25519 are imported too; they are not secret.
    return digits.filter((hex) => !/0{32}/.test(hex)).map((hex) => Buffer.from(hex, 'hex'))
  }
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    const entry = statSync(path, { throwIfNoEntry: false })
    return entry?.isDirectory() ? filesBelow(path) : entry?.isFile() ? [path] : []
  })

test('the search looks for what the app derives: it reproduces the pinned example', async () => {
  const { stretched: example } = JSON.parse(readFileSync('src/pake/vectors/cpace-oquake.json', 'utf8')) as {
    readonly stretched: Record<'group' | 'prepared' | 'verifier' | 'seed', string>
  }
  const password = Buffer.from(example.prepared, 'hex').toString()
  const { verifier, seed } = await stretch({ password, group: example.group })
  expect([verifier, seed].map((secret) => secret.toString('hex'))).toEqual([example.verifier, example.seed])
})

test("the browser's files contain no password, key or message, and a copy of them opens nothing without the password", async ({
  room,
  computers,
}) => {
  const [hers, his] = computers(2) as [Computer, Computer]
  const alice = await hers.member('Alice', room.relay.url, room)
  const keys = await recordKeys(alice.page)
  const bob = await his.member('Bob', room.relay.url, room)
  await alice.joinToStay()
  await bob.joinToStay()
  await waitForAgreement([alice, bob])
  const texts = [unique('said by Alice'), unique('said by Bob')] as const
  await alice.say(texts[0])
  await bob.say(texts[1])
  await expect(alice.message(texts[1])).toHaveCount(1)
  await expect(bob.message(texts[0])).toHaveCount(1)
  const used = await keys()
  expect(used.length).toBeGreaterThan(50)
  await hers.close()
  const { verifier, seed } = await stretch(room)

  const files = filesBelow(hers.folder).map((path) => readFileSync(path))
  // The list of memberships names groups in clear, which shows that the search works.
  const groupNeedles = textNeedles('group', room.group)
  expect(findNeedles(files, groupNeedles)).toEqual(['group'])
  const needles = [
    ...textNeedles('password', room.password),
    ...texts.flatMap((text) => textNeedles('message', text)),
    ...valueNeedles('verifier', verifier),
    ...valueNeedles('seed', seed),
    // The last bytes, because many keys begin with a label or with the bytes of a format.
    ...used.map((key) => ({ what: `key of ${key.length} bytes`, bytes: key.subarray(-16) })),
  ]
  expect(findNeedles(files, needles)).toEqual([])

  const stolen = hers.copy()
  try {
    const thief = await stolen.member('Alice', room.relay.url, room)
    await thief.resume(unique('guess'))
    await expect(thief.alert).toContainText('refused')
    await expect(thief.page.getByText(texts[0])).toHaveCount(0)
  } finally {
    await stolen.remove()
  }
})
