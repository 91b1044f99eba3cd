/** The dictionaries, and the text of an error code. English comes with the page, another language where it is chosen. */

import type { Wording } from './en/english.ts'

export const loadGerman = async (): Promise<Wording> => (await import('./de/german.ts')).german
export { english, errorText, type JoiningPhase, type PageError, type Wording } from './en/english.ts'
