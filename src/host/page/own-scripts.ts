/** The two scripts that a page starts beside itself. The page's CSP admits one Trusted Types policy, and that policy these two. */

import peerUrl from '../worker/worker.ts?worker&url'

/** Written by the build at the root, so that it answers for all of the app. */
const serviceWorkerUrl = '/service-worker.js'

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string }
}

let policy: ReturnType<TrustedTypes['createPolicy']> | null = null

const trust = (url: string): string => {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  policy ??=
    trustedTypes?.createPolicy('mlwe-pake-worker', {
      createScriptURL: (asked) => {
        if (asked !== peerUrl && asked !== serviceWorkerUrl) throw new TypeError('not our Worker')
        return asked
      },
    }) ?? null
  return policy === null ? url : policy.createScriptURL(url)
}

export const peerScript = (): string => trust(peerUrl)
export const serviceWorkerScript = (): string => trust(serviceWorkerUrl)
