/** A button with a panel of its own, which the browser opens, closes and keeps above everything else. */

import { type ReactNode, useId, useRef } from 'react'
import button from './button.module.css'
import { Icon, type IconName } from './icon.tsx'
import styles from './popover.module.css'

interface Props {
  readonly icon: IconName
  readonly label: string
  /** `close` puts the panel away, and the focus back. */
  readonly children: (close: () => void) => ReactNode
}

export function Popover({ icon, label, children }: Props) {
  const id = useId()
  const opener = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  /** Below its button, and inside the window. */
  const place = (): void => {
    const at = opener.current?.getBoundingClientRect()
    if (at === undefined || panel.current === null) return
    panel.current.style.top = `${at.bottom + 6}px`
    panel.current.style.right = `${Math.max(8, document.documentElement.clientWidth - at.right)}px`
  }
  return (
    <>
      <button
        ref={opener}
        type="button"
        className={button.icon}
        aria-label={label}
        title={label}
        popoverTarget={id}
      >
        <Icon name={icon} />
      </button>
      <div ref={panel} id={id} popover="auto" className={styles.panel} onBeforeToggle={place}>
        {children(() => panel.current?.hidePopover())}
      </div>
    </>
  )
}
