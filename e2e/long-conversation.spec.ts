import type { Page } from 'playwright/test'
import { waitForAgreement } from './fixtures/member.ts'
import { expect, test } from './fixtures/test.ts'

/** As many as a room keeps. */
const kept = 10_000

/** Types and sends `line 0.` and so on as fast as the page takes them. */
const sayLines = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (lines) => {
    const box = document.querySelector('textarea')
    const setter = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set
    for (let i = 0; i < lines; i++) {
      setter?.call(box, `line ${i}.`)
      box?.dispatchEvent(new Event('input', { bubbles: true }))
      box?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
      if (i % 20 === 0) await new Promise((next) => setTimeout(next))
    }
  }, count)

/** Which message stands at the top of the log, or where this one stands, in pixels below that top. */
const topLineOf = (log: Element, id: string | null): { readonly id: string | null; readonly top: number } => {
  const from = log.getBoundingClientRect().top
  const line = [...log.querySelectorAll<HTMLElement>('article')].find((one) =>
    id === null ? one.getBoundingClientRect().bottom > from : one.dataset.id === id,
  )
  return {
    id: line?.dataset.id ?? null,
    top: (line?.getBoundingClientRect().top ?? Number.POSITIVE_INFINITY) - from,
  }
}

test('10,000 messages are kept, a part of them in the page; the rest comes by button, by scrolling and by search', async ({
  room,
}) => {
  const alice = await room.openMember('Alice')
  await alice.join()
  await sayLines(alice.page, kept)
  await expect(alice.message(`line ${kept - 1}.`)).toBeInViewport()
  const log = alice.conversation
  const articles = log.getByRole('article')
  await expect(articles).toHaveCount(200)
  const earlier = log.getByRole('button', { name: /^Earlier messages/ })
  await expect(earlier).toHaveText(`Earlier messages (${kept - 200})`)

  await test.step('earlier ones come by the button, and the line that is read stays where it is', async () => {
    await earlier.focus()
    const standing = (id: string | null) => log.evaluate(topLineOf, id)
    await expect(articles).not.toHaveCount(200)
    const before = await standing(null)
    await alice.page.keyboard.press('Enter')
    await expect(articles).toHaveCount(400)
    const moved = async () => Math.abs((await standing(before.id)).top - before.top)
    await expect.poll(moved, { message: 'pixels by which the line moved' }).toBeLessThan(60)
    await expect(log).toBeFocused()
  })

  await test.step('they come by themselves where one scrolls, and the page never holds more than 400', async () => {
    const numberOfFirst = async () =>
      Number(/line (\d+)\./.exec((await articles.first().textContent()) ?? '')?.[1])
    const before = await numberOfFirst()
    await log.hover()
    for (let i = 0; i < 40; i++) await alice.page.mouse.wheel(0, -500)
    await expect.poll(numberOfFirst).toBeLessThan(before - 40)
    expect(await articles.count()).toBeLessThanOrEqual(400)
    await expect(log.getByRole('button', { name: /^Later messages/ })).toHaveCount(1)
    await alice.page.getByRole('button', { name: 'Latest messages' }).click()
    await expect(alice.message(`line ${kept - 1}.`)).toBeInViewport()
    await expect(articles).toHaveCount(200)
  })

  await test.step('the search goes through all of them', async () => {
    await alice.page.keyboard.press('Control+k')
    const field = alice.page.getByRole('searchbox')
    await field.fill('line 17.')
    await expect(log.getByRole('status')).toHaveText('1 message found')
    await expect(articles).toHaveCount(1)
    await field.fill('7.')
    await expect(log.getByRole('status')).toHaveText('1000 messages found')
    await expect(articles).toHaveCount(200)
    await field.press('Escape')
    await expect(articles).toHaveCount(200)
  })

  const bob = await room.openMember('Bob')
  await bob.join()
  await waitForAgreement([alice, bob])

  await test.step('who reads back stays there when something is said, and is told of it', async () => {
    await alice.toFront()
    await log.evaluate((element) => element.scrollTo({ top: element.scrollHeight / 2 }))
    await expect(alice.message(`line ${kept - 1}.`)).not.toBeInViewport()
    await bob.say('one more')
    await alice.toFront()
    const latest = alice.page.getByRole('button', { name: 'Latest messages' })
    await expect(latest).toBeVisible()
    await expect(alice.message('one more')).not.toBeInViewport()
    await latest.click()
    await expect(alice.message('one more')).toBeInViewport()
  })

  await test.step('the oldest goes for the newest', async () => {
    await expect(earlier).toHaveText(`Earlier messages (${kept - 200})`)
    await alice.page.keyboard.press('Control+k')
    const field = alice.page.getByRole('searchbox')
    await field.fill('line 0.')
    await expect(log).toContainText('Nothing found')
    await field.fill('line 1.')
    await expect(articles).toHaveCount(1)
  })
})
