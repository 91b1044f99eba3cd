/**
 * The client in Python, which was written from the texts alone, in one room with two tabs. Long: in plain Python the
 * password takes a minute. Runs with PYTHON_CLIENT=1, where Python 3 and its `cryptography` are installed.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type Member, waitForAgreement } from './fixtures/member.ts'
import { expect, type Room, test, unique } from './fixtures/test.ts'

const script = new URL('../interop/client.py', import.meta.url).pathname

interface PythonEvent {
  readonly event: string
  readonly [field: string]: unknown
}

/** A running client: what it has told so far, and its input. */
interface PythonClient {
  readonly events: readonly PythonEvent[]
  say(line: string): void
  last(event: string): PythonEvent | undefined
  end(): void
}

const startClient = (name: string, { relay, group, password }: Room): PythonClient => {
  const child: ChildProcessWithoutNullStreams = spawn('python3', [
    script,
    ...['--relay', relay.socketUrl, '--name', name, '--group', group],
  ])
  const events: PythonEvent[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    console.log(`${new Date().toISOString()} ${name} ${line}`)
    events.push(JSON.parse(line))
  })
  child.stderr.pipe(process.stderr)
  const say = (line: string): void => void child.stdin.write(`${line}\n`)
  say(password)
  return {
    events,
    say,
    last: (event) => events.findLast((one) => one.event === event),
    end: () => child.kill(),
  }
}

const roomNumber = async ({ page }: Member): Promise<string> =>
  ((await page.getByTestId('room-number').textContent()) ?? '').trim()

/** Waits until the client is in the same epoch as these tabs, with the same fingerprint and number of the room. */
const waitForSameKey = async (client: PythonClient, tabs: readonly Member[], above = 0): Promise<number> => {
  for (const tab of tabs) await tab.waitForMembers(tabs.length + 1)
  const screen = async (tab: Member) => ({
    number: await tab.epoch(),
    fingerprint: (await tab.fingerprint()).replaceAll(/[^0-9a-f]/gi, '').toLowerCase(),
    room: await roomNumber(tab),
  })
  const heard = () => ({
    number: client.last('epoch')?.number,
    fingerprint: client.last('epoch')?.fingerprint,
    room: client.last('roster')?.room,
  })
  await expect
    .poll(
      async () => {
        const screens = await Promise.all(tabs.map(screen))
        const own = JSON.stringify(heard())
        return screens.every((one) => one.number > above && JSON.stringify(one) === own)
      },
      { message: 'one epoch, fingerprint and number of the room everywhere' },
    )
    .toBe(true)
  const seen = heard()
  console.log(`${new Date().toISOString()} equal on all screens: ${JSON.stringify(seen)}`)
  return Number(seen.number)
}

if (process.env.PYTHON_CLIENT !== undefined) {
  test('a client written from the texts alone is a member like any other', async ({ room }) => {
    test.setTimeout(900_000)
    const [alice, bob] = [await room.openMember('Alice'), await room.openMember('Bob')]
    for (const tab of [alice, bob]) await tab.join()
    await waitForAgreement([alice, bob])
    const client = startClient('Paul', room)
    try {
      await expect.poll(() => client.last('joined'), { timeout: 600_000 }).toBeDefined()
      const first = await waitForSameKey(client, [alice, bob])

      for (const tab of [alice, bob]) {
        const text = unique(`from ${tab.name}`)
        await tab.say(text)
        await expect.poll(() => client.last('message')).toMatchObject({ sender: tab.name, text })
      }
      const answer = unique('from Paul')
      client.say(answer)
      for (const tab of [alice, bob]) await expect(tab.message(answer, 'Paul')).toHaveCount(1)
      await expect.poll(() => client.events.filter(({ event }) => event === 'confirmed').length).toBe(2)

      await bob.leave()
      await expect.poll(() => client.last('gone')).toMatchObject({ name: 'Bob', reason: 'left' })
      const second = await waitForSameKey(client, [alice], first)
      expect(second).toBeGreaterThan(first)

      client.say('/leave')
      await expect.poll(() => client.last('left')).toBeDefined()
      await alice.waitForMembers(1)
    } finally {
      client.end()
    }
  })
}
