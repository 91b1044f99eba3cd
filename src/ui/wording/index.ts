export { german } from './de/german.ts'
export { english, errorText, type JoiningPhase, type Wording } from './en/english.ts'
