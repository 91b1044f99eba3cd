import { waitForAgreement } from './fixtures/member.ts'
import { expect, test } from './fixtures/test.ts'

test('a long conversation shows its newest part, and earlier ones on request without a jump', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await bob.toFront()
  const field = bob.page.getByRole('textbox', { name: 'Message' })
  for (let i = 0; i < 230; i++) {
    await field.fill(`line ${i}.`)
    await field.press('Enter')
  }
  await expect(alice.message('line 229.')).toHaveCount(1)

  await alice.toFront()
  await expect(alice.message('line 229.')).toBeInViewport()
  await expect(alice.message('line 5.')).toHaveCount(0)
  const log = alice.page.getByRole('log')
  await log.evaluate((element) => element.scrollTo({ top: 0 }))
  const oldest = log.getByRole('article').first()
  const text = await oldest.textContent()
  const before = (await oldest.boundingBox())?.y
  await alice.page.getByRole('button', { name: /^Earlier messages/ }).click()
  await expect(alice.message('line 5.')).toHaveCount(1)
  await expect(alice.page.getByRole('button', { name: /^Earlier messages/ })).toHaveCount(0)
  const texts = await log.getByRole('article').allTextContents()
  const same = log.getByRole('article').nth(texts.indexOf(text ?? ''))
  const moved = async (): Promise<number> => Math.abs(((await same.boundingBox())?.y ?? 0) - (before ?? 0))
  await expect.poll(moved, { message: 'pixels by which the line moved' }).toBeLessThan(60)

  await bob.say('one more')
  await expect(alice.message('one more')).not.toBeInViewport()
  await alice.page.getByRole('button', { name: 'Latest messages' }).click()
  await expect(alice.message('one more')).toBeInViewport()
  await expect(alice.message('line 5.')).toHaveCount(0)
})
