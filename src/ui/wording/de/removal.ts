import type { Wording } from '../en/english.ts'

export const removalGerman: Wording['removal'] = {
  remove: 'Entfernen',
  removeName: (name) => `${name} entfernen`,
  lead: (name) =>
    `${name} verliert den Raum sofort, für alle, und die Gruppe bekommt einen neuen Schlüssel. Aber ${name} kennt das Passwort der Gruppe. Ändere es jetzt: Wer bleibt, bekommt das neue von selbst, für jede Person versiegelt.`,
  newPassword: 'Neues Passwort',
  showPassword: 'Neues Passwort anzeigen',
  show: 'Anzeigen',
  suggest: 'Passphrase vorschlagen',
  hint: 'Wer dazukommen will, braucht es. Es wird nicht wieder gezeigt.',
  removeAndChange: 'Entfernen und Passwort ändern',
  removeOnly: 'Nur entfernen',
  removeOnlyHint: (name) => `Ohne neues Passwort kann ${name} wieder anklopfen und kommt herein.`,
  cancel: 'Abbrechen',
  changeTitle: 'Passwort der Gruppe ändern',
  changeLead:
    'Wer drin ist, bekommt das neue Passwort von selbst, für jede Person versiegelt. Wer dazukommen will, braucht es ab jetzt; das alte lässt niemanden mehr herein.',
  change: 'Passwort ändern',
  returning: (count) =>
    count === 1
      ? 'Eine entfernte Person kennt das Passwort noch und kann wiederkommen.'
      : `${count} entfernte Personen kennen das Passwort noch und können wiederkommen.`,
  empty: 'Gib ein neues Passwort ein.',
  split: (names) =>
    `Verschiedene Gruppenschlüssel: ${names} und du seid seit über zehn Sekunden nicht einig. Traue dem Raum erst wieder, wenn die Fingerabdrücke gleich sind.`,
  splitMember: 'anderer Gruppenschlüssel',
  gap: (name) => `Eine Nachricht von ${name} konnte nicht gelesen werden:`,
  gapReasons: {
    epoch: 'Sie gilt einem Gruppenschlüssel, den dieser Tab nicht hat.',
    jump: 'Vor ihr fehlen zu viele Nachrichten.',
    unreadable: 'Sie lässt sich nicht öffnen.',
    lost: 'Niemand kann sie wiederholen.',
  },
  asking: (name) => `${name} wird gebeten, sie zu wiederholen.`,
}
