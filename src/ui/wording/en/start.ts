/** Texts of the start screen and of invitations. */

import { pluralsOf } from '../plural.ts'

const plural = pluralsOf('en')

export const startEnglish = {
  join: {
    title: 'A private room in this browser',
    lead: 'Everyone who knows the password gets in. The relay between you cannot read anything, now or with a future quantum computer.',
    name: 'Display name',
    group: 'Group',
    password: 'Password',
    showPassword: 'Show password',
    show: 'Show',
    passwordHint: 'It never leaves this browser. A few random words work best.',
    stay: 'Keep this membership on this device',
    stayHint:
      'Your own choice, in any group: your keys stay on this computer, sealed under the password, and you are a member while this tab is closed. Otherwise closing the tab leaves the group, and nothing is kept.',
    submit: 'Join group',
    create: 'Create group',
    choice: 'Join a group or create one',
    joinChoice: 'Join',
    createChoice: 'Create',
    createTitle: 'A new room',
    invited: (group: string) => `You are invited to “${group}”`,
    another: 'Another group',
    labelHint: (label: string) => `People see “${label}”. The rest keeps strangers from finding it.`,
    created: (words: number, of: string, bits: string) => `${words} words drawn from ${of}: ${bits} bits.`,
    createdMeaning:
      'Nobody guesses them, and nobody can try them without asking a member. In the room they stay behind “Invite”.',
    copyWords: 'Copy words',
    otherWords: 'Other words',
    unknownWords: (words: string, count: number) =>
      `${words} ${count === 1 ? 'is' : 'are'} not in the list of words. Check the spelling, or join again to try it as it is.`,
    strength: {
      weak: 'Weak: easily guessed by who knows you.',
      fair: 'Fair: each guess has to ask a member, who sees it.',
      strong: 'Strong.',
    },
    left: (group: string) => (group === '' ? 'You left the group.' : `You left the group “${group}”.`),
    cancelled: 'Cancelled. You did not join.',
    relayOnly: 'Direct connections are off in this tab. Everything goes through the relay.',
    nextTry: (seconds: number) => `Next try in ${plural(seconds, { one: 'second', other: 'seconds' })}.`,
    tryNow: 'You can try again now.',
  },
  invite: {
    invite: 'Invite',
    title: (group: string) => `Invite to “${group}”`,
    copyWithPassword: 'Copy link with password',
    copyLink: 'Copy invitation link',
    share: 'Share',
    showWords: 'Show the password',
    hideWords: 'Hide the password',
    notKnown:
      'This page does not know the password any more: it was changed, or this membership was resumed. Share it another way.',
    showQr: 'Show QR code',
    noQr: 'The QR code could not be fetched yet. Trying again…',
    withPassword: 'Put the password into the link',
    with: 'Anyone with this link can join, and browsers keep links in their history. Send it only where nobody else can read it.',
    without: 'The link names only the group. Share the password another way: in person or by phone.',
    copied: 'Copied.',
    link: 'Invitation link',
    qr: (group: string) => `Invitation to “${group}” as a QR code`,
  },
} as const
