/** The German texts. `reviewed.json` lists the English texts that they were last compared with. */

import type { Wording } from '../en/english.ts'
import { pluralsOf } from '../plural.ts'
import { benchmarkGerman } from './benchmark.ts'
import { captureGerman } from './capture.ts'
import { chartsGerman } from './charts.ts'
import { neighboursGerman } from './neighbours.ts'
import { oneToOneGerman } from './one-to-one.ts'
import { protocolGerman } from './protocol.ts'
import { relayGerman } from './relay.ts'
import { removalGerman } from './removal.ts'

const plural = pluralsOf('de')
const somebody = (name: string | null): string => name ?? 'Jemand'

export const german: Wording = {
  errors: {
    'pake/failed': 'Das Passwort wurde abgelehnt. Vergleiche es mit den anderen und versuche es noch einmal.',
    'pake/throttled': 'Das Passwort wurde zu oft abgelehnt. Warte einen Moment bis zum nächsten Versuch.',
    'join/empty-name': 'Gib einen Anzeigenamen ein.',
    'join/long-name': 'Der Anzeigename ist zu lang. Wähle einen kürzeren.',
    'join/empty-group': 'Gib den Namen einer Gruppe ein.',
    'join/long-group': 'Der Gruppenname ist zu lang. Wähle einen kürzeren.',
    'join/empty-password': 'Gib das Passwort der Gruppe ein.',
    'join/long-password': 'Das Passwort ist zu lang. Wähle ein kürzeres.',
    'join/bad-password': 'Das Passwort enthält Zeichen, die nicht erlaubt sind. Wähle ein anderes.',
    'join/unknown-suite':
      'Die Gruppe verwendet eine Protokollversion, die diese Seite nicht unterstützt. Lade die Seite neu.',
    'join/other-suite-1':
      'Diese Gruppe verwendet Suite 1 (Standard: nichts wird gespeichert), du hast Suite 2 gewählt. Wähle Suite 1 und tritt noch einmal bei.',
    'join/other-suite-2':
      'Diese Gruppe verwendet Suite 2 (stark: Mitglieder können nach dem Schließen des Tabs bleiben), du hast Suite 1 gewählt. Wähle Suite 2 und tritt noch einmal bei.',
    'login/empty-place': 'Gib den Namen eines Treffpunkts ein.',
    'login/long-place': 'Der Name des Treffpunkts ist zu lang. Wähle einen kürzeren.',
    'message/empty': 'Gib zuerst eine Nachricht ein.',
    'message/long': 'Die Nachricht ist zu lang. Kürze sie oder sende sie in Teilen.',
    'message/backlog': 'Zu viele Nachrichten werden noch gesendet. Warte, bis einige zugestellt sind.',
    'group/removed': 'Ein Mitglied hat dich aus der Gruppe entfernt.',
    'message/not-joined': 'Du bist in keiner Gruppe, daher wurde die Nachricht nicht gesendet.',
    'relay/unreachable':
      'Das Relay ist nicht erreichbar. Prüfe deine Verbindung und versuche es noch einmal.',
    'relay/refused': 'Das Relay hat die Verbindung abgelehnt.',
    'relay/limited': 'Das Relay begrenzt gerade dein Tempo. Warte einen Moment und versuche es noch einmal.',
    'relay/full': 'Die Gruppe ist auf diesem Relay voll.',
    'storage/wrong-password':
      'Das Passwort wurde abgelehnt: Es öffnet diese gespeicherte Mitgliedschaft nicht. Nichts wurde verändert; versuche es noch einmal.',
    'storage/damaged': 'Die gespeicherte Mitgliedschaft ist nicht lesbar. Vergiss sie und tritt neu bei.',
    'storage/missing':
      'Diese Mitgliedschaft ist hier nicht mehr gespeichert: Du oder der Browser hat sie gelöscht. Tritt neu bei.',
    'storage/full':
      'Der Browser hat keinen Platz mehr für deine Mitgliedschaft, darum wird nichts gesendet. Gib etwas Speicherplatz frei.',
    'storage/failed':
      'Der Browser kann deine Mitgliedschaft nicht speichern, darum wird nichts gesendet. Tritt bei, ohne Mitglied zu bleiben, oder lade neu.',
    'host/failed': 'In dieser Seite ist etwas schiefgegangen. Lade sie neu und tritt wieder bei.',
    'page/bad-relay': 'Das Relay in der Adresse dieser Seite muss mit ws:// oder wss:// beginnen.',
    'page/incomplete':
      'Ein Teil dieser Seite konnte nicht geladen werden. Prüfe deine Verbindung und versuche es noch einmal.',
    'page/insecure':
      'Browser erlauben Verschlüsselung nur auf Seiten von https:// oder localhost. Öffne diese Seite von dort.',
  },
  unknownError: (code) => `Etwas ging schief (${code}).`,
  notices: {
    'member-joined': (name) => `${somebody(name)} ist beigetreten`,
    'member-left': (name) => `${somebody(name)} ist gegangen`,
    'member-expired': (name) => `${somebody(name)} war zu lange weg und wurde entfernt`,
    'member-evicted': (name) => `${somebody(name)} wurde aus der Gruppe entfernt`,
    'member-returned': (name) => `${somebody(name)} ist wieder da`,
    'password-changed': (name) => `${somebody(name)} hat das Passwort der Gruppe geändert`,
    'guess-failed': (name) => `${somebody(name)} kam nicht herein: falsches Passwort`,
    'prekeys-exhausted': () =>
      'Ein Mitglied dieser Gruppe schläft und hat keine Vorschlüssel mehr: Warte, bis es zurück ist',
    'prekey-used': () => 'Ein Vorschlüssel war schon benutzt: Dieses Paar wartet, bis ihr beide online seid',
    'profile-in-use': () =>
      'Deine gespeicherte Mitgliedschaft ist in einem anderen Tab offen. Dieser Tab ist ein eigenes Mitglied, bis du ihn schließt',
  },
  links: {
    self: 'du',
    connecting: 'verbindet',
    direct: 'direkt',
    relayed: 'über das Relay',
    offline: 'offline',
  },
  trusts: {
    self: 'du',
    verified: 'bewiesen',
    vouched: 'verbürgt',
    'pre-keyed': 'mit Vorschlüssel',
  },
  connections: {
    offline: 'Offline',
    connecting: 'Verbindet',
    online: 'Online',
    reconnecting: 'Verbindet neu',
  },
  notConnected: 'Nicht verbunden',
  shell: {
    language: 'Sprache',
    connection: 'Verbindung',
    sections: 'Bereiche',
    room: 'Raum',
    metrics: 'Messwerte',
    relay: 'Relay',
    protocol: 'Protokoll',
    benchmark: 'Benchmark',
    'one-to-one': 'Zu zweit',
    dismiss: 'Schließen',
  },
  join: {
    title: 'Ein privater Raum in diesem Browser',
    lead: 'Wer das Passwort kennt, kommt herein. Das Relay dazwischen kann nichts mitlesen, heute nicht und auch nicht mit einem künftigen Quantencomputer.',
    name: 'Anzeigename',
    group: 'Gruppe',
    password: 'Passwort',
    showPassword: 'Passwort anzeigen',
    show: 'Anzeigen',
    passwordHint: 'Es verlässt diesen Browser nie. Am besten sind ein paar zufällige Wörter.',
    stay: 'Mitglied bleiben, auch wenn dieser Tab zu ist',
    stayHint:
      'Behält deine Schlüssel auf diesem Rechner, mit dem Passwort versiegelt. Sonst verlässt du beim Schließen des Tabs die Gruppe, und nichts wird aufbewahrt.',
    submit: 'Gruppe beitreten',
    create: 'Gruppe anlegen',
    created: (words, of, bits) =>
      `${words} Wörter, aus ${of} gezogen: ${bits} Bit. Bewahre sie sicher auf. Sie werden nicht noch einmal gezeigt.`,
    left: (group) =>
      group === '' ? 'Du hast die Gruppe verlassen.' : `Du hast die Gruppe „${group}“ verlassen.`,
    cancelled: 'Abgebrochen. Du bist nicht beigetreten.',
    relayOnly: 'Direkte Verbindungen sind in diesem Tab aus. Alles läuft über das Relay.',
    nextTry: (seconds) => `Nächster Versuch in ${plural(seconds, { one: 'Sekunde', other: 'Sekunden' })}.`,
    tryNow: 'Du kannst es jetzt wieder versuchen.',
  },
  invite: {
    copyLink: 'Einladungslink kopieren',
    showQr: 'QR-Code zeigen',
    withPassword: 'Das Passwort in den Link aufnehmen',
    with: 'Wer diesen Link hat, kann beitreten. Sende ihn nur dort, wo niemand sonst mitlesen kann.',
    without: 'Der Link nennt nur die Gruppe. Gib das Passwort anders weiter: persönlich oder am Telefon.',
    copied: 'Kopiert.',
    link: 'Einladungslink',
    qr: (group) => `Einladung zu „${group}“ als QR-Code`,
  },
  stored: {
    title: 'Deine Gruppen auf diesem Rechner',
    lead: 'Gib das Passwort ein, mit dem du beigetreten bist, auch wenn die Gruppe es seitdem geändert hat.',
    since: (name, date) => `als ${name}, seit ${date}`,
    password: (group) => `Passwort von ${group}`,
    resume: 'Weitermachen',
    forget: 'Vergessen',
    reallyForget: 'Endgültig vergessen',
    keep: 'Behalten',
    forgetHint:
      'Löscht deine Schlüssel und Nachrichten auf diesem Rechner. Die anderen führen dich noch eine Weile als Mitglied.',
  },
  progress: {
    title: (group) => (group === '' ? 'Beitritt' : `Beitritt zu „${group}“`),
    cancel: 'Abbrechen',
    steps: {
      hardening: 'Das Passwort härten',
      finding: 'Mitglieder finden',
      proving: 'Das Passwort jedem Mitglied beweisen',
      agreeing: 'Den Gruppenschlüssel vereinbaren',
    },
    details: {
      hardening:
        'Mit Absicht langsam: So wird jedes Raten teuer. Ein Zwischenstand lässt sich nicht anzeigen.',
      finding: 'Das Relay wird gefragt, wer in der Gruppe ist.',
      proving: 'Ist es falsch, erfährt keine Seite mehr als das.',
      agreeing: 'Ein frischer Schlüssel, den nur die Mitglieder kennen.',
    },
    proved: (done, of) => `${done} von ${plural(of, { one: 'Mitglied', other: 'Mitgliedern' })}`,
  },
  room: {
    leave: 'Gruppe verlassen',
    members: 'Mitglieder',
    asleep: (id) => `Schläft ${id}`,
    preKeys: (left, of, low) =>
      low
        ? `Nur noch ${left} von ${of} Vorschlüsseln beim Relay`
        : `${left} von ${of} Vorschlüsseln beim Relay`,
    groupKey: 'Gruppenschlüssel',
    epoch: 'Epoche',
    fingerprint: 'Fingerabdruck',
    fingerprintHint: 'Muss auf allen Bildschirmen gleich sein. Wenn nicht, hört jemand mit.',
    yourId: 'Deine Kennung',
    you: 'du',
    compared: 'verglichen',
    verify: 'Vergleichen',
    verifyName: (name) => `Mit ${name} vergleichen`,
    verifyLead: (name) =>
      `Vergleiche das hier mit dem, was ${name} unter deinem Namen sieht, nebeneinander oder am Telefon. Stimmt es überein, hört niemand mit. Weicht es ab, hört jemand mit: Verlasse die Gruppe.`,
    safetyNumber: 'Sicherheitsnummer',
    safetyWords: 'Kurzform zum Vorlesen',
    iCompared: 'Ich habe sie verglichen',
    comparedNow: 'In diesem Tab für diese Sitzung als verglichen markiert.',
    close: 'Schließen',
    conversation: 'Unterhaltung',
    message: 'Nachricht',
    messageHint: 'Eingabe sendet, Umschalt+Eingabe beginnt eine neue Zeile',
    send: 'Senden',
    latest: 'Neueste Nachrichten',
    earlier: (count) => `Frühere Nachrichten (${count})`,
    empty: 'Noch keine Nachrichten.',
    firstTitle: 'Du bist die erste Person hier',
    aloneTitle: 'Du bist jetzt allein hier',
    invite: (group) => `Lade andere zu „${group}“ ein: Sie brauchen den Link und das Passwort.`,
    sending: 'wird gesendet',
    delivered: 'zugestellt',
    deliveredTo: (confirmed, of) => `an ${confirmed} von ${of} zugestellt`,
    nobodyThere: 'sonst war niemand da',
    wordsTitle: 'Was die Wörter bedeuten',
    words: [
      ['direkt', 'Von Tab zu Tab, ohne das Relay.'],
      ['über das Relay', 'Das Relay sieht nur verschlüsselte Bytes.'],
      ['bewiesen', 'Hat deinem Tab bewiesen, dass es das Passwort kennt.'],
      ['verglichen', 'Du hast die Sicherheitsnummer selbst mit ihnen verglichen.'],
      [
        'verbürgt',
        'Von einem anderen Mitglied eingelassen; hat deinem Tab das Passwort noch nicht bewiesen.',
      ],
      ['Epoche', 'Wächst mit jedem neuen Gruppenschlüssel, wenn jemand kommt oder geht.'],
    ],
  },
  removal: removalGerman,
  help: { help: 'Hilfe', title: 'Was hier zu sehen ist', about: 'Über', close: 'Schließen' },
  relay: relayGerman,
  oneToOne: oneToOneGerman,
  protocol: protocolGerman,
  benchmark: benchmarkGerman,
  charts: chartsGerman,
  capture: captureGerman,
  neighbours: neighboursGerman,
  metrics: {
    title: 'Kryptografische Operationen in diesem Tab',
    failed: 'Die Messwerte können nicht gezeigt werden. Der Raum ist davon nicht betroffen.',
    exportMetrics: 'Messwerte exportieren',
    lastMinute: 'Letzte Minute',
    operations: 'Operationen',
    errors: 'Fehler',
    recorded: 'Bisher erfasst',
    latency: 'Dauer im Zeitverlauf',
    operation: 'Operation',
    allOperations: 'Alle Operationen',
    scale: 'Skala',
    scales: { log: 'logarithmisch', linear: 'linear' },
    noPoints: 'In diesem Zeitraum wurde nichts erfasst.',
    chartLabel: (operation) => `Dauer von ${operation} in Millisekunden: p50, p95 und p99`,
    time: 'Zeit',
    count: 'Anzahl',
    table: 'Alle Operationen, seit diese Seite geöffnet wurde',
    search: 'Operationen suchen',
    noRows:
      'Noch wurde nichts erfasst. Tritt einer Gruppe bei, um ihre Kryptografie bei der Arbeit zu sehen.',
    noMatch: 'Keine Operation passt.',
    columns: {
      operation: 'Operation',
      algorithm: 'Verfahren',
      count: 'Anzahl',
      avgMs: 'Mittel ms',
      minMs: 'Min ms',
      maxMs: 'Max ms',
      throughputBps: 'Durchsatz B/s',
      successRate: 'Erfolgsquote',
      p50: 'p50 ms',
      p90: 'p90 ms',
      p95: 'p95 ms',
      p99: 'p99 ms',
    },
  },
}
