/** The dictionaries, and the text of an error code. */

export { german } from './de/german.ts'
export { english, errorText, type JoiningPhase, type PageError, type Wording } from './en/english.ts'
