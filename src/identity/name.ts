/**
 * Names that people choose, in three steps that must not be confused:
 *
 *   enforceName   while typing: the Nickname profile of RFC 8266, with this engine's Unicode tables
 *   acceptsName   on receipt: fixed lists only, so that engines of different Unicode versions agree for ever
 *   displayName   on screen: what this engine does not know is shown as U+FFFD
 *
 * Lists and deviations in SPEC.md. Which names look alike: confusables.ts.
 */
import { characterClass, otherSpaces, unseenPoints, utf8 } from '../codec/index.ts'

/** Longest name, in bytes of UTF-8. */
export const maxNameBytes = 64

export type NameProblem = 'join/empty-name' | 'join/long-name' | 'join/bad-name'

const refusedOnReceipt = new RegExp(characterClass(`${unseenPoints} ${otherSpaces}`), 'u')
const misplacedSpace = /^ | $| {2}/

/** Whether a name from outside is taken: the same answer in every engine. */
export const acceptsName = (name: string): boolean =>
  name.length > 0 &&
  !refusedOnReceipt.test(name) &&
  !misplacedSpace.test(name) &&
  utf8(name).length <= maxNameBytes

/** RFC 8264 §4.3: what FreeformClass holds, by general category; all else is disallowed, unassigned ones included. */
const outsideFreeform = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]|\p{Default_Ignorable_Code_Point}/u
/** RFC 8264 §9.6 (from RFC 5892 §2.6) and §9.9, old Hangul Jamo. */
const disallowed = new RegExp(
  characterClass('640 7FA 302E-302F 3031-3035 303B 1100-11FF A960-A97C D7B0-D7C6 D7CB-D7FB'),
  'u',
)
/** RFC 5892, Appendix A.3 to A.9: contextual code points where they may not be. */
const outOfContext: readonly RegExp[] = [
  /(?<!l)\u00B7|\u00B7(?!l)/u,
  /\u0375(?!\p{Script=Greek})/u,
  /(?<!\p{Script=Hebrew})[\u05F3\u05F4]/u,
  /^(?!.*[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]).*\u30FB/u,
  /[\u0660-\u0669].*[\u06F0-\u06F9]|[\u06F0-\u06F9].*[\u0660-\u0669]/u,
]

const isAllowed = (name: string): boolean =>
  ![outsideFreeform, disallowed, refusedOnReceipt, ...outOfContext].some((rule) => rule.test(name))

/** RFC 8266 §2.1, rules 2 and 4: spaces mapped, stripped and collapsed, then NFKC. Selectors of emoji style are dropped. */
const applyRules = (text: string): string =>
  text
    .replace(/[\uFE0E\uFE0F]/g, '')
    .replace(/\p{Zs}/gu, ' ')
    .replace(/^ +| +$/g, '')
    .replace(/ {2,}/g, ' ')
    .normalize('NFKC')

/** RFC 8266 §2.1: applied until stable, at most three times more; `null` where it is not by then. */
const stabilize = (text: string): string | null => {
  let name = applyRules(text)
  for (let again = 0; again < 3; again++) {
    const next = applyRules(name)
    if (next === name) return name
    name = next
  }
  return null
}

/** What somebody typed, as a name or with the reason why not. */
export const enforceName = (text: string): { readonly name: string } | { readonly problem: NameProblem } => {
  const name = stabilize(text)
  if (name === null) return { problem: 'join/bad-name' }
  if (name.length === 0) return { problem: 'join/empty-name' }
  if (utf8(name).length > maxNameBytes) return { problem: 'join/long-name' }
  return isAllowed(name) ? { name } : { problem: 'join/bad-name' }
}

/** For the screen only: code points that this engine does not know, and private ones, as U+FFFD. */
export const displayName = (name: string): string => name.replace(/[\p{Cn}\p{Co}]/gu, '\uFFFD')
