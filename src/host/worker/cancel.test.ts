/** Cancelling while a password is being stretched: the room must not open, and nothing may be left locked. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDisk, startTabs, type Tab, type Tabs } from '../testing/tab.ts'

let tabs: Tabs
beforeEach(async () => {
  tabs = await startTabs()
})
afterEach(() => tabs.close())

const cancel = { kind: 'leave' } as const
const isJoined = (tab: Tab): Promise<unknown> => tab.until('joined', ({ phase }) => phase === 'joined')
const isHardening = (tab: Tab): Promise<unknown> =>
  tab.until('hardening', ({ phase }) => phase === 'hardening')

const storedMembership = async () => {
  const disk = createDisk()
  const first = tabs.open(disk)
  first.join('Ann', { stored: true })
  await isJoined(first)
  first.kill()
  return disk
}

test('a resume that was cancelled opens no room and releases the profile, which can be resumed again', async () => {
  const disk = await storedMembership()
  const release = disk.holdReads()
  const tab = tabs.open(disk)
  await tab.resume()
  await isHardening(tab)
  tab.command(cancel)
  expect(tab.view().phase).toBe('left')
  release()
  await tab.until('the profile is released', () => !tabs.profileInUse())
  expect(tab.phases.slice(tab.phases.indexOf('hardening'))).toEqual(['hardening', 'left'])
  await tab.resume()
  await isJoined(tab)
})

test('a resume with a wrong password that was cancelled reports nothing', async () => {
  const disk = await storedMembership()
  const release = disk.holdReads()
  const tab = tabs.open(disk)
  await tab.resume('another password')
  await isHardening(tab)
  tab.command(cancel)
  release()
  await tab.until('the profile is released', () => !tabs.profileInUse())
  expect(tab.view()).toMatchObject({ phase: 'left', error: null })
})

test('a resume that is cancelled at once never starts', async () => {
  const disk = await storedMembership()
  const tab = tabs.open(disk)
  await tab.resume()
  tab.command(cancel)
  // The queue keeps the order: once the second resume is through, so is the first.
  await tab.resume()
  await isJoined(tab)
  expect(tab.phases.filter((phase) => phase === 'hardening')).toHaveLength(1)
})

test('a join that was cancelled opens no room', async () => {
  const tab = tabs.open(createDisk(), { slow: true })
  tab.join('Ann', { stored: true })
  await isHardening(tab)
  tab.command(cancel)
  tab.join('Ann', { stored: false })
  await isJoined(tab)
  expect(tab.view().stored).toBe(false)
  expect(tabs.profileInUse()).toBe(false)
})
