/** The German texts. `reviewed.json` lists the English texts that they were last compared with. */

import type { Wording } from '../en/english.ts'
import { pluralsOf } from '../plural.ts'
import { benchmarkGerman } from './benchmark.ts'
import { captureGerman } from './capture.ts'
import { chartsGerman } from './charts.ts'
import { filesGerman } from './files.ts'
import { framesGerman } from './frames.ts'
import { neighboursGerman } from './neighbours.ts'
import { oneToOneGerman } from './one-to-one.ts'
import { protocolGerman } from './protocol.ts'
import { relayGerman } from './relay.ts'
import { removalGerman } from './removal.ts'
import { shellGerman } from './shell.ts'
import { startGerman } from './start.ts'

const plural = pluralsOf('de')
const somebody = (name: string | null): string => name ?? 'Jemand'

export const german: Wording = {
  errors: {
    'pake/failed': 'Das Passwort wurde abgelehnt. Vergleiche es mit den anderen und versuche es noch einmal.',
    'pake/throttled': 'Falsche Passwörter wurden hier zu oft abgelehnt, darum müssen alle etwas warten.',
    'join/empty-name': 'Gib einen Anzeigenamen ein.',
    'join/long-name': 'Der Anzeigename ist zu lang. Wähle einen kürzeren.',
    'join/bad-name': 'Der Anzeigename enthält Zeichen, die nicht erlaubt sind. Wähle einen anderen.',
    'join/empty-group': 'Gib den Namen einer Gruppe ein.',
    'join/long-group': 'Der Gruppenname ist zu lang. Wähle einen kürzeren.',
    'join/bad-group': 'Der Gruppenname enthält Zeichen, die nicht erlaubt sind. Wähle einen anderen.',
    'join/empty-password': 'Gib das Passwort der Gruppe ein.',
    'join/long-password': 'Das Passwort ist zu lang. Wähle ein kürzeres.',
    'join/bad-password': 'Das Passwort enthält Zeichen, die nicht erlaubt sind. Wähle ein anderes.',
    'join/not-inviter':
      'Der Link nennt ein anderes Mitglied als das, das an seiner Adresse geantwortet hat. Bitte um einen neuen Link.',
    'join/not-admitted':
      'Das Passwort stimmt, aber die Gruppe hat dich nicht eingelassen. Vielleicht ist sie voll, oder dieser Eintrag wurde entfernt. Versuche es noch einmal.',
    'login/empty-place': 'Gib den Namen eines Treffpunkts ein.',
    'login/long-place': 'Der Name des Treffpunkts ist zu lang. Wähle einen kürzeren.',
    'login/bad-place':
      'Der Name des Treffpunkts enthält Zeichen, die nicht erlaubt sind. Wähle einen anderen.',
    'message/empty': 'Gib zuerst eine Nachricht ein.',
    'message/long': 'Die Nachricht ist zu lang. Kürze sie oder sende sie in Teilen.',
    'message/backlog': 'Zu viele Nachrichten werden noch gesendet. Warte, bis einige zugestellt sind.',
    'file/nobody': 'Niemand sonst ist im Raum, daher wurde die Datei nicht angeboten.',
    'file/too-large': 'Die Datei ist zu groß zum Senden: höchstens 64 GB.',
    'file/unreadable': 'Die Datei war nicht lesbar, daher wurde sie nicht angeboten.',
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
    'storage/other-version':
      'Eine frühere Version dieser Seite hat diese Mitgliedschaft gespeichert, und diese Version kann sie nicht lesen. Vergiss sie, das löscht sie hier, und tritt neu bei.',
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
    'member-joined': (name, by) =>
      by === null
        ? `${somebody(name)} ist beigetreten`
        : `${somebody(name)} ist beigetreten, eingelassen von ${by}`,
    'member-left': (name) => `${somebody(name)} ist gegangen`,
    'member-expired': (name) => `${somebody(name)} war zu lange weg und wurde entfernt`,
    'member-evicted': (name, by) =>
      by === null
        ? `${somebody(name)} wurde aus der Gruppe entfernt`
        : `${by} hat ${somebody(name)} entfernt`,
    'wrong-password': (_, __, count) =>
      count > 1
        ? `Jemand hat ein falsches Passwort versucht (${count})`
        : 'Jemand hat ein falsches Passwort versucht',
    'wrong-password-elsewhere': (name, _, count) =>
      `${somebody(name)} meldet: Jemand hat ein falsches Passwort versucht${count > 1 ? ` (${count})` : ''}`,
    'looked-at-entry': (_, __, count) =>
      `Jemand, der das Passwort kennt, hat deinen Namen und deine Schlüssel angesehen und kam nicht herein${count > 1 ? ` (${count})` : ''}`,
    'password-changed': (name) => `${somebody(name)} hat das Passwort der Gruppe geändert`,
    'password-overruled': (name) =>
      `Dein neues Passwort hat sich nicht durchgesetzt: Es gilt das von ${somebody(name)}`,
    'session-replaced': (name) =>
      `${somebody(name)} hat eine neue Sitzung begonnen, obwohl die alte noch ging. War das kein Neuladen, dann vergleicht die Nummern noch einmal`,
    'other-room': () => 'Es gibt noch einen Raum dieses Namens, mit einem anderen Passwort',
    merged: (name) =>
      `Zwei Teile dieses Raums haben sich gefunden: ${somebody(name)} und du seid jetzt zusammen`,
    'door-shut': () => 'Zu viele falsche Passwörter: Neue müssen an deiner Tür eine Weile warten',
    disturbed: (_, __, count) =>
      `Fremde stören: Sie klopfen und machen nicht weiter${count > 1 ? ` (${count})` : ''}. Beitreten kann länger dauern`,
    'prekeys-exhausted': (name) =>
      `${somebody(name)} schläft und hat keine Vorschlüssel mehr: Nachrichten warten bis zur Rückkehr`,
    'prekey-used': () => 'Ein Vorschlüssel war schon benutzt: Dieses Paar wartet, bis ihr beide online seid',
    'letter-withdrawn': (name, _, count) =>
      `${plural(count, { one: 'Nachricht', other: 'Nachrichten' })} im Namen von ${somebody(name)} aus deiner Abwesenheit ließ sich nicht bestätigen. Traue dem nicht`,
    defect: () =>
      'Dieses Programm hat einen Fehler gemacht und ein Ereignis ausgelassen. Der Raum läuft weiter',
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
    'let-in-by-you': 'von dir eingelassen',
    'let-in': 'kennt das Passwort',
    'pre-keyed': 'mit Vorschlüssel',
  },
  connections: {
    offline: 'Offline',
    connecting: 'Verbindet',
    online: 'Online',
    reconnecting: 'Verbindet neu',
  },
  notConnected: 'Nicht verbunden',
  shell: shellGerman,
  ...startGerman,
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
      proving: 'Das Passwort einem Mitglied beweisen',
      agreeing: 'Den Gruppenschlüssel vereinbaren',
    },
    details: {
      hardening:
        'Mit Absicht langsam: So wird jedes Raten teuer. Ein Zwischenstand lässt sich nicht anzeigen.',
      finding: 'Das Relay wird gefragt, wer in der Gruppe ist.',
      proving: 'Eines lässt dich ein. Ist das Passwort falsch, erfährt keine Seite mehr als das.',
      agreeing: 'Ein frischer Schlüssel, den nur die Mitglieder kennen.',
    },
    answered: (answered, asked) =>
      `${answered} von ${plural(asked, { one: 'Mitglied', other: 'Mitgliedern' })} hat geantwortet.`,
    refusals: (count) => `Bisher von ${plural(count, { one: 'Mitglied', other: 'Mitgliedern' })} abgelehnt.`,
    asksAgain: (seconds) => `Fragt in ${plural(seconds, { one: 'Sekunde', other: 'Sekunden' })} wieder.`,
    founds: (seconds) =>
      `Niemand antwortet. Öffnet hier in ${plural(seconds, { one: 'Sekunde', other: 'Sekunden' })} einen Raum.`,
    stalled:
      'Niemand hier lässt dich ein. Vielleicht schlafen alle, oder sie nutzen diesen Namen mit einem anderen Passwort. Du kannst einen eigenen Raum öffnen.',
    retry: 'Noch einmal versuchen',
    found: 'Hier einen Raum öffnen',
    foundHint: 'Ein eigener Raum unter diesem Namen und Passwort. Die anderen sind nicht darin.',
  },
  room: {
    failed: 'Du bist drin, aber der Raum konnte noch nicht vom Server geladen werden. Neuer Versuch läuft …',
    leave: 'Gruppe verlassen',
    leaveTitle: 'Die Gruppe verlassen?',
    leaveLoses: 'Diese Unterhaltung gibt es nur hier. Wenn du gehst, wird sie in diesem Tab gelöscht.',
    leaveContinue: 'Weiter',
    leaveStay: 'Bleiben',
    presence: (count, split) =>
      split > 0
        ? `${split} von ${plural(count, { one: 'Person', other: 'Personen' })} mit anderem Schlüssel`
        : count === 1
          ? 'nur du'
          : `${count} Personen, gleicher Schlüssel`,
    more: 'Mehr',
    tryingAgain: 'Fragt den anderen Raum noch einmal',
    search: 'In der Unterhaltung suchen',
    found: (count) => `${plural(count, { one: 'Nachricht', other: 'Nachrichten' })} gefunden`,
    notFound: 'Nichts gefunden.',
    export: 'Unterhaltung als Text exportieren',
    clear: 'Bildschirm leeren',
    details: 'Mitglieder und Schlüssel',
    closeDetails: 'Mitglieder und Schlüssel schließen',
    relayAway:
      'Das Relay ist nicht erreichbar. Direkte Verbindungen laufen weiter; Neue und Nachrichten per Briefkasten müssen warten. Es wird weiter versucht.',
    noLongerKept: 'Was davor kam, wird nicht mehr aufbewahrt.',
    newDivider: 'neu',
    reply: 'Antworten',
    react: 'Reagieren',
    replyTo: (name) => `Antwort an ${name}`,
    noReply: 'Nicht antworten',
    disguisedHost: (host) => `Vorsicht, das ist ${host}`,
    members: 'Mitglieder',
    asleep: 'schläft',
    unknownSleeper: (digits) => `Mitglied ${digits}`,
    preKeys: (left, of, low) =>
      low
        ? `Nur noch ${left} von ${of} Vorschlüsseln beim Relay`
        : `${left} von ${of} Vorschlüsseln beim Relay`,
    groupKey: 'Gruppenschlüssel',
    epoch: 'Epoche',
    fingerprint: 'Fingerabdruck',
    fingerprintHint: 'Technisch: vom Schlüssel dieser Epoche, bei allen ihren Mitgliedern gleich.',
    yourId: 'Deine Kennung',
    you: 'du',
    verified: 'verglichen',
    letInBy: (name) => `eingelassen von ${name}`,
    verify: 'Vergleichen',
    verifyName: (name) => `Mit ${name} vergleichen`,
    verifyLead: (name) =>
      `Vergleiche das hier mit dem, was ${name} unter deinem Namen sieht, nebeneinander oder am Telefon.`,
    verifyQuestion: (name) => `Zeigt der Bildschirm von ${name} dasselbe?`,
    verifyEverybody: 'Mit allen vergleichen',
    verifyEverybodyLead:
      'Vergleiche das hier mit der Raumnummer auf den anderen Bildschirmen, nebeneinander oder am Telefon. Ein Vergleich genügt für alle, die jetzt im Raum sind.',
    verifyEverybodyQuestion: 'Zeigen alle Bildschirme dasselbe?',
    roomNumber: 'Raumnummer',
    roomNumberHint: 'Auf allen Bildschirmen gleich, solange niemand kommt oder geht.',
    safetyNumber: 'Nummer',
    safetyWords: 'Wörter zum Vorlesen',
    wordsMissing: 'Die Wörter lassen sich gerade nicht zeigen. Vergleicht die Ziffern.',
    same: 'Dasselbe',
    different: 'Etwas anderes',
    verifiedNow: 'Als verglichen markiert.',
    differentNow:
      'Dann ist vielleicht jemand dazwischen, oder bei einem von euch ist die Mitgliederliste nicht aktuell. Vergleicht noch einmal. Bleibt es verschieden, verlasse die Gruppe.',
    waiting: (count) => `Der Raum ist voll. ${plural(count, { one: 'wartet', other: 'warten' })} noch.`,
    defects: (count) =>
      `${plural(count, { one: 'Ereignis', other: 'Ereignisse' })} wegen eines Fehlers in diesem Programm ausgelassen.`,
    shutUntil: (time) =>
      `An deiner Tür wurden zu viele falsche Passwörter versucht. Neue warten dort bis ${time}.`,
    removedBy: (name) => `${name} hat dich aus der Gruppe entfernt.`,
    endedReasons: {
      left: 'Du hast die Gruppe in einem anderen Tab verlassen.',
      evicted: 'Ein Mitglied hat dich aus der Gruppe entfernt.',
      expired: 'Du warst zu lange weg, darum hat die Gruppe dich entfernt.',
    },
    endedLead: 'Was du hier gelesen hast, bleibt, bis du es verwirfst. Neues kommt nicht mehr.',
    discard: 'Verwerfen und zum Anfang',
    close: 'Schließen',
    conversation: 'Unterhaltung',
    message: 'Nachricht',
    messageHint: 'Eingabe sendet, Umschalt+Eingabe beginnt eine neue Zeile',
    send: 'Senden',
    latest: 'Neueste Nachrichten',
    earlier: (count) => `Frühere Nachrichten (${count})`,
    later: (count) => `Spätere Nachrichten (${count})`,
    empty: 'Noch keine Nachrichten.',
    firstTitle: 'Du bist die erste Person hier',
    aloneTitle: 'Du bist jetzt allein hier',
    invite: (group) => `Lade andere zu „${group}“ ein: Sie brauchen den Link und das Passwort.`,
    sending: 'wird gesendet',
    delivered: 'zugestellt',
    deliveredTo: (confirmed, of) => `an ${confirmed} von ${of} zugestellt`,
    nobodyThere: 'sonst war niemand da',
    mailed: (names) => `im Briefkasten von ${names}`,
    missed: (names, count) => (count === 1 ? `fehlt ${names}` : `fehlt bei ${names}`),
    wordsTitle: 'Was die Wörter bedeuten',
    words: [
      ['direkt', 'Von Tab zu Tab, ohne das Relay.'],
      ['über das Relay', 'Das Relay sieht nur verschlüsselte Bytes.'],
      [
        'eingelassen von',
        'Wem dieses Mitglied das Passwort bewiesen hat. Wer eingelassen wird, erfährt der ganze Raum.',
      ],
      ['verglichen', 'Du hast selbst die Nummern mit ihnen verglichen, und sie waren gleich.'],
      ['schläft', 'Abwesend, aber noch Mitglied: Nachrichten warten in einem Briefkasten beim Relay.'],
      ['mit Vorschlüssel', 'Schläft und hat von sich noch nichts hören lassen.'],
      ['Epoche', 'Wächst mit jedem neuen Gruppenschlüssel, wenn jemand kommt oder geht.'],
    ],
  },
  removal: removalGerman,
  help: {
    help: 'Hilfe',
    title: 'Was hier zu sehen ist',
    about: 'Über',
    close: 'Schließen',
    failed: 'Die Hilfe konnte noch nicht geladen werden. Neuer Versuch läuft …',
  },
  relay: relayGerman,
  oneToOne: oneToOneGerman,
  protocol: protocolGerman,
  files: filesGerman,
  frames: framesGerman,
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
