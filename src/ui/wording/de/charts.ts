/** Texts of the charts and panels of the Metrics tab, in German. */

import type { Wording } from '../en/english.ts'
import { pluralsOf } from '../plural.ts'

const plural = pluralsOf('de')

export const chartsGerman: Wording['charts'] = {
  window: 'Zeitraum',
  windows: {
    30000: '30 s',
    60000: '1 min',
    300000: '5 min',
    900000: '15 min',
    3600000: '1 h',
  },
  resetZoom: (range) => `Ausschnitt aufheben (${range})`,
  pause: 'Anhalten',
  fresh: (count, exact) =>
    `Angehalten: ${plural(exact, { one: 'neuer Einzelwert', other: 'neue Einzelwerte' }, count)}`,
  viewAsTable: 'Als Tabelle zeigen',
  save: (chart, kind) => `„${chart}“ als ${kind} speichern`,
  series: 'Reihen',
  soloHint: 'Nur diese zeigen',
  keyHint: 'Pfeiltasten gehen am Diagramm entlang. „Als Tabelle zeigen“ zeigt alle Werte.',
  brushHint:
    'Pfeiltasten gehen am Diagramm entlang, Umschalt und Pfeiltasten wählen einen Ausschnitt, Eingabe zeigt ihn in allen Diagrammen, Escape geht zurück. „Als Tabelle zeigen“ zeigt alle Werte.',
  notes: 'Ereignisse',
  events: {
    join: 'Beitritt',
    leave: 'Abschied',
    rekey: 'neuer Gruppenschlüssel',
    reconnect: 'wieder verbunden',
  },
  throttled: 'im Hintergrund',
  throttledHint:
    'Grau: Dieser Tab war im Hintergrund, wo Browser Seiten bremsen. Dort gemessene Zeiten sagen wenig.',
  perSecond: 'Ops/s',
  handshakes: 'Handschläge',
  overhead: (ns, share) =>
    `Das Messen kostet etwa ${ns} ns je Einzelwert: ${share} eines Kerns in der letzten Minute.`,
  distribution: 'Verteilung',
  form: 'Form',
  forms: { histogram: 'Histogramm', cdf: 'Summenkurve' },
  distributionLabel: {
    histogram: (operation) => `Histogramm der Dauer von ${operation} in Millisekunden`,
    cdf: (operation) => `Summenkurve der Dauer von ${operation} in Millisekunden`,
  },
  xNames: { histogram: 'Von', cdf: 'Bis' },
  share: 'Anteil',
  ofRange: (operation, range) =>
    `${operation}, ${range}. Ziehe über ein Diagramm, um einen Ausschnitt zu wählen.`,
  throughput: 'Durchsatz',
  measure: 'Maß',
  measures: { operations: 'Operationen', bytes: 'Bytes' },
  throughputLabel: {
    operations: (operation) => `Durchsatz von ${operation}: Operationen und Fehler je Sekunde`,
    bytes: (operation) => `Durchsatz von ${operation}: Bytes hinein und heraus je Sekunde`,
  },
  bytes: 'Bytes',
  wire: 'Bytes auf der Leitung',
  wireLabel: 'Bytes je Sekunde zu und von den Mitgliedern, nach Art der Nachricht',
  noFrames: 'In diesem Zeitraum wurde keine Nachricht gesendet oder empfangen.',
  classical: 'klassisches Gegenstück',
  classicalHint:
    'Gepunktet: die Größe nur mit elliptischen Kurven (CPace mit Bestätigung, X25519-Ratsche), die ein künftiger Quantencomputer brechen könnte.',
  messages: {
    'pake-1': 'PAKE 1: Anteil',
    'pake-2': 'PAKE 2: Anteil',
    'pake-3': 'PAKE 3: KEM-Schlüssel',
    'pake-4': 'PAKE 4: Chiffrat',
    'pake-5': 'PAKE 5: Bestätigung',
    'pair-turn': 'Paar, mit neuen Schlüsseln',
    pair: 'Paar',
    group: 'Gruppennachricht',
    answer: 'Antwort auf Vorschlüssel',
    hint: 'Hinweis',
    unreadable: 'unlesbar',
  },
  slowest: 'Die 50 langsamsten',
  durationMs: 'Dauer ms',
  phase: 'Phase',
  peer: 'Mitglied',
  queueWait: 'Gewartet ms',
  outcome: 'Ausgang',
  ok: 'gut',
  traceOf: (operation) => `Ablauf von ${operation}`,
  own: (ms) => `${ms} ms eigene Zeit`,
  errorsByCode: 'Fehler nach Code',
  noErrors: 'Keine Fehler in diesem Zeitraum.',
  code: 'Code',
  meaning: 'Bedeutung',
  shareOfMost: 'Relativer Anteil',
}
