/** Texts of export and import on the Metrics tab, in German. */

import type { CaptureWording } from '../en/capture.ts'

export const captureGerman: CaptureWording = {
  export: 'Export mit Vorschau',
  title: 'Vorschau des Exports',
  intro:
    'Das ist die vollständige Datei. Sie enthält keinen Schlüssel, kein Passwort, keine Nachricht, keinen Namen und keine Gruppe.',
  format: 'Format',
  formats: {
    capture: 'Aufnahme: alles auf dieser Seite, lässt sich wieder laden (JSON)',
    metrics: 'Zahlen je Operation (JSON)',
    csv: 'Letzte Einträge (CSV)',
    prometheus: 'Zahlen je Operation (Prometheus)',
  },
  preview: 'Inhalt',
  size: (bytes) => `${bytes} Bytes`,
  shortened: (characters) => `Nur die ersten ${characters} Zeichen werden gezeigt.`,
  showAll: 'Alles zeigen',
  download: 'Herunterladen',
  close: 'Schließen',
  load: 'Aufnahme laden',
  loaded: (name, at) =>
    `Gezeigt wird die Aufnahme ${name} von ${at}. Neue Einträge werden weiter aufgehoben.`,
  unload: 'Zurück zur Gegenwart',
  failed: (reason, path) => (path === '' ? reason : `${reason} (${path})`),
  problems: {
    'capture/too-large': 'Die Datei ist zu groß: höchstens 32 MiB werden gelesen.',
    'capture/not-json': 'Die Datei ist kein JSON.',
    'capture/other-format': 'Die Datei ist keine Aufnahme dieser App.',
    'capture/other-version': 'Die Aufnahme stammt von einer anderen Version dieser App.',
    'capture/unknown-field': 'Die Aufnahme enthält ein unbekanntes Feld.',
    'capture/wrong-value': 'Die Aufnahme enthält einen ungültigen Wert.',
    'capture/contradiction': 'Die Zahlen der Aufnahme widersprechen einander.',
  },
}
