/** The languages of the page, and which of them this reader gets. */

import { english, loadGerman, type Wording } from '../wording/index.ts'

/** Each under its own name for itself. */
export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

const loaded = new Map<Language, Wording>([['en', english]])

/** Of a language that was loaded; English in place of another. */
export const wordingOf = (language: Language): Wording => loaded.get(language) ?? english

/** @returns the language to show: English where the wanted one cannot be fetched */
export const loadLanguage = async (wanted: Language): Promise<Language> => {
  try {
    if (!loaded.has(wanted)) loaded.set(wanted, await loadGerman())
    return wanted
  } catch {
    return 'en'
  }
}

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
