import { waitForAgreement } from './fixtures/member.ts'
import { watchPages } from './fixtures/page-log.ts'
import { expect, test } from './fixtures/test.ts'

const directivesOf = (policy: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    policy.split(';').map((directive) => {
      const [name = '', ...values] = directive.trim().split(/\s+/)
      return [name, values]
    }),
  )

const unsafe = /'unsafe-|^\*$|^https?:$|^data:$|^blob:$/

test('the page is served under a strict policy', async ({ room, request }) => {
  const response = await request.get(room.relay.url)
  expect(response.ok()).toBe(true)
  const headers = response.headers()
  const policy = directivesOf(headers['content-security-policy'] ?? '')
  expect(policy.get('default-src')).toEqual(["'none'"])
  expect(policy.get('script-src')).toEqual(["'self'"])
  expect(policy.get('style-src')).toEqual(["'self'"])
  expect(policy.get('base-uri')).toEqual(["'none'"])
  expect(policy.get('form-action')).toEqual(["'none'"])
  expect(policy.get('frame-ancestors')).toEqual(["'none'"])
  expect(policy.get('require-trusted-types-for')).toEqual(["'script'"])
  for (const [name, values] of policy) {
    if (name !== 'img-src')
      expect(
        values.filter((value) => unsafe.test(value)),
        name,
      ).toEqual([])
  }
  // The page may connect to its own relay and nowhere else.
  const { host } = new URL(room.relay.url)
  expect([...(policy.get('connect-src') ?? [])].sort()).toEqual(["'self'", `ws://${host}`, `wss://${host}`])

  expect(headers['cross-origin-opener-policy']).toBe('same-origin')
  expect(headers['cross-origin-embedder-policy']).toBe('require-corp')
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['referrer-policy']).toBe('no-referrer')
  expect(headers['permissions-policy']).toContain('camera=()')

  const html = await response.text()
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/i)
  expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=/i)
})

test("every script and style comes from the page's own origin, with the policy on each response", async ({
  room,
  context,
}) => {
  const answers: { readonly url: string; readonly policy: string }[] = []
  context.on('response', (response) => {
    answers.push({ url: response.url(), policy: response.headers()['content-security-policy'] ?? '' })
  })
  const alice = await room.openMember('Alice')
  await alice.join()
  expect(answers.length).toBeGreaterThan(2)
  for (const { url, policy } of answers.filter((answer) => !answer.url.startsWith('data:'))) {
    expect(url.startsWith(`${room.relay.url}/`), url).toBe(true)
    expect(policy, url).not.toContain("'unsafe-eval'")
    expect(policy, url).not.toContain("'unsafe-inline'")
  }
})

test('a whole visit violates no policy', async ({ room }) => {
  const alice = await room.openMember('Alice')
  const bob = await room.openMember('Bob')
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  await alice.say('hello')
  await expect(bob.message('hello')).toHaveCount(1)
  await alice.toFront()
  for (const tab of await alice.page.getByRole('tab').all()) {
    const name = (await tab.textContent()) ?? ''
    await tab.click()
    await expect(alice.page.getByRole('tabpanel', { name, exact: true })).toBeVisible()
  }
  await alice.openTab('Room')
  await alice.leave()
  expect(room.log.violations).toEqual([])
})

test('a planted violation is noticed', async ({ room, browser }) => {
  const context = await browser.newContext()
  const log = await watchPages(context)
  const page = await context.newPage()
  await page.goto(room.relay.url)
  await page.evaluate(() => {
    const image = document.createElement('img')
    image.src = 'https://elsewhere.invalid/picture.png'
    document.body.append(image)
  })
  await expect.poll(() => log.violations.length).toBeGreaterThan(0)
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('planted')
    }, 0)
  })
  await expect.poll(() => log.pageErrors.join()).toContain('planted')
  await expect(
    page.evaluate(() => Object.assign(document.body, { innerHTML: '<b>planted</b>' })),
  ).rejects.toThrow(/TrustedHTML/)
  await context.close()
})
