import { expectNoViolations } from './fixtures/axe.ts'
import { Member, waitForAgreement } from './fixtures/member.ts'
import { expect, test } from './fixtures/test.ts'

test('a group is created with one click, and its link brings another tab into it', async ({
  room,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: room.relay.url })
  const alice = await room.openMember('Alice')
  const { page } = alice
  await alice.toFront()
  const field = (label: string, at = page) => at.getByLabel(label, { exact: true })
  await page.getByRole('button', { name: 'Create group', exact: true }).click()
  await expect(field('Password')).toHaveValue(/^[a-z]+(-[a-z]+){4,9}$/)
  await expect(field('Group')).toHaveValue(/-[a-z2-7]{26}$/)
  await expect(page.getByText('5 words drawn from 7,776: 64.6 bits.')).toBeVisible()
  const [group, password] = [await field('Group').inputValue(), await field('Password').inputValue()]
  await expectNoViolations(page)

  const copied = async (): Promise<URL> => {
    await page.getByRole('button', { name: 'Copy invitation link', exact: true }).click()
    await expect(page.getByText('Copied.')).toBeVisible()
    return new URL(await page.evaluate(() => navigator.clipboard.readText()))
  }
  const bare = await copied()
  expect([bare.search, bare.href.includes(password)]).toEqual(['', false])
  await page.getByRole('checkbox', { name: 'Put the password into the link' }).check()
  const whole = await copied()
  expect([whole.pathname, whole.search, whole.hash.includes(password)]).toEqual(['/', '', true])
  await page.getByRole('button', { name: 'Show QR code', exact: true }).click()
  await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible()

  await field('Display name').fill('Alice')
  await alice.submit()
  await alice.waitForRoom()
  await expect(page.getByText('You are the first here')).toBeVisible()
  const fromRoom = await copied()
  // Inside, the link also names who invites: the newcomer asks that member first.
  expect(fromRoom.hash).toMatch(/&address=[0-9a-f]{64}&entry=[0-9a-f]{64}$/)
  expect(fromRoom.hash.startsWith(bare.hash)).toBe(true)

  const bobsPage = await context.newPage()
  const inviting = `${whole.href}${fromRoom.hash.slice(bare.hash.length)}`
  await bobsPage.goto(inviting)
  const bob = new Member(bobsPage, 'Bob', { group, password })
  await expect(field('Group', bobsPage)).toHaveValue(group)
  await expect(field('Password', bobsPage)).toHaveValue(password)
  expect(await bobsPage.evaluate(() => location.href + JSON.stringify(history.state))).not.toContain(password)
  expect(new URL(bobsPage.url()).hash).toBe('#/room')
  await field('Display name', bobsPage).fill('Bob')
  await bob.submit()
  await bob.waitForRoom()
  await waitForAgreement([alice, bob])

  for (const { bytes } of room.relay.frames) expect(bytes.includes(password)).toBe(false)
})
