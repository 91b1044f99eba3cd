/** Exports what the Metrics tab shows, and loads such a file again in place of live figures. */

import { useId, useState } from 'react'
import { useServices, useWording } from '../../app/context.tsx'
import { useFormats } from '../../shared/format.ts'
import { type CaptureError, CaptureProblem } from '../../shared/json.ts'
import { useMetricsView } from '../metrics-view.ts'
import styles from './capture.module.css'
import { type LoadedCapture, maxCaptureBytes, readCapture } from './capture.ts'
import { ExportDialog } from './export-dialog.tsx'

interface Problem {
  readonly code: CaptureError
  readonly path: string
}

const load = async (file: File): Promise<LoadedCapture | Problem> => {
  if (file.size > maxCaptureBytes) return { code: 'capture/too-large', path: '' }
  try {
    return readCapture(await file.text(), performance.timeOrigin)
  } catch (error) {
    if (error instanceof CaptureProblem) return { code: error.code, path: error.path }
    // The browser could not read it.
    return { code: 'capture/not-json', path: '' }
  }
}

export function CaptureBar() {
  const { capture } = useWording()
  const { metricsView } = useServices()
  const format = useFormats()
  const inputId = useId()
  const [exporting, setExporting] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [loaded, setLoaded] = useState<{ readonly name: string; readonly of: LoadedCapture } | null>(null)
  const frozen = useMetricsView((state) => state.frozen)
  const shown = loaded !== null && frozen?.log === loaded.of.log ? loaded : null

  const take = async (file: File): Promise<void> => {
    const read = await load(file)
    if ('code' in read) return setProblem(read)
    setProblem(null)
    setLoaded({ name: file.name, of: read })
    metricsView.setState({ frozen: { ...read, others: new Map() }, zoom: null })
  }
  return (
    <>
      <button type="button" onClick={() => setExporting(true)}>
        {capture.export}
      </button>
      <label className={styles.load} htmlFor={inputId}>
        {capture.load}
        <input
          id={inputId}
          type="file"
          accept="application/json,.json"
          onChange={({ target }) => {
            const file = target.files?.[0]
            if (file !== undefined) void take(file)
            // The same file again is a choice, too.
            target.value = ''
          }}
        />
      </label>
      {shown !== null && (
        <output className={styles.loaded}>
          {capture.loaded(shown.name, format.time(shown.of.at))}{' '}
          <button type="button" onClick={() => metricsView.setState({ frozen: null, zoom: null })}>
            {capture.unload}
          </button>
        </output>
      )}
      {problem !== null && (
        <p role="alert" className={styles.problem}>
          {capture.failed(capture.problems[problem.code], problem.path)}
        </p>
      )}
      {exporting && <ExportDialog onClose={() => setExporting(false)} />}
    </>
  )
}
