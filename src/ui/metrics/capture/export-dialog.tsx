/** Export preview: shows the text of the file, and saves exactly that text. */

import { useId, useMemo, useState } from 'react'
import { useServices, useWording } from '../../app/context.tsx'
import { Dialog } from '../../shared/dialog.tsx'
import { download } from '../../shared/download.ts'
import { useFormats } from '../../shared/format.ts'
import { useMetricsViewStore } from '../metrics-view.ts'
import styles from './capture.module.css'
import { type ExportFormat, exportFormats, exportText } from './export-text.ts'

/** Characters that are drawn at once: a capture has millions. */
const drawnAtFirst = 20_000

export function ExportDialog({ onClose }: { readonly onClose: () => void }) {
  const { capture } = useWording()
  const { records } = useServices()
  const metricsView = useMetricsViewStore()
  const numbers = useFormats()
  const [format, setFormat] = useState<ExportFormat>('capture')
  const [whole, setWhole] = useState(false)
  const [formatId, textId] = [useId(), useId()]
  const file = useMemo(() => {
    const { frozen } = metricsView.getState()
    const clock = { origin: performance.timeOrigin, now: frozen?.at ?? performance.now() }
    return exportText(frozen?.log ?? records, format, clock)
  }, [metricsView, records, format])
  const content = useMemo(() => new Blob([file.text], { type: file.type }), [file])
  const cut = !whole && file.text.length > drawnAtFirst
  return (
    <Dialog title={capture.title} onClose={onClose}>
      <p>{capture.intro}</p>
      <div className={styles.choice}>
        <label htmlFor={formatId}>{capture.format}</label>
        <select
          id={formatId}
          value={format}
          onChange={({ target }) => {
            const chosen = exportFormats.find((each) => each === target.value)
            if (chosen !== undefined) setFormat(chosen)
            setWhole(false)
          }}
        >
          {exportFormats.map((each) => (
            <option key={each} value={each}>
              {capture.formats[each]}
            </option>
          ))}
        </select>
      </div>
      <label htmlFor={textId}>
        {capture.preview} ({capture.size(numbers.count(content.size))})
      </label>
      <textarea
        id={textId}
        className={styles.text}
        readOnly
        rows={14}
        value={cut ? file.text.slice(0, drawnAtFirst) : file.text}
        spellCheck={false}
      />
      {cut && (
        <p>
          {capture.shortened(numbers.count(drawnAtFirst))}{' '}
          <button type="button" onClick={() => setWhole(true)}>
            {capture.showAll}
          </button>
        </p>
      )}
      <div className={styles.buttons}>
        <button type="button" onClick={() => download(file.name, content)}>
          {capture.download}
        </button>
        <button type="button" onClick={onClose}>
          {capture.close}
        </button>
      </div>
    </Dialog>
  )
}
