/** The page: one row of mark, tabs, state and menu, and one panel for each tab. */

import * as Ariakit from '@ariakit/react'
import { type MouseEvent, useEffect } from 'react'
import { Help } from '../help/help.tsx'
import { RoomScreen } from '../room/room-screen.tsx'
import { useUnread } from '../room/unread.ts'
import { Icon } from '../shared/icon.tsx'
import styles from './app.module.css'
import { useAttention } from './attention.ts'
import { useUi, useWording } from './context.tsx'
import { LaboratoryPanel } from './laboratory.tsx'
import { Mark } from './mark.tsx'
import { openTab, type Tab, tabs, useTab } from './page-state.ts'
import { Settings } from './settings.tsx'

const isTab = (id: string | null | undefined): id is Tab => tabs.some((tab) => tab === id)

export function App() {
  const words = useWording()
  const tab = useTab()
  const language = useUi((state) => state.language)
  const unread = useUnread(tab === 'room')
  useAttention(unread)
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])

  return (
    <Ariakit.TabProvider selectedId={tab} setSelectedId={(id) => isTab(id) && openTab(id)}>
      <header className={styles.header}>
        <a className="visually-hidden" href={`#/${tab}`} onClick={skipToPanel}>
          {words.shell.skip}
        </a>
        <span className={styles.brand}>
          <Mark />
          <span className={styles.brandName}>MLWE-PAKE</span>
        </span>
        <Ariakit.TabList className={styles.tabs} aria-label={words.shell.sections}>
          {tabs.map((id) => (
            <Ariakit.Tab key={id} id={id} className={id === 'room' ? styles.roomTab : styles.tab}>
              {id === 'room' && <Icon name="room" />}
              {words.shell[id]}
              {id === 'room' && unread > 0 && (
                <span className={styles.badge} data-count={unread > 99 ? '99+' : unread} aria-hidden="true" />
              )}
            </Ariakit.Tab>
          ))}
        </Ariakit.TabList>
        <output className="visually-hidden">{unread > 0 && words.shell.unread(unread)}</output>
        {tab !== 'room' && <HeldKey />}
        <Connection />
        <Help tab={tab} />
        <Settings />
      </header>
      <NewVersion />
      <main className={styles.main}>
        <Ariakit.TabPanel tabId="room" className={styles.panel} focusable={false}>
          <RoomScreen />
        </Ariakit.TabPanel>
        <LaboratoryPanel tab="metrics" />
        <LaboratoryPanel tab="protocol" />
        <LaboratoryPanel tab="benchmark" />
        <LaboratoryPanel tab="relay" />
        <LaboratoryPanel tab="one-to-one" />
      </main>
    </Ariakit.TabProvider>
  )
}

const skipToPanel = (event: MouseEvent): void => {
  event.preventDefault()
  const panel = document.querySelector<HTMLElement>('main [role=tabpanel]:not([hidden])')
  panel?.querySelector<HTMLElement>('input, textarea, button, [tabindex="0"]')?.focus()
}

/** On the other tabs too, a reader sees which key the group is on. */
function HeldKey() {
  const { room } = useWording()
  const epoch = useUi(({ view }) => view.epoch)
  const fingerprint = useUi(({ view }) => view.fingerprint)
  const split = useUi(({ view }) => view.members.some((member) => member.split))
  if (epoch === null) return null
  return (
    <span className={styles.key} data-split={split}>
      {room.epoch} <span data-testid="header-epoch">{epoch}</span>{' '}
      <span className={styles.digits} data-testid="header-fingerprint">
        {fingerprint}
      </span>
    </span>
  )
}

/** Nothing changes under the reader: the new version begins when they say so. */
function NewVersion() {
  const { shell } = useWording()
  const change = useUi((state) => state.changeVersion)
  return (
    <output className={styles.version}>
      {change !== null && (
        <>
          {shell.newVersion}
          <button type="button" onClick={change}>
            {shell.reload}
          </button>
        </>
      )}
    </output>
  )
}

function Connection() {
  const words = useWording()
  const connection = useUi(({ view }) => view.connection)
  const inGroup = useUi(({ view }) => !['idle', 'left', 'refused', 'failed'].includes(view.phase))
  return (
    <output className={styles.connection} aria-label={words.shell.connection} data-state={connection}>
      <span>{connection === 'offline' && !inGroup ? words.notConnected : words.connections[connection]}</span>
    </output>
  )
}
