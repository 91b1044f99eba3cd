/** The menu of the page: how it looks, in which language, what it may do to be noticed, and its keys. */

import { useEffect, useState } from 'react'
import { findVersion } from '../relay/build.ts'
import { Popover } from '../shared/popover.tsx'
import { type Signal, setWanted, signals, wants } from './attention.ts'
import { useServices, useUi, useWording } from './context.tsx'
import { isLanguage, languages, loadLanguage, rememberLanguage } from './language.ts'
import { openTab, tabs } from './page-state.ts'
import { usePresenting } from './present.ts'
import styles from './settings.module.css'
import { chooseTheme, chosenTheme, themes } from './theme.ts'

export function Settings() {
  const { shell } = useWording()
  const [presenting, present] = usePresenting()
  useShortcuts()
  return (
    <Popover icon="menu" label={shell.menu}>
      {() => (
        <div className={styles.settings}>
          <ThemeChoice />
          <LanguageChoice />
          <div className={styles.group}>
            <label className={styles.option}>
              <input
                type="checkbox"
                checked={presenting}
                onChange={({ target: { checked } }) => present(checked)}
              />
              {shell.present}
            </label>
            <p className={styles.hint}>{shell.presentHint}</p>
          </div>
          <fieldset className={styles.group}>
            <legend>{shell.attention}</legend>
            {signals.map((signal) => (
              <SignalChoice key={signal} signal={signal} />
            ))}
            <p className={styles.hint}>{shell.attentionHint}</p>
          </fieldset>
          <section className={styles.group}>
            <h2>{shell.shortcuts}</h2>
            <dl className={styles.keys}>
              {shell.keys.map(([keys, meaning]) => (
                <div key={keys}>
                  <dt>
                    <kbd>{keys}</kbd>
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
          <Version />
        </div>
      )}
    </Popover>
  )
}

/** Alt and a digit open a tab; while text is typed they belong to the text. */
const useShortcuts = (): void => {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const tab = event.altKey && !event.ctrlKey ? tabs[Number(event.key) - 1] : undefined
      if (tab === undefined || (event.target as Element).matches('input, textarea, select')) return
      event.preventDefault()
      openTab(tab)
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])
}

/** Looked up where somebody wants to know. */
function Version() {
  const { shell } = useWording()
  const [version, setVersion] = useState<string | null>()
  const find = (): void => {
    findVersion().then(setVersion, () => setVersion(null))
  }
  return (
    <details className={styles.group} onToggle={({ currentTarget }) => currentTarget.open && find()}>
      <summary className={styles.legend}>{shell.version}</summary>
      {version !== undefined && <p data-testid="version">{version?.slice(0, 16) ?? shell.versionOther}</p>}
      <p className={styles.hint}>{shell.versionHint}</p>
    </details>
  )
}

function ThemeChoice() {
  const { shell } = useWording()
  const [theme, setTheme] = useState(chosenTheme)
  return (
    <fieldset className={styles.group}>
      <legend>{shell.theme}</legend>
      <div className={styles.row}>
        {themes.map((one) => (
          <label key={one} className={styles.option}>
            <input
              type="radio"
              name="theme"
              checked={theme === one}
              onChange={() => {
                chooseTheme(one)
                setTheme(one)
              }}
            />
            {shell.themes[one]}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function LanguageChoice() {
  const { shell } = useWording()
  const { store } = useServices()
  const language = useUi((state) => state.language)
  return (
    <label className={styles.group}>
      <span className={styles.legend}>{shell.language}</span>
      <select
        value={language}
        onChange={({ target: { value } }) => {
          if (!isLanguage(value)) return
          rememberLanguage(value)
          void loadLanguage(value).then((language) => store.setState({ language }))
        }}
      >
        {Object.entries(languages).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

function SignalChoice({ signal }: { readonly signal: Signal }) {
  const { shell } = useWording()
  const [wanted, setOn] = useState(() => wants(signal))
  const [denied, setDenied] = useState(false)
  return (
    <>
      <label className={styles.option}>
        <input
          type="checkbox"
          checked={wanted}
          onChange={({ target: { checked } }) => {
            setWanted(signal, checked).then(
              (allowed) => {
                setOn(checked && allowed)
                setDenied(!allowed)
              },
              () => setDenied(true),
            )
          }}
        />
        {shell.signals[signal]}
      </label>
      {denied && (
        <p role="alert" className={styles.hint}>
          {shell.signalDenied}
        </p>
      )}
    </>
  )
}
