/** Texts of the 1-to-1 tab. `client` and `server` are roles; numbers are those of the messages. */

import type { Wording } from '../en/english.ts'
import { pluralsOf } from '../plural.ts'

const plural = pluralsOf('de')

export const oneToOneGerman: Wording['oneToOne'] = {
  title: 'Zu zweit: eine Anmeldung mit Passwort, Nachricht für Nachricht',
  lead: 'Öffne diese Seite in zwei Tabs. Der eine behält einen Prüfwert des Passworts und wartet, wie ein Server; der andere meldet sich an, wie ein Client. Beide führen wirklich CPaceOQUAKE+ aus, über das Relay dieser Seite.',
  place: 'Treffpunkt',
  placeHint:
    'Irgendein Name, in beiden Tabs derselbe. Treffpunkte sind von Gruppen getrennt: Kein Gruppenmitglied trifft dich hier.',
  password: 'Anmeldepasswort',
  showPassword: 'Anmeldepasswort anzeigen',
  show: 'Anzeigen',
  listen: 'Als Server warten',
  logIn: 'Als Client anmelden',
  logInAgain: 'Noch einmal anmelden',
  leave: 'Treffpunkt verlassen',
  roles: { client: 'Client', server: 'Server' },
  here: (role, place) => `${role === 'client' ? 'Client' : 'Server'} in „${place}“`,
  you: 'dieser Tab',
  yourId: 'Kennung dieses Tabs',
  hardening: 'Das Passwort wird gehärtet: mit Absicht langsam.',
  hardened: (ms) => `In ${ms} ms gehärtet.`,
  kept: 'Hier bleiben: der Prüfwert (32 Bytes, geheim) und der öffentliche Schlüssel (1.216 Bytes). Passwort und Saat sind gelöscht.',
  nextStep: 'Nächster Schritt',
  runAll: 'Alles laufen lassen',
  giveUp: 'Diese Anmeldung aufgeben',
  controls: 'Schritte',
  next: {
    1: 'Als Nächstes: Nachricht 1 erzeugen und senden.',
    2: 'Als Nächstes: Nachricht 1 lesen, mit Nachricht 2 antworten.',
    3: 'Als Nächstes: Nachricht 2 lesen, mit Nachricht 3 antworten.',
    4: 'Als Nächstes: Nachricht 3 lesen, mit Nachricht 4 antworten.',
    5: 'Als Nächstes: Nachricht 4 prüfen, mit Nachricht 5 antworten.',
    6: 'Als Nächstes: Nachricht 5 prüfen.',
  },
  states: {
    noServer:
      'Hier wartet noch kein Server. Öffne diese Seite in einem zweiten Tab und warte dort, am selben Treffpunkt.',
    idleServer: 'Wartet. Öffne diese Seite in einem zweiten Tab und melde dich dort an.',
    idleClient: 'Es läuft keine Anmeldung. Gib ein Passwort ein, um es zu versuchen.',
    theirs: 'Der andere Tab ist an der Reihe.',
    doneServer: 'Fertig: Beide Seiten haben denselben Schlüssel.',
    doneClient: 'Fertig: Dieser Tab hat den Schlüssel, und der Server, sobald er Nachricht 5 gelesen hat.',
    refused: 'Abgelehnt.',
    'given-up': 'Diese Anmeldung wurde aufgegeben.',
    busy: 'Der Server hat abgelehnt: zu viele Fehlversuche, oder eine andere Anmeldung läuft.',
  },
  refused: 'Das Passwort wurde abgelehnt (pake/failed).',
  refusedWhy: [
    'Beide Seiten haben jede Nachricht gesendet, so lang wie bei einer Anmeldung, die gelingt, und scheiterten erst am Ende. Ein falsches Passwort, ein verändertes Byte und eine kaputte Nachricht sehen gleich aus.',
    'Der Client hat eines gelernt: Das eingegebene Passwort ist nicht das des Servers. Er hat in diesem Lauf ein Passwort geprüft und kann danach kein weiteres prüfen, so lange er auch rechnet.',
    'Der Server hat gelernt, dass jemand ein falsches Passwort versucht hat. Nichts, was er empfing, verrät ihm, welches.',
  ],
  refusedCost: (free) =>
    `Der Lauf zählt als ein Rateversuch, und jede Stunde wird einer vergessen. Ab ${free} lässt der Server alle warten: zuerst eine Minute, dann jedes Mal doppelt so lang, höchstens eine Stunde.`,
  fingerprint: 'Fingerabdruck des Schlüssels',
  fingerprintHint:
    'Aus dem Schlüssel unter eigenem Label abgeleitet. Vergleiche ihn mit dem anderen Tab. Der Schlüssel selbst ist gelöscht.',
  transcript: 'Hash aller fünf Nachrichten',
  computed: (ms) => `Dieser Tab hat für diese Anmeldung ${ms} ms gerechnet, ohne das Härten.`,
  failures: (count, free) => `Fehlgeschlagene Logins auf dem Konto: ${count} von ${free}.`,
  messages: 'Nachrichten',
  noMessages: 'Noch keine Nachrichten.',
  messageTitle: (flow, from) =>
    `Nachricht ${flow}: ${from === 'client' ? 'vom Client an den Server' : 'vom Server an den Client'}`,
  bytes: (count) => plural(count, { one: 'Byte', other: 'Bytes' }),
  ms: (ms) => `${ms} ms hier`,
  allBytes: (count) => `Alle ${count} Bytes`,
  meanings: {
    1: 'Der Client beginnt. Sein Anteil hängt vom Passwort ab, und doch könnte ihn jedes Passwort erzeugt haben.',
    2: 'Der Server antwortet ebenso. Nun können beide den ersten Schlüssel berechnen; er ist gleich, wenn es die Passwörter sind.',
    3: 'Der Client sendet einen frischen ML-KEM-Schlüssel, verdeckt mit dem ersten Schlüssel und dem Prüfwert. Andere Passwörter decken andere, ebenso gute Schlüssel auf.',
    4: 'Der Server verkapselt an den aufgedeckten Schlüssel, stellt eine Aufgabe, die nur das Passwort löst, und beweist, dass er den Prüfwert kennt.',
    5: 'Der Client löst die Aufgabe. Erst jetzt weiß der Server, dass der Client das Passwort hat.',
  },
  fields: {
    s1: 'Einmalwert des Clients: zufällig, frisch. Zusammen mit dem des Servers kennzeichnet er diesen Lauf.',
    Ya: 'CPace-Anteil des Clients: ein zufälliges Vielfaches eines ristretto255-Punkts aus dem Prüfwert.',
    s2: 'Einmalwert des Servers: zufällig, frisch.',
    Yb: 'CPace-Anteil des Servers, ebenso erzeugt.',
    s: '96 zufällige Bytes unter einer Maske, die vom ersten Schlüssel, vom Prüfwert und von T abhängt.',
    T: 'Der ML-KEM-Schlüssel als Bytes, die von zufälligen nicht zu unterscheiden sind (Kemeleon), unter einer Maske, die von den in s verdeckten Bytes abhängt.',
    rho: 'ρ, die Saat von ML-KEMs Matrix. Zufällig und öffentlich: hängt von keinem Geheimnis ab.',
    ct: 'ML-KEM-Chiffrat an den Schlüssel, den der Server aufgedeckt hat.',
    h: 'Bestätigung der zweiten Stufe: stimmt nur bei gleichem Passwort auf beiden Seiten.',
    enc_c:
      'Ein X-Wing-Chiffrat an den öffentlichen Schlüssel, den der Server behielt, unter einer Einmalmaske. Ein gestohlener Prüfwert allein öffnet es nicht.',
    client_confirm: 'Beweist dem Client, dass der Server den Prüfwert kennt und diese Aufgabe gestellt hat.',
    server_confirm:
      'Beweist dem Server, dass der Client die Aufgabe gelöst hat, also das Passwort selbst kannte.',
    length: 'Länge des nächsten Felds.',
    mac_r: 'MAC des Servers über jedes Byte bis hier.',
    mac_i: 'MAC des Clients über jedes Byte bis hier.',
    unreadable:
      'Bytes, die keine gültige Nachricht sind. Der Lauf geht weiter, als wäre nichts, und scheitert am Ende.',
  },
  knowledge: 'Wer an dieser Stelle was weiß',
  relay: 'Relay',
  knows: {
    client: {
      0: 'Prüfwert und Saat, beide aus dem eingegebenen Passwort abgeleitet. Der Text selbst ist gelöscht.',
      1: 'Auch das Geheimnis hinter seinem Anteil.',
      2: 'Sobald er Nachricht 2 liest: einen ersten Schlüssel. Ob der Server denselben hat, kann er nicht erkennen.',
      3: 'Auch den privaten Schlüssel hinter Nachricht 3.',
      4: 'Sobald er Nachricht 4 liest: ob der Server den Prüfwert des eingegebenen Passworts kennt.',
      5: 'Ob das Passwort richtig war, und dann den Schlüssel.',
    },
    server: {
      0: 'Prüfwert und öffentlichen Schlüssel. Nicht das Passwort, nicht die Saat.',
      1: 'Sobald er Nachricht 1 liest: einen Anteil, den jedes Passwort erzeugt haben könnte.',
      2: 'Einen ersten Schlüssel. Ob der Client denselben hat, kann er nicht erkennen.',
      3: 'Sobald er Nachricht 3 liest: irgendeinen ML-KEM-Schlüssel. Auch das falsche Passwort ergibt einen.',
      4: 'Einen Schlüssel, der nur gilt, wenn Nachricht 5 stimmt. Ab hier zählt der Lauf als Rateversuch.',
      5: 'Sobald er Nachricht 5 liest: ob der Client das Passwort kannte.',
    },
    relay: {
      0: 'Zwei Adressen in einem Raum.',
      1: 'Zwei zufällige Zeichenfolgen. Kein Passwort lässt sich daran prüfen.',
      2: 'Dasselbe vom Server. Auch wer eines Tages diskrete Logarithmen berechnet, öffnet nur die äußere Schicht.',
      3: 'Bytes, die zufällig aussehen, und ρ, das es ist.',
      4: 'Noch mehr Bytes, die zufällig aussehen. Sie zu öffnen heißt, ristretto255 und ML-KEM zu brechen.',
      5: 'Fünf Nachrichten, bei richtigem und falschem Passwort gleich lang.',
    },
  },
  knowsDone: 'Den Schlüssel. Sonst hat ihn niemand.',
  knowsRefused: {
    client: 'Dass das eingegebene Passwort nicht das des Servers ist. Sonst nichts über das richtige.',
    server:
      'Dass eine Anmeldung scheiterte. Nicht, welches Passwort versucht wurde, und nicht, ob unterwegs Bytes verändert wurden.',
  },
  outcomes: {
    running: 'läuft',
    done: 'fertig',
    refused: 'abgelehnt',
    'given-up': 'aufgegeben',
    busy: 'nicht beantwortet',
  },
}
