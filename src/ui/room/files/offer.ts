/** Offers of files, however they come: picked, dropped or pasted. */

import { type ClipboardEvent, type DragEvent, useState } from 'react'
import { useServices } from '../../app/context.tsx'

/** `to`: a member, or (`null`) everybody. */
export const useOffer = (): ((files: FileList | null, to?: string | null) => void) => {
  const { client } = useServices()
  return (files, to = null) => {
    if (files !== null && files.length > 0) client.dispatch({ kind: 'offer-files', files: [...files], to })
  }
}

/** For the element on which files may be dropped, and whether some hang over it. */
export const useDrop = () => {
  const offer = useOffer()
  const [over, setOver] = useState(false)
  const brings = ({ dataTransfer }: DragEvent): boolean => dataTransfer.types.includes('Files')
  return {
    over,
    onDragOver: (event: DragEvent) => {
      if (!brings(event)) return
      event.preventDefault()
      setOver(true)
    },
    onDragLeave: (event: DragEvent) => {
      if (!(event.currentTarget as HTMLElement).contains(event.relatedTarget as Node | null)) setOver(false)
    },
    onDrop: (event: DragEvent) => {
      setOver(false)
      if (!brings(event)) return
      event.preventDefault()
      offer(event.dataTransfer.files)
    },
  }
}

export const usePaste = (): ((event: ClipboardEvent) => void) => {
  const offer = useOffer()
  return (event) => {
    if (event.clipboardData.files.length === 0) return
    event.preventDefault()
    offer(event.clipboardData.files)
  }
}
