/** Texts around all tabs, in German. */

import type { Wording } from '../en/english.ts'
import { pluralsOf } from '../plural.ts'

const plural = pluralsOf('de')

export const shellGerman: Wording['shell'] = {
  skip: 'Zum Inhalt springen',
  menu: 'Menü',
  theme: 'Farben',
  themes: { system: 'System', light: 'Hell', dark: 'Dunkel' },
  language: 'Sprache',
  present: 'Vorführen',
  presentHint:
    'Für einen Beamer: Das Labor ist größer, mit einer Tafel je Bildschirm. Mit den Pfeiltasten geht es zur nächsten.',
  attention: 'Neue Nachrichten',
  attentionHint: 'Beides verrät nicht, wer geschrieben hat, was, und in welcher Gruppe.',
  signals: { notify: 'Benachrichtigung', sound: 'Ton' },
  signalDenied: 'Der Browser erlaubt es dieser Seite nicht.',
  newMessages: 'Neue Nachrichten',
  unread: (count) => `${plural(count, { one: 'ungelesene Nachricht', other: 'ungelesene Nachrichten' })}`,
  shortcuts: 'Tasten',
  keys: [
    ['Eingabe', 'senden'],
    ['Umschalt + Eingabe', 'neue Zeile'],
    ['Strg + K', 'in der Unterhaltung suchen'],
    ['Alt + 1 … 6', 'einen Tab öffnen'],
    ['Esc', 'schließen oder doch nicht antworten'],
  ],
  newVersion: 'Eine neue Version ist bereit.',
  reload: 'Neu laden',
  version: 'Version dieser App',
  versionHint:
    'Die ersten Ziffern der SHA-256 von files.txt. Der Tab Relay zeigt sie ganz und prüft die Dateien.',
  versionOther: 'Der Server hat inzwischen eine andere Version.',
  connection: 'Verbindung',
  sections: 'Bereiche',
  room: 'Raum',
  metrics: 'Messwerte',
  relay: 'Relay',
  protocol: 'Protokoll',
  benchmark: 'Benchmark',
  'one-to-one': 'Zu zweit',
  dismiss: 'Schließen',
}
