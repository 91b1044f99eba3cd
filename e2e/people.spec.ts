import { expectNoViolations } from './fixtures/axe.ts'
import { Member, waitForAgreement } from './fixtures/member.ts'
import { expect, test, unique } from './fixtures/test.ts'

const phone = { width: 390, height: 844 }

test('a room is created, its link handed over, and two people talk, answer, react and leave', async ({
  room,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: room.relay.url })
  const alice = await room.openMember('Alice')
  const { page } = alice
  await alice.toFront()
  await page.getByLabel('Display name', { exact: true }).fill('Alice')
  await page.getByLabel('Group', { exact: true }).fill('Friday plan')
  await page.getByRole('button', { name: 'Create group', exact: true }).click()
  // The name that was typed stays; a random part keeps strangers from finding the group.
  await expect(page.getByLabel('Group', { exact: true })).toHaveValue(/^Friday plan-[a-z2-7]{26}$/)
  const password = await page.getByLabel('Password', { exact: true }).inputValue()
  await alice.submit()
  await alice.waitForRoom()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Friday plan')
  // In the room the words stay behind a button.
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText(password.split('-')[0] ?? '', { exact: true })).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Show the password' }).click()
  await expect(dialog.getByText(password.split('-')[0] ?? '', { exact: true }).first()).toBeVisible()
  await expectNoViolations(page)
  await dialog.getByRole('button', { name: 'Copy link with password' }).click()
  await expect(dialog.getByText('Copied.')).toBeVisible()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(new URL(link).search).toBe('')
  await page.keyboard.press('Escape')

  const bobsPage = await context.newPage()
  await bobsPage.setViewportSize(phone)
  await bobsPage.goto(link)
  const bob = new Member(bobsPage, 'Bob', { group: 'Friday plan', password })
  await expect(bobsPage.getByText('You are invited to “Friday plan”')).toBeVisible()
  await expect(bobsPage.getByLabel('Group', { exact: true })).toBeHidden()
  expect(bobsPage.url()).not.toContain(password)
  await bobsPage.getByLabel('Display name', { exact: true }).fill('Bob')
  // As a phone would write it.
  await bobsPage
    .getByLabel('Password', { exact: true })
    .fill(`${password.replaceAll('-', ' ').toUpperCase()} `)
  await bob.submit()
  await bob.waitForRoom()
  await waitForAgreement([alice, bob])

  await alice.say('Shall we meet at the lake? See https://example.org/map.')
  const asked = bob.message('Shall we meet', 'Alice')
  await expect(asked.getByRole('link')).toHaveAttribute('href', 'https://example.org/map')
  await bob.toFront()
  await asked.click({ position: { x: 40, y: 30 } })
  await asked.getByRole('button', { name: 'Reply' }).click()
  await bob.say('Yes')
  await expect(alice.message('Yes', 'Bob').locator('blockquote')).toContainText('Shall we meet')
  await alice.toFront()
  await alice.message('Yes', 'Bob').hover()
  await alice.message('Yes', 'Bob').getByRole('button', { name: 'React' }).click()
  await alice.page.getByRole('button', { name: '🎉' }).click()
  await expect(bob.message('Yes').getByRole('listitem')).toContainText('🎉')
  expect(await bob.messages()).toHaveLength(2)
  await expectNoViolations(alice.page)

  await alice.page.keyboard.press('Control+k')
  await alice.page.getByRole('searchbox').fill('LAKE')
  await expect(alice.conversation.getByRole('article')).toHaveCount(1)
  await alice.page.keyboard.press('Escape')
  await expect(alice.conversation.getByRole('article')).toHaveCount(2)

  await bob.toFront()
  const leave = bobsPage.getByRole('button', { name: 'Leave group', exact: true })
  await leave.click()
  await bobsPage.getByRole('button', { name: 'Stay', exact: true }).click()
  await waitForAgreement([alice, bob])
  await leave.click()
  await bobsPage.getByRole('button', { name: 'Continue', exact: true }).click()
  await alice.waitForMembers(1)
})

test('what is new shows on the tab, in the title and by a line; the form outlives a reload, which asks before a draft is lost', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await bob.say('seen')
  await expect(alice.message('seen')).toHaveCount(1)
  await alice.openTab('Relay')
  await bob.say('missed')
  await expect(alice.page).toHaveTitle('(1) MLWE-PAKE')
  await expect(alice.page.getByText('1 unread message')).toBeAttached()
  await alice.openTab('Room')
  await expect(alice.page).toHaveTitle('MLWE-PAKE')
  await expect(alice.conversation.getByText('new', { exact: true })).toBeVisible()

  const draft = unique('half a thought')
  await alice.page.getByLabel('Message', { exact: true }).fill(draft)
  const asked: string[] = []
  alice.page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog.accept()
  })
  await alice.page.reload()
  expect(asked).toEqual(['beforeunload'])
  expect(
    await alice.page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage })),
  ).not.toContain(draft)
  await expect(alice.page.getByLabel('Display name', { exact: true })).toHaveValue('Alice')
  await expect(alice.page.getByLabel('Group', { exact: true })).toHaveValue(room.group)
})

test('a word that is not in the list is named before it costs a try', async ({ room }) => {
  const alice = await room.openMember('Alice', { password: 'iguanx abacus zoom unzip zebra' })
  await alice.fill()
  await alice.submit()
  await expect(alice.alert).toContainText('iguanx is not in the list')
  await alice.submit()
  await alice.waitForRoom()
})

test('on a phone the members are a sheet, nothing is wider than the screen, and all of it is in German', async ({
  room,
  browser,
}) => {
  const context = await browser.newContext({ locale: 'de-DE', viewport: phone })
  const page = await context.newPage()
  await page.goto(room.relay.url)
  await page.getByLabel('Anzeigename', { exact: true }).fill('Alice')
  await page.getByLabel('Gruppe', { exact: true }).fill(room.group)
  await page.getByLabel('Passwort', { exact: true }).fill(room.password)
  await page.getByRole('button', { name: 'Gruppe beitreten', exact: true }).click()
  await expect(page.getByRole('list', { name: 'Mitglieder' }).getByRole('listitem')).toHaveCount(1)
  await expectNoViolations(page)
  await page.getByRole('button', { name: 'nur du' }).click()
  await expect(page.getByRole('heading', { name: 'Gruppenschlüssel' })).toBeVisible()
  await expectNoViolations(page)
  await page.keyboard.press('Escape')
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 640 })
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(wide, `pixels too wide at ${width}`).toBe(0)
  }
  await context.close()
})
