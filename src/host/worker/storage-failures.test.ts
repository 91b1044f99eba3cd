/** A stored membership when the disk fails, loses its data, or is opened with the wrong password. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { View } from '../page/view.ts'
import { createDisk, startTabs, type Tabs } from '../testing/tab.ts'

let tabs: Tabs
beforeEach(async () => {
  tabs = await startTabs()
})
afterEach(() => tabs.close())

const meet = async () => {
  const [hers, his] = [createDisk(), createDisk()]
  const [ann, bob] = [tabs.open(hers), tabs.open(his)]
  ann.join('Ann', { stored: true })
  await ann.until('Ann is in', ({ phase }) => phase === 'joined')
  bob.join('Bob', { stored: false })
  await bob.until('both are in', ({ members, epoch }) => members.length === 2 && epoch !== null)
  await ann.until('both are in', ({ members }) => members.length === 2)
  return { ann, bob, hers }
}

const says = (text: string) => ({ kind: 'say', text }) as const
const texts = ({ messages }: View): readonly string[] => messages.map(({ text }) => text)

test.each([
  ['QuotaExceededError', 'storage/full'],
  ['UnknownError', 'storage/failed'],
])(
  'when the disk fails with %s, the user is told, nothing is sent and the old state stands; once it works again, so does the room',
  async (name, code) => {
    const { ann, bob, hers } = await meet()
    ann.command(says('before'))
    await bob.until('Bob reads', (view) => texts(view).includes('before'))
    hers.fail(name)
    const before = hers.digest()
    ann.command(says('not stored, so not sent'))
    const failed = await ann.until('the failure shows', ({ error }) => error !== null)
    expect(failed.error?.code).toBe(code)
    expect(texts(failed)).not.toContain('not stored, so not sent')
    const refused = hers.refused()
    bob.command(says('meanwhile'))
    await ann.until('her disk has refused what came', () => hers.refused() > refused)
    expect(hers.digest()).toEqual(before)
    expect(texts(bob.view())).not.toContain('not stored, so not sent')
    // Ann did not confirm it either, so Bob's copy is still being sent.
    const sent = bob.view().messages.find(({ text }) => text === 'meanwhile')
    expect(sent?.delivery.state).toBe('sending')
    hers.fail(null)
    await ann.until('Ann reads what came meanwhile', (view) => texts(view).includes('meanwhile'))
    ann.command(says('after'))
    const heard = await bob.until('Bob reads', (view) => texts(view).includes('after'))
    expect(texts(heard).filter((text) => text === 'before' || text === 'after')).toEqual(['before', 'after'])
  },
)

test('a profile whose data the browser has deleted is reported as damaged, and nothing replaces it', async () => {
  const { ann, hers } = await meet()
  ann.kill()
  hers.evict()
  const again = tabs.open(hers)
  await again.resume()
  const { phase, error } = await again.until('an ending', (view) => view.phase === 'failed')
  expect([phase, error?.code]).toEqual(['failed', 'storage/damaged'])
  expect(await hers.storage.list()).toHaveLength(1)
})

test('a wrong password is reported and destroys nothing', async () => {
  const { ann, bob, hers } = await meet()
  ann.command(says('kept'))
  await bob.until('Bob reads', (view) => texts(view).includes('kept'))
  ann.kill()
  const before = hers.digest()
  const again = tabs.open(hers)
  await again.resume('another password')
  const { error } = await again.until('an ending', ({ phase }) => phase === 'failed')
  expect(error?.code).toBe('storage/wrong-password')
  expect(hers.digest()).toEqual(before)
  await again.resume()
  const back = await again.until('back', (view) => view.phase === 'joined' && texts(view).includes('kept'))
  expect(back.stored).toBe(true)
})
