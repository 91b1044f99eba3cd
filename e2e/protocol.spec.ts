import { readFile } from 'node:fs/promises'
import { expectNoViolations } from './fixtures/axe.ts'
import { waitForAgreement } from './fixtures/member.ts'
import { expect, test, unique } from './fixtures/test.ts'

test("the Protocol tab shows a join frame by frame with the relay's view, replays it, saves it and opens it again", async ({
  room,
}, testInfo) => {
  const alice = await room.openMember('Alice')
  const [bob, carol] = [await room.openMember('Bob'), await room.openMember('Carol')]
  for (const member of [alice, bob, carol]) await member.join()
  await waitForAgreement([alice, bob, carol])
  const said = unique('nobody else reads this')
  await alice.say(said)
  await expect(bob.message(said)).toHaveCount(1)
  // Alice let both in. The two met by their entries, without the password.
  await bob.openTab('Protocol')
  const seen = bob.page.getByRole('list', { name: /^Frames as arrows/ })
  for (const type of ['handshake 1', 'handshake 2'])
    await expect(seen.getByRole('button', { name: new RegExp(` ${type}`) }).first()).toBeAttached()
  await alice.openTab('Protocol')
  const { page } = alice
  const panel = page.getByRole('tabpanel', { name: 'Protocol' })
  const arrows = page.getByRole('list', { name: /^Frames as arrows/ })
  const button = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' })
  const scan = async (theme: 'light' | 'dark'): Promise<void> => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await expectNoViolations(page)
    await page.screenshot({ path: testInfo.outputPath(`protocol-${theme}.png`), fullPage: true })
  }

  await test.step('arrows in both directions, and what each end can know', async () => {
    for (const type of [
      'pake 1',
      'pake 2',
      'pake 3',
      'pake 4',
      'pake 5',
      'admission 2',
      'admission 3',
      'pair: epoch',
      'new group key',
      'group message',
    ])
      await expect(arrows.getByRole('button', { name: new RegExp(` ${type}`) }).first()).toBeAttached()
    await button('Pause').click()
    await arrows
      .getByRole('button', { name: / pair: epoch/ })
      .first()
      .click()
    await expect(page.getByRole('heading', { name: 'pair: epoch' })).toBeVisible()
    await expect(panel.getByText('members', { exact: true })).toBeVisible()
    for (const theme of ['light', 'dark'] as const) await scan(theme)
    await page.setViewportSize({ width: 390, height: 800 })
    await page.screenshot({ path: testInfo.outputPath('protocol-390.png'), fullPage: true })
    const wide = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(await wide()).toBeLessThanOrEqual(0)
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  await test.step('side by side: the relay has a locked box of what passes it, and nothing of the rest', async () => {
    const group = arrows.getByRole('button', { name: / group message/ }).first()
    await expect(group).toContainText('does not pass the relay')
    const proof = arrows.getByRole('button', { name: / pake 5/ }).first()
    await expect(proof).toContainText(/pake 5\s+[\d.]+ kB.*pake 5\s+[\d.]+ kB/s)
    await button('This tab').click()
    await expect(group).not.toContainText('does not pass the relay')
    await button('This tab | Relay').click()
  })

  await test.step('one exchange is followed by itself; the list is one tab stop, and arrow keys go through it', async () => {
    const follow = page.getByRole('combobox', { name: 'Follow', exact: true })
    const exchange = await follow
      .locator('option', { hasText: 'Password exchange with Bob' })
      .first()
      .textContent()
    await follow.selectOption({ label: exchange ?? '' })
    await expect(arrows.getByRole('button')).toHaveCount(7)
    await expect(arrows).toContainText('Password exchange with Bob, 7 frames')
    await expect(arrows.locator('button[tabindex="0"]')).toHaveCount(1)
    await arrows.getByRole('button').last().focus()
    await page.keyboard.press('Home')
    await expect(arrows.getByRole('button').first()).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await expect(arrows.getByRole('button').nth(1)).toBeFocused()
    await follow.selectOption({ label: 'Everything' })
  })

  await test.step('who reads above is not moved, and is told how much is new', async () => {
    await button('Follow again').click()
    await arrows.evaluate((list) => list.scrollTo(0, 0))
    await alice.openTab('Room')
    await alice.say(unique('more'))
    await alice.openTab('Protocol')
    await arrows.evaluate((list) => list.scrollTo(0, 0))
    const fresh = button(/^\d+ new$/)
    await expect(fresh).toBeVisible()
    expect(await arrows.evaluate(({ scrollTop }) => scrollTop)).toBe(0)
    await fresh.click()
    await expect(fresh).toHaveCount(0)
    await button('Pause').click()
  })

  await test.step('the state of the protocols', async () => {
    const agreement = page.getByRole('table', { name: 'Agreement on the group key' })
    await expect(agreement.getByRole('row')).toHaveCount(4)
    await expect(agreement.locator('[data-differs="true"]')).toHaveCount(0)
    const ids = await agreement.locator('td:nth-child(2)').allTextContents()
    expect(new Set(ids).size).toBe(1)
    await expect(page.getByRole('table', { name: 'Pair ratchets' }).getByRole('row')).toHaveCount(3)
    await expect(page.getByRole('table', { name: 'Links to the members' })).toContainText(/direct|relayed/)
    await expect(
      page.getByRole('row', { name: /^Bob direct (?:< 1|[\d.]+) ms \d+ (?:let in|knows)/ }),
    ).toBeVisible()
  })

  await test.step('the relay sees kinds, sizes and times, but no plaintext, name or sealed kind', async () => {
    await button('Relay').click()
    await page.getByRole('checkbox', { name: 'View as table' }).check()
    const frames = page.getByRole('table', { name: 'Frames' })
    await expect(frames).toContainText('pake 3')
    await expect(frames).toContainText('pair')
    for (const hidden of [
      said,
      'Alice',
      'Bob',
      'Carol',
      room.group,
      room.password,
      'epoch',
      'new group key',
      'directly',
    ])
      await expect(panel.getByRole('region')).not.toContainText(hidden)
    await scan('dark')
    await button('This tab').click()
    await expect(frames).toContainText('pair: epoch')
    await expect(frames).not.toContainText(said)
    await page.getByRole('checkbox', { name: 'View as table' }).uncheck()
  })

  await test.step('a join is replayed step by step', async () => {
    const position = page.getByRole('slider', { name: 'Position in the recording' })
    await position.fill('0')
    await expect(arrows).toHaveCount(0)
    let flows = ''
    for (let i = 0; i < 60 && !flows.includes('pake 5'); i++) {
      await button('Step forward').click()
      flows = (await arrows.getByRole('button').allTextContents()).join('\n')
    }
    expect(flows.indexOf('pake 1')).toBeGreaterThanOrEqual(0)
    for (let flow = 2; flow <= 5; flow++)
      expect(flows.indexOf(`pake ${flow}`)).toBeGreaterThan(flows.indexOf(`pake ${flow - 1}`))
    const [shown, before] = [await arrows.getByRole('button').count(), await position.inputValue()]
    await button('Step back').click()
    // The step is an arrow, or a healing on the arrow before.
    await expect(position).toHaveJSProperty('value', String(Number(before) - 1))
    expect(await arrows.getByRole('button').count()).toBeLessThanOrEqual(shown)
    await button('Replay').click()
    await expect(position).not.toHaveJSProperty('value', String(Number(before) - 1))
    await button('Stop').click()
  })

  await test.step('the flow is saved and opened again', async () => {
    await page.getByRole('slider', { name: 'Position in the recording' }).press('End')
    // A recording holds no name.
    const numbered = (text: string): string => text.replace('Bob', 'member 1').replace('Carol', 'member 2')
    const before = (await arrows.getByRole('button').allTextContents()).map(numbered)
    const [download] = await Promise.all([page.waitForEvent('download'), button('Save recording').click()])
    const text = await readFile(await download.path(), 'utf8')
    for (const hidden of [said, 'Alice', 'Bob', 'Carol', room.group, room.password])
      expect(text).not.toContain(hidden)
    const opener = page.getByLabel('Open recording').last()
    await opener.setInputFiles({
      name: 'a.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"no":1}'),
    })
    await expect(panel.getByRole('alert')).toContainText('not a recording')
    await opener.setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(text) })
    await expect(panel.getByText('from a file')).toBeVisible()
    expect(await arrows.getByRole('button').allTextContents()).toEqual(before)
    await button('Follow again').click()
    await expect(panel.getByText('from a file')).toHaveCount(0)
  })
})
