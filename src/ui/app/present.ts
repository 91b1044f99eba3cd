/**
 * For a projector: the laboratory is larger and as wide as the screen, each panel fills a screen of its own, and the arrow
 * keys go from one to the next. Lasts as long as the page.
 */

import { useEffect, useState } from 'react'

const panels = 'main [role="tabpanel"]:not([hidden]) [data-panel]'
/** The arrow keys belong to these. */
const taken = 'input, textarea, select, [role="tab"], [role="log"], [role="grid"], [role="listbox"], dialog *'
const steps: Readonly<Record<string, number>> = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }

/** The panel whose top is nearest to that of the screen it is in. */
const nearest = (all: readonly HTMLElement[]): number => {
  const from = all[0]?.closest('[role="tabpanel"]')?.getBoundingClientRect().top ?? 0
  const distance = (panel: HTMLElement): number => Math.abs(panel.getBoundingClientRect().top - from)
  const least = Math.min(...all.map(distance))
  return all.findIndex((panel) => distance(panel) === least)
}

const onKeyDown = (event: KeyboardEvent): void => {
  const step = steps[event.key]
  const free = !event.defaultPrevented && !event.altKey && !event.ctrlKey && !event.metaKey
  if (step === undefined || !free || (event.target as Element).closest(taken) !== null) return
  const all = [...document.querySelectorAll<HTMLElement>(panels)]
  const next = all[nearest(all) + step]
  if (next === undefined) return
  event.preventDefault()
  next.scrollIntoView({ block: 'start' })
}

/** Whether the page presents, and the switch. */
export const usePresenting = (): readonly [boolean, (on: boolean) => void] => {
  const [presenting, setPresenting] = useState(() => 'present' in document.documentElement.dataset)
  useEffect(() => {
    if (!presenting) return
    document.documentElement.dataset.present = ''
    addEventListener('keydown', onKeyDown)
    return () => {
      delete document.documentElement.dataset.present
      removeEventListener('keydown', onKeyDown)
    }
  }, [presenting])
  return [presenting, setPresenting]
}
