import type { BrowserContext, Page } from 'playwright/test'
import { requireHostCandidates } from './fixtures/ice.ts'
import { Member, waitForAgreement } from './fixtures/member.ts'
import { startRelay } from './fixtures/relay.ts'
import { expect, test, unique } from './fixtures/test.ts'
import { hasTurnServer, startTurn } from './fixtures/turn.ts'

/** A frozen page and a lost network last this long here; `npm run test:long` takes a minute. */
const outageMs = Number(process.env.OUTAGE_MS ?? 6_000)

interface Linked {
  links: RTCPeerConnection[]
}

/** Keeps the connections that the pages of this context make; `settings` replaces parts of their configuration. */
const watchConnections = (context: BrowserContext, settings: RTCConfiguration = {}): Promise<unknown> =>
  context.addInitScript((given) => {
    const links: RTCPeerConnection[] = []
    Object.assign(window, { links })
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, ...given })
        links.push(this)
      }
    }
  }, settings)

const killConnections = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { links } = window as unknown as Linked
    for (const link of links) link.close()
    return links.length
  })
const connectionsOf = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as Linked).links.length)

test('killed data channels cost no message and double none, and the links are direct again', async ({
  room,
  context,
}) => {
  await watchConnections(context)
  const [alice, bob] = [await room.openMember('Alice'), await room.openMember('Bob')]
  await requireHostCandidates(alice.page)
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  for (const member of [alice, bob]) await member.waitForLinks('direct', 1)
  const made = await killConnections(alice.page)
  expect(made).toBeGreaterThan(0)
  const texts = [unique('from alice'), unique('from bob')] as const
  await alice.say(texts[0])
  await bob.say(texts[1])
  await expect.poll(() => connectionsOf(alice.page)).toBeGreaterThan(made)
  for (const member of [alice, bob]) await member.waitForLinks('direct', 1)
  for (const text of texts)
    for (const member of [alice, bob]) await expect(member.message(text)).toHaveCount(1)
})

test('a tab without a network for a while gets everything once, and so do the others', async ({
  room,
  browser,
}) => {
  const alice = await room.openMember('Alice', { query: 'transport=relay' })
  const away = await browser.newContext()
  try {
    const page = await away.newPage()
    await page.goto(`${room.relay.url}/?transport=relay`)
    const bob = new Member(page, 'Bob', room)
    for (const member of [alice, bob]) await member.join()
    await waitForAgreement([alice, bob])
    await away.setOffline(true)
    await expect(bob.connection).not.toContainText(/\bonline\b/i)
    const [missed, typed] = [unique('missed'), unique('typed')]
    await alice.say(missed)
    await bob.say(typed)
    await bob.page.waitForTimeout(outageMs)
    await away.setOffline(false)
    await expect(bob.connection).toContainText(/\bonline\b/i)
    await expect(bob.message(missed, 'Alice')).toHaveCount(1)
    await expect(alice.message(typed, 'Bob')).toHaveCount(1)
    await waitForAgreement([alice, bob])
  } finally {
    await away.close()
  }
})

test('a tab that the browser froze goes on where it was', async ({ room }) => {
  const [alice, bob] = [await room.openMember('Alice'), await room.openMember('Bob')]
  for (const member of [alice, bob]) await member.join()
  await waitForAgreement([alice, bob])
  const devtools = await bob.page.context().newCDPSession(bob.page)
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
  const text = unique('while frozen')
  await alice.say(text)
  await alice.page.waitForTimeout(outageMs)
  await devtools.send('Page.setWebLifecycleState', { state: 'active' })
  await expect(bob.message(text, 'Alice')).toHaveCount(1)
  await waitForAgreement([alice, bob])
  const back = unique('back')
  await bob.say(back)
  await expect(alice.message(back, 'Bob')).toHaveCount(1)
})

/** Tag of the frame with credentials. */
const turnServers = 0x94

test.describe('a TURN server', () => {
  // Where no coturn could be installed there is nothing to run.
  if (!hasTurnServer()) return

  test('carries the link where two tabs cannot reach each other, and the screen says so', async ({
    context,
  }) => {
    await watchConnections(context, { iceTransportPolicy: 'relay' })
    const turn = await startTurn('shared')
    const relay = await startRelay({ ice: { stun: [], turn: [turn.url], turnSecret: 'shared' } })
    try {
      const own = { group: unique('group'), password: unique('password') }
      const open = async (name: string): Promise<Member> => {
        const page = await context.newPage()
        await page.goto(relay.url)
        return new Member(page, name, own)
      }
      const [alice, bob] = [await open('Alice'), await open('Bob')]
      for (const member of [alice, bob]) await member.join()
      await waitForAgreement([alice, bob])
      for (const member of [alice, bob]) await member.waitForLinks('direct', 1)
      const text = unique('by turn')
      await alice.say(text)
      await expect(bob.message(text, 'Alice')).toHaveCount(1)
      await alice.openTab('Protocol')
      await expect(alice.page.getByRole('table', { name: 'Links to the members' })).toContainText(
        'through a TURN server',
      )
      const hidden = ['candidate:', 'a=ice-ufrag', '127.0.0.1', 'typ relay', text]
      // The relay itself names the TURN server, which runs on this computer.
      const carried = relay.frames.filter(({ bytes }) => bytes[1] !== turnServers)
      expect(carried.length).toBeLessThan(relay.frames.length)
      for (const { bytes } of carried) for (const one of hidden) expect(bytes.includes(one)).toBe(false)
    } finally {
      await relay.stop()
      await turn.stop()
    }
  })

  test('that takes no credentials is named by the connection test', async ({ context }) => {
    const turn = await startTurn('shared')
    const relay = await startRelay({ ice: { stun: [], turn: [turn.url], turnSecret: 'another' } })
    try {
      const page = await context.newPage()
      await page.goto(relay.url)
      const alice = new Member(page, 'Alice', { group: unique('group'), password: unique('password') })
      await alice.join()
      await alice.openTab('Relay')
      await page.getByRole('button', { name: 'Test the connection' }).click()
      await expect(page.getByTestId('test-turn')).toContainText('does not take the credentials')
    } finally {
      await relay.stop()
      await turn.stop()
    }
  })
})
