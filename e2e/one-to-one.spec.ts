import type { BrowserContext, Locator, Page } from 'playwright/test'
import { expectNoViolations } from './fixtures/axe.ts'
import { waitForAgreement } from './fixtures/member.ts'
import { expect, type Room, test, unique } from './fixtures/test.ts'

/** One side of a 1-to-1 login, found the way a person finds it. */
class Side {
  readonly page: Page
  constructor(page: Page) {
    this.page = page
  }

  get state(): Locator {
    return this.page.getByTestId('login-state')
  }

  get fingerprint(): Locator {
    return this.page.getByTestId('login-fingerprint')
  }

  async shownFingerprint(): Promise<string> {
    return (await this.fingerprint.textContent()) ?? ''
  }

  get alert(): Locator {
    return this.page.getByRole('alert').filter({ hasText: /\S/ })
  }

  async click(name: string): Promise<void> {
    await this.page.bringToFront()
    await this.page.getByRole('button', { name, exact: true }).click()
  }

  async enter(
    place: string,
    password: string,
    button: 'Listen as server' | 'Log in as client',
  ): Promise<void> {
    await this.page.bringToFront()
    await this.page.getByLabel('Meeting place', { exact: true }).fill(place)
    await this.page.getByLabel('Login password', { exact: true }).fill(password)
    await this.click(button)
    await expect(this.state).toBeVisible()
  }

  async again(password: string): Promise<void> {
    await this.page.bringToFront()
    await this.page.getByLabel('Login password', { exact: true }).fill(password)
    await this.click('Log in again')
  }

  /** Sizes of the messages on screen, in their order. */
  async sizes(): Promise<readonly number[]> {
    const texts = await this.page.getByTestId('login-message-bytes').allInnerTexts()
    return texts.map((text) => Number(text.replace(/\D/g, '')))
  }
}

const openSide = async (room: Room, context: BrowserContext): Promise<Side> => {
  const page = await context.newPage()
  await page.goto(`${room.relay.url}/#/one-to-one`)
  return new Side(page)
}

const twoSides = async (room: Room, context: BrowserContext) => {
  const server = await openSide(room, context)
  const client = await openSide(room, context)
  return { server, client, place: unique('place') }
}

test('two tabs log in message by message and share one fingerprint; the password never travels', async ({
  room,
  context,
}) => {
  const { server, client, place } = await twoSides(room, context)
  const password = unique('right')
  await server.enter(place, password, 'Listen as server')
  await expect(server.state).toContainText('Listening')
  await client.enter(place, password, 'Log in as client')

  const turns = [client, server, client, server, client, server]
  for (const [i, side] of turns.entries()) {
    await expect(side.state).toContainText('Next:')
    await side.click('Next step')
    await expect.poll(async () => (await client.sizes()).length).toBe(Math.min(i + 1, 5))
  }
  for (const side of [client, server]) await expect(side.state).toContainText('Done')
  const [seen, other] = [await client.shownFingerprint(), await server.shownFingerprint()]
  expect(seen).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/)
  expect(other).toBe(seen)
  const sizes = await client.sizes()
  expect(await server.sizes()).toEqual(sizes)
  expect(sizes).toEqual([66, 66, 1658, 2848, 96])

  // The bytes that the page shows for a message are those that the relay carried.
  const message = client.page.getByRole('list', { name: 'Messages' }).getByRole('listitem').nth(2)
  const hex = (await message.locator('details code').nth(1).textContent()) ?? ''
  const carried = room.relay.frames.some(({ bytes }) => bytes.toString('hex').includes(hex))
  expect(hex.length).toBeGreaterThan(2000)
  expect(carried).toBe(true)
  for (const { bytes } of room.relay.frames) {
    for (const secret of [password, place]) expect(bytes.includes(secret)).toBe(false)
  }
})

test('a wrong password is refused on both sides after the same messages, and a second login works', async ({
  room,
  context,
}) => {
  const { server, client, place } = await twoSides(room, context)
  const password = unique('right')
  await server.enter(place, password, 'Listen as server')
  await server.click('Run all')
  await client.enter(place, unique('wrong'), 'Log in as client')
  await client.click('Run all')
  for (const side of [client, server]) {
    await expect(side.alert).toContainText(/password.*refused.*pake\/failed/)
    await expect(side.page.getByText('Failed logins on the account: 1 of 5.')).toBeVisible()
    await expect(side.fingerprint).toHaveCount(0)
  }
  const refused = await client.sizes()
  await client.again(password)
  await expect(client.fingerprint).toBeVisible()
  await expect(server.fingerprint).toHaveText(await client.shownFingerprint())
  expect(await client.sizes()).toEqual(refused)

  for (let i = 0; i < 4; i++) {
    await client.again(unique('wrong'))
    await expect(client.page.getByText(`Failed logins on the account: ${i + 2} of 5.`)).toBeVisible()
  }
  await client.again(password)
  await expect(client.alert.filter({ hasText: 'Next try in' }).first()).toBeVisible()
})

test('a group with the same name and password never meets the two', async ({ room, context }) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  const { server } = await twoSides(room, context)
  await server.enter(room.group, room.password, 'Listen as server')
  await expect(server.state).toContainText('Listening')
  const text = unique('undisturbed')
  await alice.say(text)
  await expect(bob.message(text, 'Alice')).toHaveCount(1)
  await alice.waitForMembers(2)
  await expect(alice.page.getByText(/wrong password/)).toHaveCount(0)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds no violations and nothing is wider than a phone, ${colorScheme} theme`, async ({
    room,
    context,
  }) => {
    const { server, client, place } = await twoSides(room, context)
    for (const { page } of [server, client]) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width: 390, height: 844 })
    }
    const fits = async (page: Page) =>
      expect(
        await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ),
      ).toBeLessThanOrEqual(0)
    const check = async (side: Side) => {
      await expectNoViolations(side.page)
      await fits(side.page)
    }
    await check(client)
    const password = unique('right')
    await server.enter(place, password, 'Listen as server')
    await check(server)
    await server.click('Run all')
    await client.enter(place, unique('wrong'), 'Log in as client')
    await check(client)
    await client.click('Run all')
    await expect(client.alert).toContainText(/refused/)
    await check(client)
    await client.again(password)
    await expect(server.fingerprint).toBeVisible()
    await check(client)
    await check(server)
  })
}

test('the keyboard alone is enough, also in German', async ({ room, context }) => {
  const { server, client, place } = await twoSides(room, context)
  const password = unique('right')
  await server.enter(place, password, 'Listen as server')
  await server.click('Run all')
  await client.page.bringToFront()
  await client.page.getByRole('button', { name: 'Menu' }).click()
  await client.page.getByRole('combobox', { name: 'Language' }).selectOption('de')
  const { keyboard } = client.page
  const tabTo = async (target: Locator) => {
    for (let presses = 0; presses < 40; presses++) {
      if (await target.evaluate((element) => element === document.activeElement)) return
      await keyboard.press('Tab')
    }
    throw new Error('Tab does not reach it')
  }
  await tabTo(client.page.getByLabel('Treffpunkt', { exact: true }))
  await keyboard.type(place)
  await tabTo(client.page.getByLabel('Anmeldepasswort', { exact: true }))
  await keyboard.type(password)
  await keyboard.press('Enter')
  const next = client.page.getByRole('button', { name: 'Nächster Schritt', exact: true })
  await expect(next).toBeVisible()
  await tabTo(next)
  for (const flow of [1, 3, 5]) {
    await expect(client.state).toContainText(`Nachricht ${flow}`)
    await keyboard.press('Enter')
  }
  await expect(client.fingerprint).toBeVisible()
  await expect(client.page.getByText('Fingerabdruck des Schlüssels')).toBeVisible()
})
