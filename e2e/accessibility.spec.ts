import { expectNoViolations, violationsIn } from './fixtures/axe.ts'
import { waitForAgreement } from './fixtures/member.ts'
import { expect, test, unique } from './fixtures/test.ts'

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds no violations on any screen, ${colorScheme} theme`, async ({ room }) => {
    const alice = await room.openMember('Alice')
    const bob = await room.openMember('Bob')
    await alice.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })

    await test.step('join form', () => expectNoViolations(alice.page))
    await test.step('join form with an error', async () => {
      await alice.fill({ name: '' })
      await alice.submit()
      await expect(alice.alert).toBeVisible()
      await expectNoViolations(alice.page)
    })
    for (const member of [alice, bob]) await member.join()
    await waitForAgreement([alice, bob])
    await alice.say('hello')
    await bob.say('hello back')
    await expect(alice.message('hello back')).toHaveCount(1)
    await test.step('room', () => expectNoViolations(alice.page))
    await alice.openTab('Metrics')
    await expect(alice.page.getByRole('tabpanel', { name: 'Metrics' })).toBeVisible()
    await test.step('metrics', () => expectNoViolations(alice.page))
    const { page } = alice
    await test.step('metrics beside another tab', async () => {
      await page.getByRole('checkbox', { name: /^bob/i }).check()
      await expect(page.getByRole('figure', { name: /^latency/i }).getByText(/p95 of bob/i)).toBeVisible()
      await expectNoViolations(page)
    })
    await test.step('every chart as a table, a trace unfolded', async () => {
      for (const button of await page.getByRole('button', { name: 'View as table' }).all())
        await button.click()
      await expect(page.getByRole('table', { name: /^latency/i })).toBeVisible()
      // Rows move as records arrive; the join stays the slowest.
      const slowest = page.getByRole('table', { name: /slowest/i })
      await slowest.getByRole('button', { name: /^join/ }).first().click()
      await expect(page.getByRole('list', { name: /^trace of/i })).toBeVisible()
      await expectNoViolations(page)
    })
    await test.step('export with preview', async () => {
      await page.getByRole('button', { name: 'Export with preview' }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
      await expectNoViolations(page)
    })
  })
}

test('axe finds planted violations in both themes', async ({ room }) => {
  const { page } = await room.openMember('Alice')
  await page.evaluate(() => document.body.append(document.createElement('button')))
  expect((await violationsIn(page)).join()).toContain('button-name')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.evaluate(() => {
    const faint = document.createElement('p')
    faint.textContent = 'hardly readable'
    faint.style.color = '#333'
    faint.style.background = '#222'
    document.querySelector('main')?.append(faint)
  })
  expect((await violationsIn(page)).join()).toContain('color-contrast')
})

test('nothing is wider than a phone', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  await alice.page.setViewportSize({ width: 360, height: 740 })
  // Sections scroll inside the page; the page itself never scrolls sideways.
  const expectNoScroll = async (where: string) => {
    const overflow = await alice.page.evaluate(() => {
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement
      return [scrollWidth - clientWidth, scrollHeight - clientHeight]
    })
    expect(overflow, `pixels too wide and too long: ${where}`).toEqual([0, 0])
  }
  await expectNoScroll('join form')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await bob.say('w'.repeat(300))
  await expect(alice.message('www')).toHaveCount(1)
  await expectNoScroll('room')
  for (const tab of ['Metrics', 'Protocol', 'Benchmark', 'Relay', '1-to-1'] as const) {
    await alice.openTab(tab)
    await expectNoScroll(tab)
  }
})

test('the keyboard alone is enough to join, send and leave', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  await bob.join()

  const { keyboard } = alice.page
  await alice.toFront()
  const tabTo = async (role: 'textbox' | 'button', name: string) => {
    const target =
      role === 'textbox'
        ? alice.page.getByLabel(name, { exact: true })
        : alice.page.getByRole(role, { name, exact: true })
    for (let presses = 0; presses < 40; presses++) {
      if (await target.evaluate((element) => element === document.activeElement)) return
      await keyboard.press('Tab')
    }
    throw new Error(`Tab does not reach ${name}`)
  }
  await tabTo('textbox', 'Display name')
  await keyboard.type('Alice')
  await tabTo('textbox', 'Group')
  await keyboard.type(room.group)
  await tabTo('textbox', 'Password')
  await keyboard.type(room.password)
  await keyboard.press('Enter')
  await alice.waitForRoom()
  await waitForAgreement([alice, bob])

  await tabTo('textbox', 'Message')
  const text = unique('typed')
  await keyboard.type(text)
  await keyboard.press('Enter')
  await expect(bob.message(text, 'Alice')).toHaveCount(1)

  await tabTo('button', 'Leave group')
  await keyboard.press('Enter')
  await tabTo('button', 'Continue')
  await keyboard.press('Enter')
  await bob.waitForMembers(1)
})
