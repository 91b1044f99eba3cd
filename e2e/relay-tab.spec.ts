import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expectNoViolations } from './fixtures/axe.ts'
import { Member, waitForAgreement } from './fixtures/member.ts'
import { startRelay } from './fixtures/relay.ts'
import { expect, test, unique } from './fixtures/test.ts'

const millisecondsIn = (text: string): number => Number(/([\d.]+) ms/.exec(text)?.[1])

test('the tab shows the link to the relay with a measured round trip', async ({ room }) => {
  const alice = await room.openMember('Alice')
  await alice.openTab('Relay')
  const { page } = alice
  await expect(page.getByText('No link yet')).toBeVisible()
  await expect(page.getByText('not in a group')).toBeVisible()

  await alice.openTab('Room')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await alice.openTab('Relay')
  await expect(page.getByTestId('relay-socket')).toContainText('open')
  await expect(page.getByText(room.relay.socketUrl)).toBeVisible()
  const trip = page.getByTestId('relay-round-trip')
  await expect(trip).toContainText(/of ([3-9]|\d\d)/)
  const near = millisecondsIn((await trip.textContent()) ?? '')
  expect(near).toBeGreaterThan(0)
  await expect(page.getByTestId('relay-quota')).toContainText(/of 1,000, 200 more each second/)
  await expect(page.getByText('The relay has refused nothing.')).toBeVisible()
  await expect(page.getByText('The link has never broken.')).toBeVisible()

  await room.relay.stop()
  await expect(page.getByTestId('relay-socket')).toContainText(/waiting|connecting/)
  const ends = page.getByRole('group', { name: 'Ends of the link by reason' })
  await expect(ends.getByRole('row', { name: /going-away/ })).toContainText('announced a restart')
  await room.relay.start()
  await expect(page.getByTestId('relay-socket')).toContainText('open')
  await expect(page.getByText('Reconnects').locator('xpath=..')).toContainText(/Reconnects1/)
})

test('a refusal by the relay is shown with its reason and the time of the next attempt', async ({ page }) => {
  const relay = await startRelay({ limits: { roomMembers: 1 } })
  try {
    const group = { group: unique('group'), password: unique('password') }
    await page.goto(relay.url)
    const alice = new Member(page, 'Alice', group)
    await alice.join()
    const late = await page.context().newPage()
    await late.goto(relay.url)
    const bob = new Member(late, 'Bob', group)
    await bob.fill()
    await bob.submit()
    await bob.openTab('Relay')
    const row = late
      .getByRole('group', { name: 'Refusals by reason' })
      .getByRole('row', { name: /room-full/ })
    await expect(row).toContainText('as many members as the relay allows')
    await expect(row).toContainText(/in \d+ s|now/)
  } finally {
    await relay.stop()
  }
})

test('the security card states what holds, and tests it', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await alice.openTab('Relay')
  const { page } = alice
  const card = page.getByRole('region', { name: 'Security of this page' })
  await expect(page.getByTestId('security-policy')).toContainText('The relay sends it with the page')
  await expect(page.getByTestId('security-policy')).toContainText("default-src 'none'")
  await expect(page.getByTestId('security-types')).toContainText('required by the policy')
  await expect(page.getByTestId('security-violations')).toContainText(/^0 since/)
  await expect(card.getByText('Secure context').locator('xpath=..')).toContainText('yes')
  await expect(card.getByText('Isolated from other sites').locator('xpath=..')).toContainText('yes')
  await expect(page.getByTestId('security-pairs')).toContainText('0 of 1')
  await expect(page.getByTestId('security-storage')).toContainText('memory only')

  await alice.openTab('Room')
  await page.getByRole('button', { name: 'Verify everybody', exact: true }).click()
  await page.getByRole('button', { name: 'Same', exact: true }).click()
  await page.keyboard.press('Escape')
  await alice.openTab('Relay')
  await expect(page.getByTestId('security-pairs')).toContainText('1 of 1')

  const list = readFileSync('dist/app/files.txt')
  const build = page.getByTestId('security-build')
  await expect(build).toContainText(createHash('sha256').update(list).digest('hex'))
  await expect(build).toContainText(`all ${list.toString().trim().split('\n').length} files`)

  await page.getByRole('button', { name: 'Try to break in' }).click()
  const attempts = page.getByTestId('security-attempts').getByRole('listitem')
  await expect(attempts).toHaveCount(3)
  for (const attempt of await attempts.all()) await expect(attempt).toContainText('stopped by the policy')
  await expect(page.getByTestId('security-violations')).toContainText(/^0 since/)
  // The browser reports each attempt as a violation. The fixture saw them; they are expected.
  expect(room.log.violations.length).toBeGreaterThanOrEqual(3)
  room.log.violations.length = 0
})

test('a page without the policy is reported, and a modified file is named', async ({ browser, room }) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.route('**/*', async (route) => {
    const answer = await route.fetch()
    const { 'content-security-policy': _, ...headers } = answer.headers()
    const path = new URL(route.request().url()).pathname
    const body = await answer.body()
    const changed = path.endsWith('.css') ? Buffer.concat([body, Buffer.from('/**/')]) : body
    await route.fulfill({ response: answer, headers, body: changed })
  })
  await page.goto(`${room.relay.url}/#/relay`)
  await expect(page.getByTestId('security-policy')).toContainText('none, or one with gaps')
  await expect(page.getByTestId('security-types')).toContainText('not required by the policy')
  await expect(page.getByTestId('security-build')).toContainText(/do not match the list: assets\/.*\.css/)
  await page.getByRole('button', { name: 'Try to break in' }).click()
  const attempts = page.getByTestId('security-attempts').getByRole('listitem')
  await expect(attempts).toHaveCount(3)
  for (const attempt of await attempts.all()) await expect(attempt).toContainText('NOT stopped')
  await context.close()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds no violations on the tab, and it fits a phone, ${colorScheme} theme`, async ({
    room,
  }, testInfo) => {
    const alice = await room.openMember('Alice')
    const bob = await room.openMember('Bob')
    await alice.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const member of [alice, bob]) await member.join()
    await waitForAgreement([alice, bob])
    await alice.openTab('Relay')
    const { page } = alice
    await expect(page.getByTestId('security-build')).toContainText('files')
    await expect(page.getByTestId('relay-round-trip')).toContainText(/of [2-9]/)
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 })
      await expectNoViolations(page)
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(wide).toBeLessThanOrEqual(0)
      await page.screenshot({ path: testInfo.outputPath(`relay-${colorScheme}-${width}.png`) })
    }
  })
}
