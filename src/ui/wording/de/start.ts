/** Texts of the start screen and of invitations, in German. */

import type { Wording } from '../en/english.ts'
import { pluralsOf } from '../plural.ts'

const plural = pluralsOf('de')

export const startGerman: Pick<Wording, 'join' | 'invite'> = {
  join: {
    title: 'Ein privater Raum in diesem Browser',
    lead: 'Wer das Passwort kennt, kommt herein. Das Relay dazwischen kann nichts mitlesen, heute nicht und auch nicht mit einem künftigen Quantencomputer.',
    name: 'Anzeigename',
    group: 'Gruppe',
    password: 'Passwort',
    showPassword: 'Passwort anzeigen',
    show: 'Anzeigen',
    passwordHint: 'Es verlässt diesen Browser nie. Am besten sind ein paar zufällige Wörter.',
    stay: 'Diese Mitgliedschaft auf diesem Gerät behalten',
    stayHint:
      'Deine eigene Wahl, in jeder Gruppe: Deine Schlüssel bleiben auf diesem Rechner, mit dem Passwort versiegelt, und du bleibst Mitglied, während dieser Tab zu ist. Sonst verlässt du beim Schließen des Tabs die Gruppe, und nichts wird aufbewahrt.',
    submit: 'Gruppe beitreten',
    create: 'Gruppe anlegen',
    choice: 'Einer Gruppe beitreten oder eine anlegen',
    joinChoice: 'Beitreten',
    createChoice: 'Anlegen',
    createTitle: 'Ein neuer Raum',
    invited: (group) => `Du bist zu „${group}“ eingeladen`,
    another: 'Eine andere Gruppe',
    labelHint: (label) => `Man sieht „${label}“. Der Rest hält Fremde davon ab, sie zu finden.`,
    created: (words, of, bits) => `${words} Wörter, aus ${of} gezogen: ${bits} Bit.`,
    createdMeaning:
      'Niemand errät sie, und niemand kann sie versuchen, ohne ein Mitglied zu fragen. Im Raum bleiben sie hinter „Einladen“.',
    copyWords: 'Wörter kopieren',
    otherWords: 'Andere Wörter',
    unknownWords: (words, count) =>
      `${words} ${count === 1 ? 'steht' : 'stehen'} nicht in der Wortliste. Prüfe die Schreibweise, oder tritt noch einmal bei, um es so zu versuchen.`,
    strength: {
      weak: 'Schwach: Wer dich kennt, errät es leicht.',
      fair: 'Mittel: Jeder Versuch muss ein Mitglied fragen, und das sieht ihn.',
      strong: 'Stark.',
    },
    left: (group) =>
      group === '' ? 'Du hast die Gruppe verlassen.' : `Du hast die Gruppe „${group}“ verlassen.`,
    cancelled: 'Abgebrochen. Du bist nicht beigetreten.',
    relayOnly: 'Direkte Verbindungen sind in diesem Tab aus. Alles läuft über das Relay.',
    nextTry: (seconds) => `Nächster Versuch in ${plural(seconds, { one: 'Sekunde', other: 'Sekunden' })}.`,
    tryNow: 'Du kannst es jetzt wieder versuchen.',
  },
  invite: {
    invite: 'Einladen',
    title: (group) => `Zu „${group}“ einladen`,
    copyWithPassword: 'Link mit Passwort kopieren',
    copyLink: 'Einladungslink kopieren',
    share: 'Teilen',
    showWords: 'Das Passwort zeigen',
    hideWords: 'Das Passwort verbergen',
    notKnown:
      'Diese Seite kennt das Passwort nicht mehr: Es wurde geändert, oder diese Mitgliedschaft wurde fortgesetzt. Gib es anders weiter.',
    showQr: 'QR-Code zeigen',
    noQr: 'Der QR-Code konnte noch nicht geladen werden. Neuer Versuch läuft …',
    withPassword: 'Das Passwort in den Link aufnehmen',
    with: 'Wer diesen Link hat, kann beitreten, und Browser behalten Links in ihrem Verlauf. Sende ihn nur dort, wo niemand sonst mitlesen kann.',
    without: 'Der Link nennt nur die Gruppe. Gib das Passwort anders weiter: persönlich oder am Telefon.',
    copied: 'Kopiert.',
    link: 'Einladungslink',
    qr: (group) => `Einladung zu „${group}“ als QR-Code`,
  },
}
