import type { GapView } from '../../../host/index.ts'

/** Texts around removing a member, a changed password, a split and gaps. */
export const removalEnglish = {
  remove: 'Remove',
  removeName: (name: string) => `Remove ${name}`,
  lead: (name: string) =>
    `${name} loses the room at once, for everybody, and the group gets a new key. But ${name} knows the password of the group. Change it now: everybody who stays gets the new one by itself, sealed to each.`,
  newPassword: 'New password',
  showPassword: 'Show new password',
  show: 'Show',
  suggest: 'Suggest a passphrase',
  hint: 'Newcomers will need it. It is not shown again.',
  removeAndChange: 'Remove and change the password',
  removeOnly: 'Remove only',
  removeOnlyHint: (name: string) => `Without a new password ${name} can knock again, and gets in.`,
  cancel: 'Cancel',
  changeTitle: 'Change the password of the group',
  changeLead:
    'Everybody who is in gets the new password by itself, sealed to each. Newcomers need it from now on; the old one no longer gets anybody in.',
  change: 'Change the password',
  returning: (count: number) =>
    count === 1
      ? 'Somebody who was removed still knows the password and can come back.'
      : `${count} people who were removed still know the password and can come back.`,
  empty: 'Enter a new password.',
  split: (names: string) =>
    `Different group keys: ${names} and you have not agreed for more than ten seconds. Do not trust the room until the fingerprints are equal again.`,
  splitMember: 'other group key',
  gap: (name: string) => `A message from ${name} could not be read:`,
  gapReasons: {
    epoch: 'it was sealed to a group key that this tab does not hold.',
    jump: 'too many messages before it are missing.',
    unreadable: 'it does not open.',
    lost: 'nobody can say it again.',
  } satisfies Record<GapView['reason'], string>,
  asking: (name: string) => `${name} is asked to say it again.`,
} as const
