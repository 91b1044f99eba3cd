import type { Locator, Page } from 'playwright/test'
import { expectNoViolations, smallTargetsIn, violationsIn } from './fixtures/axe.ts'
import { waitForAgreement } from './fixtures/member.ts'
import { expect, test, unique } from './fixtures/test.ts'

const looks = {
  'light theme': { colorScheme: 'light', forcedColors: 'none' },
  'dark theme': { colorScheme: 'dark', forcedColors: 'none' },
  'forced colours': { colorScheme: 'light', forcedColors: 'active' },
} as const

for (const [look, media] of Object.entries(looks)) {
  test(`axe finds no violations on any screen, ${look}`, async ({ room }) => {
    const alice = await room.openMember('Alice')
    const bob = await room.openMember('Bob')
    await alice.page.emulateMedia({ ...media, reducedMotion: 'reduce' })

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

test('axe finds planted violations in every look', async ({ room }) => {
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
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' })
  await page.evaluate(() => {
    const faint = document.querySelector<HTMLElement>('main > p')
    if (faint !== null) faint.style.forcedColorAdjust = 'none'
  })
  expect((await violationsIn(page)).join()).toContain('color-contrast')
})

const tabNames = ['Metrics', 'Protocol', 'Benchmark', 'Relay', '1-to-1'] as const
const sizes = { 'on a desk': { width: 1280, height: 800 }, 'on a phone': { width: 360, height: 740 } }

for (const [where, size] of Object.entries(sizes)) {
  test(`whatever can be pressed has 24 pixels, or as much room, ${where}`, async ({ room }) => {
    const alice = await room.openMember('Alice')
    const bob = await room.openMember('Bob')
    const { page } = alice
    await page.setViewportSize(size)
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const found: string[] = []
    const look = async (screen: string) => {
      for (const small of await smallTargetsIn(page)) found.push(`${screen}: ${small}`)
    }
    await look('join form')
    await page.getByText('Create', { exact: true }).click()
    await look('create form')
    await page.getByText('Join', { exact: true }).click()
    for (const member of [alice, bob]) await member.join()
    await waitForAgreement([alice, bob])
    await bob.say('https://example.org and more')
    await alice.say('hello')
    await expect(alice.message('more')).toHaveCount(1)
    await alice.toFront()
    if (where === 'on a phone') await page.getByRole('button', { name: /2 people/ }).click()
    await look('room with its members')
    const lookAtDialog = async (name: string) => {
      await page.getByRole('button', { name, exact: true }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
      await look(name)
      await page.keyboard.press('Escape')
    }
    for (const name of ['Verify Bob', 'Remove Bob']) await lookAtDialog(name)
    if (where === 'on a phone') await page.keyboard.press('Escape')
    await alice.message('more').hover()
    await look('room with the tools of a message')
    for (const name of ['Invite', 'Leave group', 'Help']) await lookAtDialog(name)
    for (const name of ['Menu', 'More'] as const) {
      await page.getByRole('button', { name, exact: true }).click()
      await look(name)
      await page.keyboard.press('Escape')
    }
    for (const name of tabNames) {
      await alice.openTab(name)
      await expect(page.getByRole('tabpanel', { name, exact: true })).toBeVisible()
      await look(name)
      if (name === 'Metrics') await lookAtDialog('Export with preview')
    }
    expect(found).toEqual([])
  })
}

test('the measure of targets finds planted ones', async ({ room }) => {
  const { page } = await room.openMember('Alice')
  await page.evaluate(() => {
    for (const name of ['one', 'two']) {
      const button = document.createElement('button')
      button.textContent = name
      button.style.cssText =
        'width: 12px; height: 12px; min-height: 0; padding: 0; border: 0; overflow: hidden'
      document.querySelector('main')?.prepend(button)
    }
  })
  expect(await smallTargetsIn(page)).not.toEqual([])
})

/** Presses Tab from the first stop of the page to its last; returns what had the focus, and where that is. */
const stopsOf = async (page: Page) => {
  await page.getByRole('link', { name: 'Skip to the content' }).focus()
  const stops: { readonly name: string; readonly box: DOMRect }[] = []
  for (let presses = 0; presses < 80; presses++) {
    const stop = await page.evaluate(() => {
      const element = document.activeElement
      if (element === null || element === document.body) return null
      const name = element.getAttribute('aria-label') ?? element.textContent?.slice(0, 40) ?? ''
      return { name: `${element.tagName} ${name}`, box: element.getBoundingClientRect().toJSON() as DOMRect }
    })
    if (stop === null || (presses > 0 && stop.name === stops[0]?.name)) break
    stops.push(stop)
    await page.keyboard.press('Tab')
  }
  return stops
}

test('Tab goes through the room as the eye does: along a row, then down, then to the column beside it', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await bob.say('hello')
  await expect(alice.message('hello')).toHaveCount(1)
  await alice.toFront()
  const stops = await stopsOf(alice.page)
  const names = stops.map(({ name }) => name)
  for (const name of ['Skip to the content', 'Room', 'Help', 'Menu', 'Invite', 'Leave group', 'Conversation'])
    expect(names.join('\n')).toContain(name)
  // The link for skipping is seen only while it has the focus, above the rest.
  const seen = stops.slice(1)
  const backward = seen.slice(1).flatMap(({ name, box }, i) => {
    const before = seen[i]
    if (before === undefined) return []
    const [middle, middleBefore] = [box.y + box.height / 2, before.box.y + before.box.height / 2]
    const isSameRow = Math.abs(middle - middleBefore) < Math.max(box.height, before.box.height) / 2
    const goesOn = isSameRow ? box.x >= before.box.x : middle > middleBefore || box.x >= before.box.right
    return goesOn ? [] : [`${before.name} → ${name}`]
  })
  expect(backward).toEqual([])
})

test('on a phone the sheet of the members takes the focus, and Escape gives it back', async ({ room }) => {
  const alice = await room.openMember('Alice')
  await alice.page.setViewportSize(sizes['on a phone'])
  await alice.join()
  const chip = alice.page.getByRole('button', { name: 'only you' })
  await chip.focus()
  await alice.page.keyboard.press('Enter')
  await expect(alice.page.getByRole('button', { name: 'Close members and keys' })).toBeFocused()
  await alice.page.keyboard.press('Escape')
  await expect(alice.page.getByRole('complementary', { name: 'Members and keys' })).toBeHidden()
  await expect(chip).toBeFocused()
})

test('a dialog gives the focus back to what opened it', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await alice.say('something to lose')
  await expect(alice.message('something to lose')).toHaveCount(1)
  const { page } = alice
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true })
  const openAndClose = async (opener: Locator, back: Locator = opener) => {
    const dialog = page.getByRole('dialog')
    for (const close of ['Escape', 'button'] as const) {
      await opener.focus()
      await page.keyboard.press('Enter')
      await expect(dialog).toBeVisible()
      const focusIn = await dialog.evaluate((element) => element.contains(document.activeElement))
      expect(focusIn, 'the focus is in the dialog').toBe(true)
      if (close === 'Escape') await page.keyboard.press('Escape')
      else
        await dialog
          .getByRole('button', { name: /^(Close|Cancel|Stay|Not now)$/ })
          .last()
          .click()
      await expect(dialog).toHaveCount(0)
      await expect(back).toBeFocused()
    }
  }
  for (const name of ['Invite', 'Leave group', 'Verify Bob', 'Remove Bob', 'Help'])
    await test.step(name, () => openAndClose(button(name)))
  await test.step('from a menu', async () => {
    await button('More').click()
    await button('New password …').first().focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(button('More')).toBeFocused()
  })
  await alice.openTab('Metrics')
  await test.step('export', () => openAndClose(button('Export with preview')))
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
  for (const tab of tabNames) {
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
