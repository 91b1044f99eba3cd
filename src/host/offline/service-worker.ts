/**
 * Keeps the built app in this browser, so that a stored member can be resumed and read while the server is out of reach.
 * It handles GETs of the app's own files and nothing else, and it stores only what the build lists, under the names that
 * the list gives: no address of a request is ever stored, so no query and no invitation is.
 *
 *   the page      from the network; without one, as it was kept
 *   /assets/…     as kept: their names change with their content
 *   other files   from the network; without one, as kept
 *   all the rest  not touched: /api, the relay's socket, other origins
 *
 * The build puts two constants in front of this file: `build` and `builtFiles` (tools/offline.ts). A new build is a new
 * worker, which waits until a page of that build says `activate`.
 */

/** SHA-256 over the list of files, 64 hexadecimal digits. */
declare const build: string
/** For each path its hash as Subresource Integrity writes it; the browser refuses another content. */
declare const builtFiles: Readonly<Record<string, string>>

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}
interface ServiceWorkerScope {
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void
  skipWaiting(): Promise<void>
}
const scope = self as unknown as ServiceWorkerScope

const prefix = 'mlwe-pake '
const cacheName = `${prefix}${build}`

/** The list that is published: it cannot hold its own hash. */
const listPath = '/files.txt'
const isKept = (path: string): boolean => path === listPath || Object.hasOwn(builtFiles, path)

const keep = async (): Promise<void> => {
  const cache = await caches.open(cacheName)
  const keepFile = async (path: string, integrity: string): Promise<void> => {
    const response = await fetch(path, { integrity, cache: 'no-cache' })
    if (!response.ok) throw new Error(`the server does not have ${path}`)
    await cache.put(path, response)
  }
  const files = Object.entries(builtFiles).concat([[listPath, '']])
  await Promise.all(files.map(([path, integrity]) => keepFile(path, integrity)))
}

const removeOthers = async (): Promise<void> => {
  const names = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== cacheName)
  await Promise.all(names.map((name) => caches.delete(name)))
}

const kept = async (path: string): Promise<Response | undefined> => (await caches.open(cacheName)).match(path)

/** An answer of a proxy whose server is down counts as none. */
const fromNetwork = async (request: Request, path: string): Promise<Response> => {
  const response = await fetch(request).catch(() => null)
  if (response !== null && response.status < 500) return response
  return (await kept(path)) ?? response ?? Response.error()
}

const fromCache = async (request: Request, path: string): Promise<Response> =>
  (await kept(path)) ?? fetch(request)

scope.addEventListener('install', (event) => event.waitUntil(keep()))
scope.addEventListener('activate', (event) => event.waitUntil(removeOthers()))
scope.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname, search } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin || !isKept(pathname)) return
  if (request.mode === 'navigate') return event.respondWith(fromNetwork(request, pathname))
  if (search !== '') return
  const answer = pathname.startsWith('/assets/') ? fromCache : fromNetwork
  event.respondWith(answer(request, pathname))
})
scope.addEventListener('message', ({ data, ports }) => {
  if (data === 'activate') void scope.skipWaiting()
  if (data === 'which') ports[0]?.postMessage(cacheName)
})
