import { expect, type Locator, type Page } from 'playwright/test'

export interface MemberOptions {
  readonly group: string
  readonly password: string
}

export type LinkWord = 'connecting' | 'direct' | 'relayed' | 'offline'

const linkWords = /\b(connecting|direct|relayed|offline)\b/i

/** One tab, by the names that a person or a screen reader knows it by. */
export class Member {
  readonly page: Page
  readonly name: string
  readonly group: string
  readonly password: string

  constructor(page: Page, name: string, { group, password }: MemberOptions) {
    this.page = page
    this.name = name
    this.group = group
    this.password = password
  }

  get alert(): Locator {
    // An empty alert region may wait in the page for its text.
    return this.page.getByRole('alert').filter({ hasText: /\S/ })
  }

  get conversation(): Locator {
    return this.page.getByRole('log', { name: 'Conversation' })
  }

  get connection(): Locator {
    return this.page.getByRole('status', { name: 'Connection' })
  }

  get listedMembers(): Locator {
    return this.page.getByRole('list', { name: 'Members' }).getByRole('listitem')
  }

  /** A tab in the background draws about one frame a second, and a person acts in the one in front. */
  async toFront(): Promise<void> {
    await this.page.bringToFront()
  }

  async fill({ name = this.name, group = this.group, password = this.password } = {}): Promise<void> {
    await this.toFront()
    await this.page.getByLabel('Display name', { exact: true }).fill(name)
    await this.page.getByLabel('Group', { exact: true }).fill(group)
    await this.page.getByLabel('Password', { exact: true }).fill(password)
  }

  async submit(): Promise<void> {
    await this.page.getByRole('button', { name: 'Join group', exact: true }).click()
  }

  /** Fills the form and joins; returns the milliseconds from the click to the room. */
  async join(): Promise<number> {
    await this.fill()
    const start = performance.now()
    await this.submit()
    await this.waitForRoom()
    return performance.now() - start
  }

  async waitForRoom(): Promise<void> {
    await expect(this.page.getByTestId('epoch')).toHaveText(/\d/, { timeout: 20_000 })
    await expect(this.page.getByTestId('group-key-fingerprint')).toHaveText(/[0-9a-f]{4}/i)
  }

  async epoch(): Promise<number> {
    return Number(/\d+/.exec((await this.page.getByTestId('epoch').textContent()) ?? '')?.[0])
  }

  async fingerprint(): Promise<string> {
    return ((await this.page.getByTestId('group-key-fingerprint').textContent()) ?? '').trim()
  }

  async selfId(): Promise<string> {
    return ((await this.page.getByTestId('self-id').textContent()) ?? '').trim()
  }

  async say(text: string): Promise<void> {
    await this.toFront()
    await this.page.getByLabel('Message', { exact: true }).fill(text)
    await this.page.getByRole('button', { name: 'Send', exact: true }).click()
  }

  /** The messages on screen with this text; of one sender if named. */
  message(text: string, sender?: string): Locator {
    const articles =
      sender === undefined
        ? this.conversation.getByRole('article')
        : this.conversation.getByRole('article', { name: sender })
    return articles.filter({ hasText: text })
  }

  async messages(): Promise<readonly string[]> {
    return this.conversation.getByRole('article').allInnerTexts()
  }

  /** The link state shown for each of the other members. */
  async memberLinks(): Promise<readonly LinkWord[]> {
    const texts = await this.listedMembers.allInnerTexts()
    return texts.flatMap((text) => (linkWords.exec(text)?.[0].toLowerCase() as LinkWord | undefined) ?? [])
  }

  async waitForLinks(word: LinkWord, count: number): Promise<void> {
    await expect
      .poll(() => this.memberLinks(), { message: `links that ${this.name} sees`, timeout: 20_000 })
      .toEqual(Array.from({ length: count }, () => word))
  }

  async leave(): Promise<void> {
    await this.toFront()
    await this.page.getByRole('button', { name: 'Leave group', exact: true }).click()
  }

  /** Waits until the room has `count` members, this one included. */
  async waitForMembers(count: number, timeout = 15_000): Promise<void> {
    await expect(this.page.getByTestId('members-count')).toHaveText(new RegExp(`^\\D*${count}\\D*$`), {
      timeout,
    })
    await expect(this.listedMembers).toHaveCount(count, { timeout })
  }

  async openTab(name: 'Room' | 'Metrics' | 'Protocol' | 'Benchmark' | 'Relay' | '1-to-1'): Promise<void> {
    await this.toFront()
    await this.page.getByRole('tab', { name, exact: true }).click()
  }
}

/**
 * Waits until all of them see each other, the same epoch and the same fingerprint, and returns those. The list of
 * members may be up to date before the next epoch has come: `above` is the last one that does not count.
 */
export async function waitForAgreement(
  members: readonly Member[],
  timeout = 15_000,
  above = 0,
): Promise<{ readonly epoch: number; readonly fingerprint: string }> {
  for (const member of members) await member.waitForMembers(members.length, timeout)
  const screens = () =>
    Promise.all(
      members.map(async (one) => ({ epoch: await one.epoch(), fingerprint: await one.fingerprint() })),
    )
  let seen: Awaited<ReturnType<typeof screens>> = []
  await expect
    .poll(
      async () => {
        seen = await screens()
        const late = seen.filter(({ epoch }) => epoch <= above).length
        return late + new Set(seen.map((screen) => JSON.stringify(screen))).size
      },
      { message: 'different epochs or fingerprints on screen', timeout },
    )
    .toBe(1)
  const [first] = seen
  if (first === undefined) throw new Error('there is nobody to agree')
  return first
}
