/** Light or dark: as chosen here, else as the system has it. */

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const storageKey = 'mlwe-pake/theme'
const systemIsDark = (): boolean => matchMedia('(prefers-color-scheme: dark)').matches

const remembered = (): Theme => {
  try {
    const stored = localStorage.getItem(storageKey)
    return themes.find((theme) => theme === stored) ?? 'system'
  } catch {
    return 'system'
  }
}

let chosen: Theme = 'system'
const draw = (): void => {
  document.documentElement.dataset.theme = chosen === 'system' ? (systemIsDark() ? 'dark' : 'light') : chosen
}

export const chosenTheme = (): Theme => chosen

/** Storage may be switched off: then the choice lasts as long as the page. */
export const chooseTheme = (theme: Theme): void => {
  chosen = theme
  draw()
  try {
    localStorage.setItem(storageKey, theme)
  } catch {}
}

/** Once, when the page starts. */
export const startTheme = (): void => {
  chosen = remembered()
  draw()
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
}
