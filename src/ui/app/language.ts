/** The languages of the page, and which of them this reader gets. */

import { english, german, type Wording } from '../wording/index.ts'

/** Each under its own name for itself. */
export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

const wordings: Readonly<Record<Language, Wording>> = { en: english, de: german }
export const wordingOf = (language: Language): Wording => wordings[language]

export const isLanguage = (tag: string): tag is Language => Object.hasOwn(languages, tag)

/** The first of the reader's languages that there is a dictionary for. */
export const chooseLanguage = (preferred: readonly string[]): Language => {
  for (const tag of preferred) {
    const [primary = ''] = tag.toLowerCase().split('-')
    if (isLanguage(primary)) return primary
  }
  return 'en'
}

const storageKey = 'mlwe-pake/language'

/** Storage may be switched off: then the choice lasts as long as the page. */
export const rememberLanguage = (language: Language): void => {
  try {
    localStorage.setItem(storageKey, language)
  } catch {}
}

export const initialLanguage = (): Language => {
  let remembered: string | null = null
  try {
    remembered = localStorage.getItem(storageKey)
  } catch {}
  return remembered !== null && isLanguage(remembered) ? remembered : chooseLanguage(navigator.languages)
}
