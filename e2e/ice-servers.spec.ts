import { Member } from './fixtures/member.ts'
import { startRelay } from './fixtures/relay.ts'
import { expect, test, unique } from './fixtures/test.ts'

test("the relay's STUN and TURN servers, with credentials that expire, reach the browser's connections", async ({
  context,
}) => {
  const ice = { stun: ['stun:127.0.0.1:9'], turn: ['turn:127.0.0.1:9'], turnSecret: 'shared' }
  const relay = await startRelay({ ice })
  await context.addInitScript(() => {
    const given: unknown[] = []
    Reflect.set(window, 'givenIce', given)
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(settings?: RTCConfiguration) {
        super(settings)
        given.push(settings?.iceServers)
      }
    }
  })
  const own = { group: unique('group'), password: unique('password') }
  const open = async (name: string): Promise<Member> => {
    const page = await context.newPage()
    await page.goto(relay.url)
    return new Member(page, name, own)
  }
  try {
    const [alice, bob] = [await open('Alice'), await open('Bob')]
    await alice.join()
    await bob.join()
    const given = () => alice.page.evaluate(() => JSON.stringify(Reflect.get(window, 'givenIce')))
    await expect.poll(given).toContain('turn:127.0.0.1:9')
    // The address of the page's server gives no credentials; the socket in the room does.
    const answer = await (await fetch(`${relay.url}/api/ice`)).text()
    expect(answer).not.toContain('credential')
    const [stun, turn] = JSON.parse(await given()).find((servers: unknown[]) => servers.length === 2)
    expect(stun).toEqual({ urls: ice.stun })
    expect(Number(turn.username.split(':')[0]) * 1000).toBeGreaterThan(Date.now())
    expect(turn.credential).toMatch(/^[\w+/]+=$/)
  } finally {
    await relay.stop()
  }
})

test('the connection test says in plain words what works: this computer, the relay, STUN and TURN', async ({
  room,
  context,
}) => {
  const alice = await room.openMember('Alice')
  await alice.openTab('Relay')
  await alice.page.getByRole('button', { name: 'Test the connection' }).click()
  await expect(alice.page.getByTestId('test-relay')).toContainText('answers')
  await expect(alice.page.getByTestId('test-computer')).toContainText('makes direct connections')
  await expect(alice.page.getByTestId('test-stun')).toContainText('none is set up')
  await expect(alice.page.getByTestId('test-turn')).toContainText('none is set up')

  // Port 9 discards what it gets, or refuses it.
  const relay = await startRelay({
    ice: { stun: [], turn: ['turn:127.0.0.1:9?transport=tcp'], turnSecret: 'shared' },
  })
  try {
    const page = await context.newPage()
    await page.goto(relay.url)
    await page.getByRole('tab', { name: 'Relay', exact: true }).click()
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await expect(page.getByTestId('test-turn')).toContainText('join a group')

    // Members get the credentials, so their test reaches out.
    const bob = new Member(page, 'Bob', { group: unique('group'), password: unique('password') })
    await bob.openTab('Room')
    await bob.join()
    await bob.openTab('Relay')
    await page.getByRole('button', { name: 'Test the connection' }).click()
    await expect(page.getByTestId('test-turn')).toContainText('does not answer')
  } finally {
    await relay.stop()
  }
})
