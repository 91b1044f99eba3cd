/** State that the browser itself holds: visibility, and the tab in the address. */

import { useSyncExternalStore } from 'react'

const subscribeToVisibility = (listener: () => void): (() => void) => {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}
/** Whether anybody can see the page. */
export const useVisible = (): boolean => useSyncExternalStore(subscribeToVisibility, () => !document.hidden)

export const tabs = ['room', 'metrics', 'protocol', 'benchmark', 'relay', 'one-to-one'] as const
export type Tab = (typeof tabs)[number]

const subscribeToHash = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}
const helpPath = '/help'
const tabOfHash = (): Tab =>
  tabs.find((tab) => [`#/${tab}`, `#/${tab}${helpPath}`].includes(location.hash)) ?? 'room'
/** The tab that the address names. */
export const useTab = (): Tab => useSyncExternalStore(subscribeToHash, tabOfHash)
export const openTab = (tab: Tab): void => {
  location.hash = `#/${tab}`
}

/** Whether the address asks for help with its tab. */
export const useHelp = (): boolean =>
  useSyncExternalStore(subscribeToHash, () => location.hash.endsWith(helpPath))
export const openHelp = (tab: Tab): void => {
  location.hash = `#/${tab}${helpPath}`
}
