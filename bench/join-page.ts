/** Notes, in a page of the app, each change of what it shows of its room. */

export interface Shown {
  /** `Date.now()`. */
  readonly at: number
  /** Number and fingerprint of the epoch; empty before the first. */
  readonly key: string
  readonly members: number
  readonly direct: number
}

export interface WatchedPage {
  shown?: Shown[]
}

/** Runs in the page, so it may refer to nothing outside of itself. */
export const watchRoom = (): void => {
  const shown: Shown[] = []
  Object.assign(globalThis, { shown })
  let isPending = false
  const textOf = (id: string): string =>
    document.querySelector(`[data-testid="${id}"]`)?.textContent?.trim() ?? ''
  const look = (): void => {
    isPending = false
    const [epoch, fingerprint] = [textOf('epoch'), textOf('group-key-fingerprint')]
    const links = [...document.querySelectorAll<HTMLElement>('li[data-link]')].map(
      ({ dataset }) => dataset.link,
    )
    const key = /\d/.test(epoch) && fingerprint !== '' ? `${epoch} ${fingerprint}` : ''
    const direct = links.filter((link) => link === 'direct').length
    const last = shown.at(-1)
    if (last?.key === key && last.members === links.length && last.direct === direct) return
    shown.push({ at: Date.now(), key, members: links.length, direct })
  }
  new MutationObserver(() => {
    if (isPending) return
    isPending = true
    setTimeout(look, 5)
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
}

/** When all pages first showed at once what `holds` asks for; `null` where they did not. */
export const firstAgreement = (
  pages: readonly (readonly Shown[])[],
  holds: (now: readonly Shown[]) => boolean,
): number | null => {
  const changes = pages.flatMap((shown, page) => shown.map((one) => ({ page, one })))
  changes.sort((a, b) => a.one.at - b.one.at)
  const now = pages.map((): Shown => ({ at: 0, key: '', members: 0, direct: 0 }))
  for (const { page, one } of changes) {
    now[page] = one
    if (holds(now)) return one.at
  }
  return null
}
