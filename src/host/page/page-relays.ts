/**
 * The relays of this page, in the order to try them: those that its address names, otherwise those that its server lists.
 * The server's list is remembered, since it is needed when that server does not answer.
 */

const storageKey = 'mlwe-pake relays'
const patienceMs = 3000
const maxRelays = 8
const maxUrl = 256

/** @returns the URL of a relay in full; `null` if the text is none */
export const readRelayUrl = (text: string): string | null => {
  if (text.length > maxUrl || !URL.canParse(text)) return null
  const url = new URL(text)
  // A WebSocket address has no fragment.
  return (url.protocol === 'ws:' || url.protocol === 'wss:') && url.hash === '' ? url.href : null
}

/** The server's answer or what was remembered of it. One wrong URL spoils the list, or members would follow different ones. */
export const readRelayList = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null || !('relays' in value)) return []
  const { relays } = value
  if (!Array.isArray(relays) || relays.length > maxRelays) return []
  const urls = relays.map((one) => (typeof one === 'string' ? readRelayUrl(one) : null))
  return urls.every((url) => url !== null) ? urls : []
}

const remembered = (): readonly string[] => {
  try {
    return readRelayList(JSON.parse(localStorage.getItem(storageKey) ?? ''))
  } catch {
    return []
  }
}

const remember = (relays: readonly string[]): void => {
  try {
    // A browser that has nothing to remember keeps nothing.
    if (relays.length === 0) localStorage.removeItem(storageKey)
    else localStorage.setItem(storageKey, JSON.stringify({ relays }))
  } catch {
    // Storage is turned off. The list is fetched again with the next page.
  }
}

/**
 * @param named - the relays that the page's address names; empty: the server's list counts
 * @param learn - gets the list now and whenever it changes; an empty one stands for the page's own relay
 */
export const learnRelays = async (
  named: readonly string[],
  learn: (urls: readonly string[]) => void,
): Promise<void> => {
  if (named.length > 0) return learn(named)
  learn(remembered())
  try {
    const answer = await fetch('/api/relays', { signal: AbortSignal.timeout(patienceMs) })
    if (!answer.ok) return
    const relays = readRelayList(await answer.json())
    remember(relays)
    learn(relays)
  } catch {
    // No answer: what is remembered stands.
  }
}
