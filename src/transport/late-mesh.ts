/** The mesh for a page. Its code, WebRTC's wrapper included, is fetched apart; until it is there, commands wait in their order. */

import type { Mesh, MeshCommand, MeshOptions } from './mesh.ts'

/** Fetching failed: the page's server is away for a moment. */
const againMs = 5_000
/** Signals come from others, so what waits is bounded. */
const maxWaiting = 1_024

export interface LateMesh extends Mesh {
  /** Fetches it, whether or not there is a command. */
  fetch(): void
}

export const createLateMesh = (load: () => Promise<Mesh>, setTimer: MeshOptions['setTimer']): LateMesh => {
  let mesh: Mesh | null = null
  let loading = false
  let waiting: MeshCommand[] = []

  const fetch = (): void => {
    if (mesh !== null || loading) return
    loading = true
    load().then(
      (loaded) => {
        mesh = loaded
        for (const command of waiting) mesh.execute(command)
        waiting = []
      },
      () =>
        void setTimer(() => {
          loading = false
          fetch()
        }, againMs),
    )
  }

  return {
    fetch,
    execute: (command) => {
      if (mesh !== null) return mesh.execute(command)
      if (command.kind === 'disconnect-all') waiting = []
      else if (command.kind !== 'signal' || waiting.length < maxWaiting) waiting.push(command)
      fetch()
    },
    nudge: () => mesh?.nudge(),
    sendChunk: (member, bytes) => mesh?.sendChunk(member, bytes) ?? false,
    paths: async () => (await mesh?.paths()) ?? [],
  }
}

export const openMesh = (options: Omit<MeshOptions, 'openConnection'>): LateMesh =>
  createLateMesh(async () => {
    const [{ createMesh }, { connectBy }] = await Promise.all([
      import('./mesh.ts'),
      import('./data-connection.ts'),
    ])
    return createMesh({ ...options, openConnection: connectBy() })
  }, options.setTimer)
