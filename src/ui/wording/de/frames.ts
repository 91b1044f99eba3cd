/** What the kinds of frames are for, in German. */

import type { framesEnglish } from '../en/frames.ts'

export const framesGerman: typeof framesEnglish = {
  types: {
    'pake 1': 'Jemand klopft an: sein Anteil am Passwortaustausch, den jedes Passwort hätte ergeben können.',
    'pake 2': 'Der Anteil des Mitglieds, bei dem geklopft wurde. Es merkt sich dafür noch nichts.',
    'pake 3':
      'Ein frischer ML-KEM-Schlüssel, verborgen unter dem ersten gemeinsamen Schlüssel und dem Passwort.',
    'pake 4':
      'Der Geheimtext des Mitglieds zu diesem Schlüssel und eine Prüfaufgabe. Wer ihn liest, kann ein Passwort testen, darum zählt er als Rateversuch.',
    'pake 5': 'Der Beweis des Passworts und daneben, versiegelt, der Eintrag: Name und Schlüssel.',
    'admission 2':
      'Der eigene Eintrag des Mitglieds, versiegelt, und der erste Schritt des Handschlags, in dem die Schlüssel bewiesen werden.',
    'admission 3': 'Die Antwort in diesem Handschlag. Stimmt sie, kommt der Eintrag auf die Liste.',
    'handshake 1':
      'Zwei Mitglieder, die den Eintrag des anderen haben, begegnen sich: frische Schlüssel und ein Geheimtext zum Identitätsschlüssel des anderen. Kein Passwort darin.',
    'handshake 2':
      'Frische Schlüssel und Geheimtexte der anderen Seite. Nur wer die beiden Identitätsschlüssel hat, bekommt den Sitzungsschlüssel.',
    pair: 'Versiegelt von der Sitzung dieses Paars, mit einem eigenen Schlüssel.',
    'group message':
      'Einmal für alle versiegelt, mit dem Schlüssel einer Epoche, und mit einer Marke, die diesem Empfänger den Absender beweist.',
    'pre-key answer':
      'Jemand Neues antwortet auf einen Schlüssel, den ein schlafendes Mitglied beim Relay gelassen hat.',
    letter:
      'Ein Mitglied schreibt einem schlafenden, mit einem Schlüssel, den dieses beim Relay gelassen hat.',
    busy: 'Zu viele falsche Passwörter: Die Tür ist eine Weile zu. Ein Hinweis, nicht bewiesen.',
    'pre-key used': 'Dieser Schlüssel vom Relay war schon benutzt. Ein Hinweis, nicht bewiesen.',
    'file chunk': 'Ein Stück einer Datei, unter dem Schlüssel dieser Datei versiegelt.',
    malformed: 'Kein Frame dieses Protokolls.',
  },
  insides: {
    message: 'Etwas, das der Gruppe gesagt wurde.',
    roster: 'An jemand Neues: wer dabei ist und wer eingelassen hat.',
    ids: 'Wer dabei ist, soweit der Absender weiß.',
    ask: 'Fragt nach Einträgen, die der Absender noch nicht kennt.',
    entries: 'Einträge von Mitgliedern: Namen und Schlüssel, und wer sie eingelassen hat.',
    removals: 'Wer entfernt wurde, und von wem.',
    'not-by-me': 'Der Absender wird für etwas genannt, das er nicht getan hat.',
    expiring: 'Ein Mitglied war länger weg als angekündigt: In 10 s wird es entfernt.',
    heard: 'Der Absender hat dieses Mitglied kürzlich gehört.',
    epoch: 'Das Geheimnis eines neuen Gruppenschlüssels.',
    ack: 'Der neue Gruppenschlüssel ist da, mit frischen Zufallsbytes für den nächsten.',
    signal: 'Wie man sich direkt verbindet: versiegelt, damit das Relay keine Adresse erfährt.',
    heartbeat: 'Noch da; die Epoche, die Mitgliederliste und die Nummer der letzten Nachricht.',
    said: 'Eine Nachricht nur über dieses Paar: noch einmal, oder weil es gerade keinen gemeinsamen Schlüssel gibt.',
    receipt: 'Diese Nachrichten sind angekommen.',
    missing: 'Diese Nachrichten sind nicht angekommen.',
    'not-yours': 'Der Empfänger war nicht im Raum, als diese Nachrichten gesagt wurden.',
    gone: 'Der Absender hat diese Nachrichten nicht mehr.',
    password: 'Das geltende Passwort: was eine Tür zum Prüfen braucht, nicht das Passwort selbst.',
    'password-held': 'Welches Passwort der Absender hat, als Hash.',
    'failed-tries': 'Wie oft an der Tür des Absenders ein falsches Passwort versucht wurde.',
    roots: 'Hashes über die Vorschlüssel beim Relay, damit das Relay sie nicht austauschen kann.',
    'letter-named': 'Diesen Brief hat der Absender geschrieben.',
    returned: 'Zurück nach einem Ablauf, unter einem neuen Eintrag.',
    removed: 'An jemanden, der entfernt wurde: von wem und warum.',
    file: 'Über eine Datei: ihr Angebot mit Name, Größe und Schlüssel, eine Antwort, oder wie weit sie ist.',
  },
}
