/** The path that the Protocol tab shows is the one that the frame took. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { View } from '../page/view.ts'
import { createDisk, startTabs, type Tab, type Tabs } from '../testing/tab.ts'

let tabs: Tabs
beforeEach(async () => {
  tabs = await startTabs()
})
afterEach(() => tabs.close())

/** What this tab sent of messages and letters, after the first `after` events: kind and path. */
const sentBy = (tab: Tab, after: number): readonly string[] =>
  tab.traced
    .slice(after)
    .flatMap((event) =>
      event.kind === 'frame' && event.from === 'me' ? [`${event.type} ${event.path}`] : [],
    )

const meet = async (stored: boolean) => {
  const [ann, bob] = [tabs.open(createDisk()), tabs.open(createDisk())]
  ann.join('Ann', { stored })
  await ann.until('Ann is in', ({ phase }) => phase === 'joined')
  bob.join('Bob', { stored })
  await bob.until('both are in', ({ members, epoch }) => members.length === 2 && epoch !== null)
  await ann.until('both are in', ({ members }) => members.length === 2)
  return { ann, bob }
}

test('what is said to a member who is present goes by the relay, where no link is up', async () => {
  const { ann, bob } = await meet(false)
  await bob.until('one key', ({ epoch }) => epoch === ann.view().epoch)
  const before = ann.traced.length
  ann.command({ kind: 'say', text: 'are you there?' })
  await bob.until('Bob reads', ({ messages }) => messages.length === 1)
  expect(sentBy(ann, before)).toContain('group message relay')
})

test('what is said to a member who is away goes into its mailbox, and nothing else is sent to it', async () => {
  const { ann, bob } = await meet(true)
  bob.kill()
  await ann.until('Bob is away', ({ members }) => members.some(({ link }) => link === 'offline'))
  const before = ann.traced.length
  ann.command({ kind: 'say', text: 'are you there?' })
  const named = ({ messages }: View) => messages[0]?.delivery.mailed.includes('Bob') === true
  await ann.until('it is in the mailbox', named)
  expect(new Set(sentBy(ann, before))).toEqual(new Set(['pair mail']))
})

test('what is said to a member who is away and has no mailbox is kept, and the sender is told', async () => {
  const { ann, bob } = await meet(false)
  bob.kill()
  await ann.until('Bob is away', ({ members }) => members.some(({ link }) => link === 'offline'))
  const before = ann.traced.length
  ann.command({ kind: 'say', text: 'are you there?' })
  const named = ({ messages }: View) => messages[0]?.delivery.missing.includes('Bob') === true
  await ann.until('Bob misses it', named)
  expect(sentBy(ann, before)).toEqual([])
})
