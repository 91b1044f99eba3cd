/** Texts of the Protocol tab, in German. */

import type { protocolEnglish } from '../en/protocol.ts'

const lanes: Readonly<Record<string, string>> = { me: 'dieser Tab', relay: 'Relay' }
const lane = (name: string): string => lanes[name] ?? name.replace('peer-', 'Mitglied ')
const paths = { relay: 'über das Relay', direct: 'direkt', mail: 'in den Briefkasten' }

export const protocolGerman: typeof protocolEnglish = {
  title: 'Was über die Leitung geht',
  failed: 'Das Protokoll kann nicht gezeigt werden. Der Raum ist davon nicht betroffen.',
  lead: 'Jeder Frame zwischen diesem Tab und den Mitgliedern, und was er bewirkte. „Gesendet“ heißt: der Verbindung übergeben. Ein Pfeil durch die Spur des Relays hält dort als verschlossene Kiste; andere gehen geradewegs zum Mitglied.',
  relayView: 'Was das Relay sieht',
  relayLead:
    'Alles, was das Relay lesen kann: welche Adressen miteinander reden, wann, wie viel, welche Art von Frame es ist, und die öffentlichen Werte von Passwortaustausch und Handschlag, die nichts über das Passwort verraten. In versiegelte Frames kann es nicht hineinsehen. Frames, die direkt zwischen zwei Tabs laufen, kommen bei ihm gar nicht vorbei.',
  viewAsTable: 'Als Tabelle',
  frames: 'Frames',
  arrows: 'Frames als Pfeile, der neueste zuletzt',
  empty: 'Noch nichts. Tritt einer Gruppe bei.',
  filter: 'Nach Art, Mitglied oder Weg filtern',
  shown: (shown, total) => `${shown} von ${total}`,
  lane,
  marks: {
    join: 'dabei',
    leave: 'gegangen',
    rekey: 'neuer Gruppenschlüssel',
    'healing-turn': 'Ratsche geheilt',
    'direct-link': 'direkte Verbindung',
    'relay-link': 'Verbindung über das Relay',
    'link-lost': 'Verbindung verloren',
    reconnect: 'wieder verbunden',
    'failed-attempt': 'falsches Passwort',
    rejected: 'Frame abgelehnt',
  },
  paths,
  way: (from, to, path) => `von ${from} an ${to} ${paths[path]}`,
  view: 'Ansicht',
  sides: { me: 'Dieser Tab', both: 'Dieser Tab | Relay', relay: 'Relay' },
  followOne: 'Verfolgen',
  everything: 'Alles',
  exchanges: {
    password: (name) => `Passwortaustausch mit ${name}`,
    handshake: (name) => `Handschlag mit ${name}`,
  },
  frameCount: (count) => (count === 1 ? '1 Frame' : `${count} Frames`),
  folded: (count) => `${count} Lebenszeichen`,
  passesBy: 'kommt am Relay nicht vorbei',
  sealedBoxes: (count) =>
    count === 0
      ? 'kommt am Relay nicht vorbei'
      : count === 1
        ? '1 verschlossene Kiste'
        : `${count} verschlossene Kisten`,
  below: (count) => `${count} neue`,
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
    'Versiegelt: Den Inhalt kennen nur die beiden Enden. Hier steht in Zahlen, was dieses Ende davon weiß.',
  sealedBox: 'Verschlossen: Das Relay liest nur Art und Größe.',
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
    'bad-event': 'Diese Aufzeichnung enthält ein ungültiges Ereignis, darum wurde nichts geladen.',
  },
  notInside: 'Tritt einer Gruppe bei, um den Stand ihrer Protokolle zu sehen.',
  member: 'Mitglied',
  agreement: 'Einigkeit über den Gruppenschlüssel',
  agreementHint:
    'Die Epoche des Gruppenschlüssels, die jedes Mitglied zuletzt gemeldet hat. Eine abweichende ist rot: Das Mitglied ist vielleicht einen Moment zurück oder abgeschnitten.',
  epochId: 'Epochen-ID',
  same: 'Wie hier',
  agrees: 'ja',
  differs: 'nein',
  epochs: 'Gehaltene Epochen',
  epochsHint:
    'Die neueste zuerst. Ältere bleiben für Nachrichten, die noch unterwegs sind, und werden dann gelöscht.',
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
      ? 'Bisher ist keine Verbindung abgerissen.'
      : `Bisher abgerissene oder wiederhergestellte Verbindungen: ${changes}.`,
  roundTrip: 'Hin und zurück',
  attempts: 'Verbindungsversuche',
  turned: 'über einen TURN-Server',
  trust: 'Vertrauen',
}
