/** The Help button, and a dialog with the guide for the current tab. */

import { useWording } from '../app/context.tsx'
import { openHelp, openTab, type Tab, useHelp } from '../app/page-state.ts'
import { Dialog } from '../shared/dialog.tsx'
import { partOf, useLoaded } from '../shared/loaded.ts'
import styles from './help.module.css'

const guide = partOf(async () => (await import('./guide.tsx')).Guide)

export function Help({ tab }: { readonly tab: Tab }) {
  const { help, shell } = useWording()
  const open = useHelp()
  const Guide = useLoaded(guide, open)
  const close = (): void => openTab(tab)
  return (
    <>
      <button type="button" className={styles.button} onClick={() => openHelp(tab)}>
        {help.help}
      </button>
      {open && typeof Guide === 'function' && <Guide title={shell[tab]} onClose={close} />}
      {open && Guide === 'failed' && (
        <Dialog title={help.title} onClose={close}>
          <p role="alert">{help.failed}</p>
        </Dialog>
      )}
    </>
  )
}
