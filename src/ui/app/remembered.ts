/**
 * What outlives a reload of this tab, and no longer: name, group, and a text that was not sent. Never a password. It lies in
 * the browser's storage only between one page and the next, so that who leaves nothing behind finds nothing there.
 */

import type { UiState, UiStore } from './store.ts'

const key = 'mlwe-pake/reload'

const textIn = (value: unknown, field: string): string => {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : ''
  return typeof text === 'string' ? text : ''
}

/** Storage may be switched off: then a reload forgets. */
const take = (): Pick<UiState, 'form' | 'draft'> => {
  let stored: unknown = null
  try {
    stored = JSON.parse(sessionStorage.getItem(key) ?? 'null')
    sessionStorage.removeItem(key)
  } catch {}
  return {
    form: { name: textIn(stored, 'name'), group: textIn(stored, 'group') },
    draft: { group: textIn(stored, 'draftGroup'), text: textIn(stored, 'draft') },
  }
}

/** Once, when the page starts. */
export const rememberThroughReload = (store: UiStore): void => {
  store.setState(take())
  addEventListener('pagehide', () => {
    const { form, draft } = store.getState()
    const kept = { ...form, ...(draft.text === '' ? {} : { draftGroup: draft.group, draft: draft.text }) }
    if (Object.values(kept).every((text) => text === '')) return
    try {
      sessionStorage.setItem(key, JSON.stringify(kept))
    } catch {}
  })
  addEventListener('pageshow', ({ persisted }) => persisted && take())
}
