/**
 * Texts with people's names in them. Each name is isolated from the direction of what stands around it, and put in after
 * the text is made: no name can rearrange the sentence or be taken for a part of it.
 */

import type { ReactNode } from 'react'

/** Private-use characters stand for the names meanwhile. */
const firstSlot = 0xe000
const slots = /([\ue000-\uf8ff])/

interface Props {
  readonly names: readonly string[]
  /** Makes the text, from one placeholder for each name. */
  readonly text: (...slots: string[]) => string
}

export function Named({ names, text }: Props): ReactNode {
  const made = text(...names.map((_, index) => String.fromCharCode(firstSlot + index)))
  const parts = made.split(slots)
  return parts.map((part, index) => {
    // Between two placeholders stands a text: the odd parts are the placeholders.
    const name = index % 2 === 1 ? names[part.charCodeAt(0) - firstSlot] : undefined
    return name === undefined ? part : <bdi key={`${parts.slice(0, index).join('')}`}>{name}</bdi>
  })
}
