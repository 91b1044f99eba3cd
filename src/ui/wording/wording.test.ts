import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../host/index.ts'
import { chooseLanguage, languages, loadLanguage, wordingOf } from '../app/language.ts'
import { german } from './de/german.ts'
import { english, errorText } from './index.ts'

const keysOf = (value: object): readonly string[] =>
  Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null ? keysOf(inner).map((rest) => `${key}.${rest}`) : [key],
  )

describe('wording', () => {
  it('words every error code differently, in every language', () => {
    for (const wording of [english, german]) {
      const texts = errorCodes.map((code) => errorText(wording, code))
      expect(new Set(texts).size).toBe(errorCodes.length)
      for (const [i, text] of texts.entries()) expect(text).not.toContain(errorCodes[i])
    }
    expect(errorCodes.filter((code) => errorText(english, code) === errorText(german, code))).toEqual([])
  })

  it('shows an unknown code, even the name of an Object.prototype property', () => {
    for (const code of ['new/code', 'toString', '__proto__']) expect(errorText(english, code)).toContain(code)
  })

  it('says that the password was refused', () => {
    for (const code of ['pake/failed', 'pake/throttled'])
      expect(errorText(english, code)).toMatch(/passwords? .*refused/)
  })

  it('names the field and its problem', () => {
    for (const field of ['name', 'group', 'password']) {
      expect(errorText(english, `join/empty-${field}`)).toContain(field)
      expect(errorText(english, `join/long-${field}`)).toMatch(new RegExp(`${field}.*long`))
    }
    expect(errorText(english, 'message/long')).toContain('long')
  })

  it('counts a burst of wrong passwords', () => {
    expect(english.notices['wrong-password'](null, null, 1)).toMatch(/wrong password$/)
    expect(english.notices['wrong-password'](null, null, 3)).toMatch(/wrong password \(3\)$/)
    expect(german.notices['wrong-password-elsewhere'](null, null, 2)).toMatch(/Jemand.*\(2\)/)
  })

  it('says who let somebody in, and who removed somebody', () => {
    for (const { notices } of [english, german])
      for (const code of ['member-joined', 'member-evicted'] as const) {
        expect(notices[code]('Mallory', 'Bob')).toMatch(/Mallory.*Bob|Bob.*Mallory/)
        expect(notices[code]('Mallory', null)).not.toContain('null')
      }
  })

  it('has the same keys in all languages, and no empty text', () => {
    expect(keysOf(german).toSorted()).toEqual(keysOf(english).toSorted())
    expect(JSON.stringify([english, german])).not.toContain('""')
  })
})

describe('language', () => {
  it.each([
    [['de-AT', 'en'], 'de'],
    [['fr', 'DE'], 'de'],
    [['en-GB', 'de'], 'en'],
    [['fr', 'ja'], 'en'],
    [[], 'en'],
    [['constructor'], 'en'],
  ] as const)('%j gives %s', (preferred, language) => {
    expect(chooseLanguage(preferred)).toBe(language)
  })

  it('has a dictionary for each; English until another is loaded', async () => {
    expect(wordingOf('en')).toBe(english)
    expect(wordingOf('de')).toBe(english)
    expect(await loadLanguage('de')).toBe('de')
    expect(wordingOf('de')).toBe(german)
    expect(Object.keys(languages)).toEqual(['en', 'de'])
  })
})
