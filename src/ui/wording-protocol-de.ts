import type { protocolEnglish } from './wording-protocol.ts'

const lanes: Readonly<Record<string, string>> = { me: 'dieser Tab', relay: 'Relay' }
const lane = (name: string): string => lanes[name] ?? name.replace('peer-', 'Mitglied ')
const paths = { relay: 'über das Relay', direct: 'direkt', mail: 'in das Postfach' }

export const protocolGerman: typeof protocolEnglish = {
  title: 'Was über die Leitung geht',
  failed: 'Das Protokoll kann nicht gezeigt werden. Der Raum ist davon nicht betroffen.',
  lead: 'Jeder Rahmen zwischen diesem Tab und den Mitgliedern, und was er bewirkte. „Gesendet“ heißt: der Verbindung übergeben. Mitglieder sind in der Reihenfolge der Begegnung nummeriert.',
  relayView: 'Was das Relay sieht',
  relayLead:
    'Alles, was das Relay lesen kann: welche Adressen miteinander reden, wann, wie viel, welche Art von Rahmen es ist, und die öffentlichen Werte des Passwortaustauschs, die nichts über das Passwort verraten. Versiegelte Rahmen sind ihm verschlossene Kästen. Was direkt zwischen zwei Tabs läuft, kommt gar nicht vorbei.',
  viewAsTable: 'Als Tabelle',
  frames: 'Rahmen',
  arrows: 'Rahmen als Pfeile, der neueste zuletzt',
  empty: 'Noch nichts. Tritt einer Gruppe bei.',
  filter: 'Nach Art, Mitglied oder Weg filtern',
  shown: (shown, total) => `${shown} von ${total}`,
  lane,
  paths,
  way: (from, to, path) => `von ${lane(from)} an ${lane(to)} ${paths[path]}`,
  bytes: (size) => `${size} Bytes`,
  time: 'Zeit',
  from: 'Von',
  to: 'An',
  path: 'Weg',
  type: 'Art',
  size: 'Bytes',
  classical: 'Bytes klassisch',
  fields: 'Öffentliche Felder',
  address: 'Adresse der anderen Seite',
  sealedHint:
    'Versiegelt: den Inhalt kennen nur seine beiden Enden. Hier steht, was dieses Ende davon weiß, in Zahlen.',
  sealedBox: 'Ein verschlossener Kasten: das Relay liest seine Art und seine Größe.',
  pause: 'Anhalten',
  follow: 'Wieder folgen',
  stepBack: 'Schritt zurück',
  stepForward: 'Schritt vor',
  replay: 'Abspielen',
  stop: 'Stopp',
  position: 'Stelle in der Aufzeichnung',
  positionOf: (at, of) => `Ereignis ${at} von ${of}`,
  fresh: (count) => `${count} neue`,
  fromFile: 'aus einer Datei',
  save: 'Aufzeichnung speichern',
  open: 'Aufzeichnung öffnen',
  problems: {
    'too-large': 'Diese Datei ist zu groß für eine Aufzeichnung.',
    'not-json': 'Diese Datei ist kein JSON.',
    'not-a-trace': 'Diese Datei ist keine Aufzeichnung dieses Tabs.',
    'other-version': 'Diese Aufzeichnung stammt von einer anderen Version.',
    'bad-event': 'Etwas in dieser Aufzeichnung ist nicht gültig: nichts davon wurde übernommen.',
  },
  notInside: 'Tritt einer Gruppe bei, um zu sehen, wo ihre Protokolle stehen.',
  member: 'Mitglied',
  agreement: 'Einigkeit über den Gruppenschlüssel',
  agreementHint:
    'Die Epoche des Gruppenschlüssels, die jedes Mitglied zuletzt nannte. Eine abweichende ist rot: sie kann einen Moment zurück oder abgeschnitten sein.',
  epochId: 'Epochen-ID',
  same: 'Wie hier',
  agrees: 'ja',
  differs: 'nein',
  epochs: 'Gehaltene Epochen',
  epochsHint:
    'Die neueste zuerst. Ältere bleiben für Nachrichten, die noch unterwegs sind, und werden dann vergessen.',
  counter: 'Epoche',
  author: 'Urheber',
  memberCount: 'Mitglieder',
  since: 'Seit',
  ratchets: 'Paar-Ratschen',
  ratchetsHint:
    'Jede Drehung ersetzt den Wurzelschlüssel durch einen, den ein Dieb des alten nicht berechnen kann: X25519 und ML-KEM zusammen. Die Kette zählt Nachrichten seit der letzten Drehung.',
  turnsSent: 'Drehungen gesendet',
  turnsReceived: 'Drehungen empfangen',
  chainSent: 'Sendekette',
  chainReceived: 'Empfangskette',
  skipped: 'Übersprungene Schlüssel',
  heals: 'Letzte Drehung',
  turnUnderWay: 'unterwegs',
  turnTaken: 'beantwortet',
  mesh: 'Verbindungen zu den Mitgliedern',
  meshHint: (changes) =>
    changes === 0
      ? 'Bisher ging keine Verbindung verloren.'
      : `Bisher verlorene oder wiedergefundene Verbindungen: ${changes}.`,
  trust: 'Beweis',
}
