import { Member, waitForAgreement } from './fixtures/member.ts'
import { watchPages } from './fixtures/page-log.ts'
import { startRelay, type TestRelay } from './fixtures/relay.ts'
import { expect, test, unique } from './fixtures/test.ts'

/** Two relays on ports of their own, each of which lists both. */
const startFleet = async (): Promise<readonly [TestRelay, TestRelay]> => {
  const ports = await Promise.all(
    [await startRelay(), await startRelay()].map(async (relay) => {
      await relay.stop()
      return Number(new URL(relay.url).port)
    }),
  )
  const relays = ports.map((port) => `ws://localhost:${port}/ws`)
  const [first, second] = await Promise.all(ports.map((port) => startRelay({ port, relays })))
  if (first === undefined || second === undefined) throw new Error('two relays were asked for')
  return [first, second]
}

test('a room moves to the second relay when the first dies, and returns when it is back', async ({
  context,
}) => {
  const log = await watchPages(context)
  const [first, second] = await startFleet()
  const own = { group: unique('group'), password: unique('password') }
  const open = async (name: string, { url }: TestRelay): Promise<Member> => {
    const page = await context.newPage()
    await page.goto(`${url}/?transport=relay`)
    return new Member(page, name, own)
  }
  try {
    // The pages come from different relays and follow the same list.
    const [alice, bob] = [await open('Alice', first), await open('Bob', second)]
    for (const member of [alice, bob]) await member.join()
    await waitForAgreement([alice, bob])
    const carol = await open('Carol', first)
    await carol.page.waitForLoadState('networkidle')
    expect(second.frames).toEqual([])

    const talk = async (members: readonly Member[]): Promise<void> => {
      for (const from of members) {
        const text = unique('text')
        await from.say(text)
        for (const to of members) {
          if (to !== from) await expect(to.message(text, from.name)).toHaveCount(1)
        }
      }
    }
    await talk([alice, bob])

    await first.stop()
    await talk([alice, bob])
    for (const member of [alice, bob]) await expect(member.connection).toContainText(/\bonline\b/i)
    expect(second.frames.length).toBeGreaterThan(0)
    // A newcomer finds the room where it is now.
    await carol.join()
    await waitForAgreement([alice, bob, carol])

    await first.start()
    const atFirst = (member: Member) => member.page.getByText(first.socketUrl, { exact: true })
    for (const member of [alice, bob, carol]) {
      await member.openTab('Relay')
      await expect(atFirst(member)).toBeVisible()
      await expect(member.page.getByTestId('relay-socket')).toContainText('open')
      await member.openTab('Room')
    }
    await talk([alice, bob, carol])
    expect(log.violations).toEqual([])
    expect(log.pageErrors).toEqual([])
  } finally {
    await Promise.all([first.stop(), second.stop()])
  }
})

test('relays that the address names are tried in order', async ({ context }) => {
  const [first, second] = await startFleet()
  await first.stop()
  const own = { group: unique('group'), password: unique('password') }
  const named = [first, second].map(({ socketUrl }) => `relay=${encodeURIComponent(socketUrl)}`).join('&')
  try {
    const page = await context.newPage()
    await page.goto(`${second.url}/?transport=relay&${named}`)
    const alice = new Member(page, 'Alice', own)
    await alice.join()
    await alice.openTab('Relay')
    await expect(page.getByText(second.socketUrl, { exact: true })).toBeVisible()
  } finally {
    await second.stop()
  }
})
