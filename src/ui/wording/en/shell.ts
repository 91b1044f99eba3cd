/** Texts around all tabs. */

import { pluralsOf } from '../plural.ts'

const plural = pluralsOf('en')

export const shellEnglish = {
  skip: 'Skip to the content',
  menu: 'Menu',
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  language: 'Language',
  present: 'Present',
  presentHint:
    'For a projector: the laboratory is larger, with one panel a screen. Arrow keys go to the next one.',
  attention: 'New messages',
  attentionHint: 'Neither says who wrote, what, or in which group.',
  signals: { notify: 'Notification', sound: 'Sound' },
  signalDenied: 'The browser does not allow it for this page.',
  newMessages: 'New messages',
  unread: (count: number) => `${plural(count, { one: 'unread message', other: 'unread messages' })}`,
  shortcuts: 'Keys',
  keys: [
    ['Enter', 'send'],
    ['Shift + Enter', 'new line'],
    ['Ctrl + K', 'search the conversation'],
    ['Alt + 1 … 6', 'open a tab'],
    ['Esc', 'close, or stop replying'],
  ] as readonly (readonly [string, string])[],
  newVersion: 'A new version is ready.',
  reload: 'Reload',
  version: 'Version of this app',
  versionHint:
    'The first digits of the SHA-256 of files.txt. The Relay tab shows all of it and checks the files.',
  versionOther: 'The server has another version by now.',
  connection: 'Connection',
  sections: 'Sections',
  room: 'Room',
  metrics: 'Metrics',
  relay: 'Relay',
  protocol: 'Protocol',
  benchmark: 'Benchmark',
  'one-to-one': '1-to-1',
  dismiss: 'Dismiss',
} as const
