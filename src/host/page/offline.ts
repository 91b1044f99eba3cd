/**
 * Keeps the app itself in this browser for those who keep something here, and says when there is a newer one.
 *
 *   nothing kept ──a membership is stored, or the app is installed──> kept ──the last one is forgotten──> nothing kept
 */

import { serviceWorkerScript } from './own-scripts.ts'

/** At most so often a page that stays open asks for a newer version. */
const checkEveryMs = 3_600_000

/** Is given what changes over to the new version. */
type OnNewVersion = (change: () => void) => void

/** The name of the cache of that worker's build. */
const cacheOf = (worker: ServiceWorker): Promise<string> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }: MessageEvent<string>) => {
      port1.close()
      resolve(data)
    }
    worker.postMessage('which', [port2])
  })

/** Whether the scripts and styles of this page belong to that worker's build. */
const isOfThisBuild = async (worker: ServiceWorker): Promise<boolean> => {
  const cacheName = await cacheOf(worker)
  const own = [...document.querySelectorAll<HTMLScriptElement>('script[src]')]
    .map(({ src }) => src)
    .concat([...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].map(({ href }) => href))
  const found = await Promise.all(own.map((url) => caches.match(url, { cacheName })))
  return found.every((response) => response !== undefined)
}

/** Lets that worker take over, and reloads the page from its build. */
const change = (worker: ServiceWorker): void => {
  const reload = (): void => {
    if (worker.state === 'activated') location.reload()
  }
  worker.addEventListener('statechange', reload)
  worker.postMessage('activate')
  reload()
}

const keepApp = async (onNewVersion: OnNewVersion): Promise<void> => {
  const registration = await navigator.serviceWorker.register(serviceWorkerScript(), {
    updateViaCache: 'none',
  })
  /** A page that came from the new build lets its worker begin; a page of an older one waits for its reader. */
  const consider = async (worker: ServiceWorker): Promise<void> => {
    if (await isOfThisBuild(worker)) worker.postMessage('activate')
    else onNewVersion(() => change(worker))
  }
  const follow = (): void => {
    const { installing } = registration
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed') void consider(installing)
    })
  }
  registration.addEventListener('updatefound', follow)
  follow()
  if (registration.waiting !== null) void consider(registration.waiting)
  let checkedAt = performance.now()
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || performance.now() - checkedAt < checkEveryMs) return
    checkedAt = performance.now()
    registration.update().catch(() => undefined)
  })
}

const forgetApp = async (): Promise<void> => {
  await (await navigator.serviceWorker.getRegistration())?.unregister()
  const names = await caches.keys()
  await Promise.all(names.map((name) => caches.delete(name)))
}

/** Returns what is to be told whether something is kept in this browser, after every change. */
export const createOffline = (onNewVersion: OnNewVersion): ((kept: boolean) => void) => {
  // A server of `npm run dev` has no build, and browsers offer service workers in secure contexts only.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return () => undefined
  const installed = matchMedia('(display-mode: standalone)').matches
  let now = false
  let queue: Promise<void> = Promise.resolve()
  const follow = (kept: boolean): void => {
    if (now === (kept || installed)) return
    now = kept || installed
    const work = now ? () => keepApp(onNewVersion) : forgetApp
    // Without it the app works as it does without a service worker.
    queue = queue.then(work).catch(() => undefined)
  }
  follow(false)
  return follow
}
