/** A count with its noun, in the plural form that the language has for it (`Intl.PluralRules`). */

/** English and German have these two forms. */
interface Forms {
  readonly one: string
  readonly other: string
}

/** Returns `count` and the matching form. `shown` replaces the digits, for example by a formatted number. */
export const pluralsOf = (language: 'en' | 'de') => {
  const rules = new Intl.PluralRules(language)
  return (count: number, { one, other }: Forms, shown = `${count}`): string =>
    `${shown} ${rules.select(count) === 'one' ? one : other}`
}
