import type { CaptureError } from '../../metrics/capture/parse.ts'

/** Texts of export and import on the Metrics tab. */
export const captureEnglish = {
  export: 'Export with preview',
  title: 'What leaves',
  intro: 'This is the whole file. It holds no key, no password, no message, no name and no group.',
  format: 'Format',
  formats: {
    capture: 'Capture: everything on this tab, loads again (JSON)',
    metrics: 'Figures per operation (JSON)',
    csv: 'Latest records (CSV)',
    prometheus: 'Figures per operation (Prometheus)',
  },
  preview: 'Content',
  size: (bytes: string) => `${bytes} bytes`,
  shortened: (characters: string) => `Shown are the first ${characters} characters.`,
  showAll: 'Show all',
  download: 'Download',
  close: 'Close',
  load: 'Load capture',
  loaded: (name: string, at: string) =>
    `Shown is the capture ${name}, taken ${at}. New records go on being kept.`,
  unload: 'Back to now',
  failed: (reason: string, path: string) => (path === '' ? reason : `${reason} (${path})`),
  problems: {
    'capture/too-large': 'The file is too large: at most 32 MiB are read.',
    'capture/not-json': 'The file is no JSON.',
    'capture/other-format': 'The file is no capture of this app.',
    'capture/other-version': 'The capture was made by another version of this app.',
    'capture/unknown-field': 'The capture holds something that it should not.',
    'capture/wrong-value': 'The capture holds a value that cannot be.',
    'capture/contradiction': 'The figures in the capture contradict each other.',
  } satisfies Record<CaptureError, string>,
}

export type CaptureWording = typeof captureEnglish
