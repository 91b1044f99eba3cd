/** Texts about removing a member, changing the password, splits and gaps. */

import type { GapView } from '../../../host/index.ts'
import { pluralsOf } from '../plural.ts'

const plural = pluralsOf('en')

export const removalEnglish = {
  remove: 'Remove',
  removeName: (name: string) => `Remove ${name}`,
  lead: (name: string) =>
    `${name} loses access at once, for everyone, and the group gets a new key. But ${name} still knows the group password. Change it now: the remaining members receive the new one automatically, sealed to each of them.`,
  newPassword: 'New password',
  showPassword: 'Show new password',
  show: 'Show',
  suggest: 'Suggest a passphrase',
  hint: 'Newcomers will need it. It is not shown again.',
  withInvited: (name: string) => `and everyone whom ${name} let in`,
  removeAndChange: 'Remove and change the password',
  removeOnly: 'Remove only',
  removeOnlyHint: (name: string) => `Without a new password, ${name} can simply join again.`,
  cancel: 'Cancel',
  changeTitle: 'Change the password of the group',
  changeLead:
    'All members receive the new password automatically, sealed to each of them. Newcomers need it from now on; the old one no longer works.',
  change: 'Change the password',
  password: 'Password',
  newOne: 'New password …',
  chosenBy: (name: string) => `Chosen by ${name}.`,
  chosenByYou: 'Chosen by you.',
  chosenAtFirst: 'The one that the room was opened with.',
  returning: (count: number) =>
    plural(count, {
      one: 'removed person still knows the password and can come back.',
      other: 'removed people still know the password and can come back.',
    }),
  empty: 'Enter a new password.',
  split: (names: string, seconds: number) =>
    `Different group keys: ${names} and you have disagreed for more than ${seconds} seconds. Messages still reach each of them separately.`,
  splitMember: 'other group key',
  gap: (name: string, count: number) =>
    plural(count, { one: `message of ${name} has not come.`, other: `messages of ${name} have not come.` }),
  gapStates: {
    asked: 'Asked for again.',
    lost: 'Nobody keeps it any longer.',
  } satisfies Record<GapView['state'], string>,
} as const
