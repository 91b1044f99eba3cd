/** The path that the Protocol tab shows is the one that the frame took. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDisk, startTabs, type Tab, type Tabs } from '../testing/tab.ts'

let tabs: Tabs
beforeEach(async () => {
  tabs = await startTabs()
})
afterEach(() => tabs.close())

const pathsOfSent = (tab: Tab, after: number): readonly string[] =>
  tab.traced
    .slice(after)
    .flatMap((event) => (event.kind === 'frame' && event.from === 'me' ? [event.path] : []))

test.each([
  { stored: false, paths: [] },
  { stored: true, paths: ['mail'] },
] as const)(
  'suite $suite: what is said to a member who is away goes by $path',
  async ({ suite, stored, path }) => {
    const [ann, bob] = [tabs.open(createDisk()), tabs.open(createDisk())]
    ann.join('Ann', { stored, suite })
    await ann.until('Ann is in', ({ phase }) => phase === 'joined')
    bob.join('Bob', { stored, suite })
    await bob.until('both are in', ({ members, epoch }) => members.length === 2 && epoch !== null)
    await ann.until('both are in', ({ members }) => members.length === 2)
    bob.kill()
    await ann.until('Bob is away', ({ members }) => members.some(({ link }) => link === 'offline'))
    const before = ann.traced.length
    ann.command({ kind: 'say', text: 'are you there?' })
    await ann.until('it is on its way', () => pathsOfSent(ann, before).length > 0)
    expect(new Set(pathsOfSent(ann, before))).toEqual(new Set([path]))
  },
)
