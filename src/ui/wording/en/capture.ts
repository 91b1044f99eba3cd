/** Texts of export and import on the Metrics tab. */

import type { CaptureError } from '../../shared/json.ts'

export const captureEnglish = {
  export: 'Export with preview',
  title: 'Export preview',
  intro: 'This is the complete file. It contains no key, no password, no message, no name and no group.',
  format: 'Format',
  formats: {
    capture: 'Capture: everything on this tab, can be loaded again (JSON)',
    metrics: 'Figures per operation (JSON)',
    csv: 'Latest records (CSV)',
    prometheus: 'Figures per operation (Prometheus)',
  },
  preview: 'Content',
  size: (bytes: string) => `${bytes} bytes`,
  shortened: (characters: string) => `Only the first ${characters} characters are shown.`,
  showAll: 'Show all',
  download: 'Download',
  close: 'Close',
  load: 'Load capture',
  loaded: (name: string, at: string) =>
    `Showing the capture ${name}, taken ${at}. New records are still being kept.`,
  unload: 'Back to live',
  failed: (reason: string, path: string) => (path === '' ? reason : `${reason} (${path})`),
  problems: {
    'capture/too-large': 'The file is too large: at most 32 MiB are read.',
    'capture/not-json': 'The file is not JSON.',
    'capture/other-format': 'The file is not a capture of this app.',
    'capture/other-version': 'The capture was made by another version of this app.',
    'capture/unknown-field': 'The capture contains an unknown field.',
    'capture/wrong-value': 'The capture contains an invalid value.',
    'capture/contradiction': 'The figures in the capture contradict each other.',
  } satisfies Record<CaptureError, string>,
}

export type CaptureWording = typeof captureEnglish
