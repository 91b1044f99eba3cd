/** What outlives a reload of this tab, and no longer: name, group, and a text that was not sent. Never a password. */

import type { UiState } from './store.ts'

const formKey = 'mlwe-pake/form'
const draftKey = 'mlwe-pake/draft'

/** Storage may be switched off: then a reload forgets. */
const read = (key: string): unknown => {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null')
  } catch {
    return null
  }
}
const write = (key: string, value: unknown): void => {
  try {
    if (value === null) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, JSON.stringify(value))
  } catch {}
}

const textIn = (value: unknown, key: string): string => {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : ''
  return typeof text === 'string' ? text : ''
}

export const rememberedForm = (): UiState['form'] => {
  const stored = read(formKey)
  return { name: textIn(stored, 'name'), group: textIn(stored, 'group') }
}
export const rememberForm = (form: UiState['form']): void => write(formKey, form)

/** Of this group; another group's is not shown. */
export const rememberedDraft = (group: string): string => {
  const stored = read(draftKey)
  return textIn(stored, 'group') === group ? textIn(stored, 'text') : ''
}
export const rememberDraft = (group: string, text: string): void =>
  write(draftKey, text === '' ? null : { group, text })
