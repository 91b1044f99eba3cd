/**
 * What outlives a reload of this tab: the name and the group of the form. Never a password, and never a text: before one that
 * was not sent is lost the browser asks. It lies in the tab's session storage only between one page and the next.
 */

import type { UiState, UiStore } from './store.ts'

const key = 'mlwe-pake/reload'

const textIn = (value: unknown, field: string): string => {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : ''
  return typeof text === 'string' ? text : ''
}

/** Storage may be switched off: then a reload forgets. */
const take = (): Pick<UiState, 'form'> => {
  let stored: unknown = null
  try {
    stored = JSON.parse(sessionStorage.getItem(key) ?? 'null')
    sessionStorage.removeItem(key)
  } catch {}
  return { form: { name: textIn(stored, 'name'), group: textIn(stored, 'group') } }
}

/** Once, when the page starts. */
export const rememberThroughReload = (store: UiStore): void => {
  store.setState(take())
  addEventListener('pagehide', () => {
    const { form } = store.getState()
    if (form.name === '' && form.group === '') return
    try {
      sessionStorage.setItem(key, JSON.stringify(form))
    } catch {}
  })
  addEventListener('pageshow', ({ persisted }) => persisted && take())
}
