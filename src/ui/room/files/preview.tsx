/** A small picture of a received image, decoded into pixels: nothing in the file is ever opened as a document. */

import { useEffect, useRef, useState } from 'react'
import { useWording } from '../../app/context.tsx'
import styles from './file-card.module.css'

const shownTypes = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'])
/** Larger files are not decoded for a preview. */
const maxBytes = 32 * 1024 * 1024
const maxWidth = 360
const maxHeight = 280

interface Props {
  readonly file: Blob
  readonly name: string
  readonly type: string
}

export function Preview({ file, name, type }: Props) {
  const { files } = useWording()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [failed, setFailed] = useState(false)
  const isShown = shownTypes.has(type) && file.size <= maxBytes && !failed
  useEffect(() => {
    if (!isShown) return
    let over = false
    createImageBitmap(file)
      .then((bitmap) => {
        const target = canvas.current
        if (!over && target !== null) {
          const scale = Math.min(1, maxWidth / bitmap.width, maxHeight / bitmap.height)
          target.width = Math.max(1, Math.round(bitmap.width * scale))
          target.height = Math.max(1, Math.round(bitmap.height * scale))
          target.getContext('2d')?.drawImage(bitmap, 0, 0, target.width, target.height)
        }
        bitmap.close()
      })
      // No image after all.
      .catch(() => setFailed(true))
    return () => {
      over = true
    }
  }, [file, isShown])
  if (!isShown) return null
  return <canvas ref={canvas} className={styles.preview} role="img" aria-label={files.preview(name)} />
}
