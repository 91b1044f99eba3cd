/** What the page found when it looked its own files up. */
export interface BuildFacts {
  /** SHA-256 of the list of files, 64 hexadecimal digits. */
  readonly hash: string
  readonly files: number
  /** Names of those that are not as listed, and of what was loaded without being on the list. */
  readonly different: readonly string[]
}

const listPath = '/files.txt'
const line = /^([0-9a-f]{64}) {2}([^\n]+)$/

/** A list as `sha256sum` writes it: hash by name; `null` where it is none. */
export const readList = (text: string): ReadonlyMap<string, string> | null => {
  const entries = text
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => line.exec(row))
  const hashes = new Map<string, string>()
  for (const entry of entries) {
    const [, hash, name] = entry ?? []
    if (hash === undefined || name === undefined) return null
    hashes.set(name, hash)
  }
  return hashes.size === 0 ? null : hashes
}

const hashOf = async (bytes: BufferSource): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')

/** Names of scripts and styles of this origin that the page loaded. */
const loadedNames = (): readonly string[] =>
  [...document.querySelectorAll<HTMLScriptElement>('script[src]')]
    .map(({ src }) => src)
    .concat(performance.getEntriesByType('resource').map(({ name }) => name))
    .map((url) => new URL(url))
    .filter(({ origin, pathname }) => origin === location.origin && /\.(js|css)$/.test(pathname))
    .map(({ pathname }) => decodeURI(pathname).slice(1))

/** SHA-256 of the list of files that names all that this page loaded; `null` where the server has another one by now. */
export const findVersion = async (): Promise<string | null> => {
  const answer = await fetch(listPath, { cache: 'no-cache' })
  if (!answer.ok) return null
  const text = await answer.arrayBuffer()
  const list = readList(new TextDecoder().decode(text))
  return list !== null && loadedNames().every((name) => list.has(name)) ? hashOf(text) : null
}

/** Hashes what the browser has of each file, from its cache where it is there: those bytes run. */
export const checkBuild = async (): Promise<BuildFacts | null> => {
  const answer = await fetch(listPath, { cache: 'no-store' })
  if (!answer.ok) return null
  const text = await answer.arrayBuffer()
  const list = readList(new TextDecoder().decode(text))
  if (list === null) return null
  const different: string[] = []
  for (const [name, hash] of list) {
    const file = await fetch(`/${encodeURI(name)}`, { cache: 'force-cache' })
    if (!file.ok || (await hashOf(await file.arrayBuffer())) !== hash) different.push(name)
  }
  const strangers = loadedNames().filter((name) => !list.has(name))
  return { hash: await hashOf(text), files: list.size, different: [...new Set([...different, ...strangers])] }
}
