/** Texts about removing a member, changing the password, splits and gaps, in German. */

import type { Wording } from '../en/english.ts'
import { pluralsOf } from '../plural.ts'

const plural = pluralsOf('de')

export const removalGerman: Wording['removal'] = {
  remove: 'Entfernen',
  removeName: (name) => `${name} entfernen`,
  lead: (name) =>
    `${name} verliert sofort den Zugang, bei allen, und die Gruppe bekommt einen neuen Schlüssel. Aber ${name} kennt noch das Passwort der Gruppe. Ändere es jetzt: Die übrigen Mitglieder bekommen das neue automatisch, für jedes einzeln versiegelt.`,
  newPassword: 'Neues Passwort',
  showPassword: 'Neues Passwort anzeigen',
  show: 'Anzeigen',
  suggest: 'Passphrase vorschlagen',
  hint: 'Wer dazukommen will, braucht es. Es wird nicht wieder gezeigt.',
  withInvited: (name) => `und alle, die ${name} eingelassen hat`,
  removeAndChange: 'Entfernen und Passwort ändern',
  removeOnly: 'Nur entfernen',
  removeOnlyHint: (name) => `Ohne neues Passwort kann ${name} einfach wieder beitreten.`,
  cancel: 'Abbrechen',
  changeTitle: 'Passwort der Gruppe ändern',
  changeLead:
    'Alle Mitglieder bekommen das neue Passwort automatisch, für jedes einzeln versiegelt. Wer dazukommen will, braucht es ab jetzt; das alte gilt nicht mehr.',
  change: 'Passwort ändern',
  password: 'Passwort',
  newOne: 'Neues Passwort …',
  chosenBy: (name) => `Gewählt von ${name}.`,
  chosenByYou: 'Von dir gewählt.',
  chosenAtFirst: 'Das, mit dem der Raum geöffnet wurde.',
  returning: (count) =>
    plural(count, {
      one: 'entfernte Person kennt das Passwort noch und kann wiederkommen.',
      other: 'entfernte Personen kennen das Passwort noch und können wiederkommen.',
    }),
  empty: 'Gib ein neues Passwort ein.',
  split: (names, seconds) =>
    `Verschiedene Gruppenschlüssel: ${names} und du seid euch seit über ${seconds} Sekunden nicht einig. Nachrichten erreichen trotzdem jedes Mitglied einzeln.`,
  splitMember: 'anderer Gruppenschlüssel',
  gap: (name, count) =>
    plural(count, {
      one: `Nachricht von ${name} ist nicht angekommen.`,
      other: `Nachrichten von ${name} sind nicht angekommen.`,
    }),
  gapStates: {
    asked: 'Noch einmal angefragt.',
    lost: 'Niemand hat sie mehr.',
  },
}
