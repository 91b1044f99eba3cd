import { type BrowserServer, chromium } from 'playwright/test'
import { Member } from './fixtures/member.ts'
import { expect, test, unique } from './fixtures/test.ts'

/** Two cores share eight tabs: the time it takes is reported, not asserted. */
const patienceMs = 180_000

interface Screen {
  readonly epoch: number
  readonly fingerprint: string
  readonly names: readonly string[]
}

const screenOf = async (member: Member): Promise<Screen> => {
  const texts = await member.listedMembers.locator(':scope > bdi').allTextContents()
  return {
    epoch: await member.epoch(),
    fingerprint: await member.fingerprint(),
    names: texts
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .sort(),
  }
}

/** Waits until all of `members` show one epoch, one fingerprint and exactly the members `names`; reports how long it took. */
const converge = async (
  members: readonly Member[],
  names: readonly string[],
  what: {
    readonly event: string
    readonly since: number /** An epoch that does not count. */
    readonly above?: number
  },
): Promise<Screen> => {
  const wanted = [...names].sort()
  let seen: readonly Screen[] = []
  await expect
    .poll(
      async () => {
        seen = await Promise.all(members.map(screenOf))
        const late = seen.filter(({ epoch }) => epoch <= (what.above ?? 0)).length
        return (
          late +
          new Set([
            ...seen.map((screen) => JSON.stringify(screen)),
            JSON.stringify({ ...seen[0], names: wanted }),
          ]).size
        )
      },
      { message: `one epoch among ${wanted.join(', ')}`, timeout: patienceMs, intervals: [50] },
    )
    .toBe(1)
  const took = `${what.event}: ${members.length} screens agree ${Math.round(performance.now() - what.since)} ms later`
  test.info().annotations.push({ type: 'convergence', description: took })
  console.log(took)
  const [first] = seen
  if (first === undefined) throw new Error('no members given')
  return first
}

const everybodyTalks = async (members: readonly Member[]): Promise<void> => {
  const texts = members.map(({ name }) => unique(`from ${name}`))
  for (const [i, member] of members.entries()) await member.say(texts[i] ?? '')
  for (const [i, text] of texts.entries())
    for (const reader of members)
      await expect(reader.message(text, members[i]?.name)).toHaveCount(1, { timeout: patienceMs })
}

test('eight tabs agree on one epoch after joins, leaves, a removal and a killed process', async ({
  room,
}) => {
  test.setTimeout(20 * 60_000)
  const { executablePath, args } = test.info().project.use.launchOptions ?? {}
  /** The tab to be killed has its own browser, so that its process can be killed. */
  const doomed: BrowserServer = await chromium.launchServer({
    ...(executablePath === undefined ? {} : { executablePath }),
    ...(args === undefined ? {} : { args }),
  })
  try {
    const [ann, bob, cleo, dan, eve, fred, gil] = (await Promise.all(
      ['Ann', 'Bob', 'Cleo', 'Dan', 'Eve', 'Fred', 'Gil'].map((name) => room.openMember(name)),
    )) as [Member, Member, Member, Member, Member, Member, Member]
    const elsewhere = await chromium.connect(doomed.wsEndpoint())
    const page = await elsewhere.newPage()
    await page.goto(room.relay.url)
    const hal = new Member(page, 'Hal', room)

    const first = [ann, bob, cleo, dan, hal]
    for (const member of first) await member.join()
    await converge(first, ['Ann', 'Bob', 'Cleo', 'Dan', 'Hal'], {
      event: 'five joined',
      since: performance.now(),
    })

    const three = [eve, fred, gil]
    for (const member of three) await member.fill()
    const joined = performance.now()
    await Promise.all(three.map((member) => member.submit()))
    const all = [...first, ...three]
    const names = all.map(({ name }) => name)
    const eight = await converge(all, names, { event: 'three joined in one second', since: joined })
    await everybodyTalks(all)

    const left = performance.now()
    await Promise.all(
      [bob, eve].map(({ page: tab }) => tab.getByRole('button', { name: 'Leave group' }).click()),
    )
    await Promise.all([bob, eve].map((member) => member.leaveForGood()))
    const stayed = all.filter((member) => member !== bob && member !== eve)
    const six = await converge(
      stayed,
      stayed.map(({ name }) => name),
      { event: 'two left at once', since: left, above: eight.epoch },
    )

    const password = unique('new password')
    await ann.toFront()
    await ann.page.getByRole('button', { name: 'Remove Fred', exact: true }).click()
    await ann.page.getByLabel('New password', { exact: true }).fill(password)
    const evicted = performance.now()
    await ann.page.getByRole('button', { name: 'Remove and change the password', exact: true }).click()
    const five = stayed.filter((member) => member !== fred)
    await converge(
      five,
      five.map(({ name }) => name),
      { event: 'one was removed', since: evicted, above: six.epoch },
    )
    await expect(fred.alert).toContainText('removed')

    const killed = performance.now()
    doomed.process().kill('SIGKILL')
    const four = five.filter((member) => member !== hal)
    await converge(
      four,
      five.map(({ name }) => name),
      { event: 'one process was killed', since: killed },
    )
    await Promise.all(
      four.map(({ listedMembers }) =>
        expect(listedMembers.filter({ hasText: 'Hal' })).toContainText('offline', { timeout: patienceMs }),
      ),
    )
    console.log(`the killed tab shows as offline ${Math.round(performance.now() - killed)} ms after its end`)
    await everybodyTalks(four)

    // The removed member's old password no longer works; the new one lets a newcomer in.
    await fred.discard()
    await fred.fill()
    await fred.submit()
    await expect(fred.alert).toContainText(/password.*refused/i, { timeout: patienceMs })
    const ida = await room.openMember('Ida', { password })
    await ida.join()
    await converge([...four, ida], [...five.map(({ name }) => name), 'Ida'], {
      event: 'one joined with the new password',
      since: performance.now(),
    })
  } finally {
    await doomed.kill()
  }
})
