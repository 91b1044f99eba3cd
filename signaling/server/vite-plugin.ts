/** The relay inside the development server. */

import type { Plugin } from 'vite'
import { attachRelay } from './sockets.ts'

/** Runs the relay at `/ws` on the development server's port. Hot reload uses a socket of its own. */
export function relayPlugin(): Plugin {
  return {
    name: 'mlwe-pake-relay',
    apply: 'serve',
    configureServer({ httpServer }) {
      if (httpServer === null) return
      const sockets = attachRelay(httpServer)
      // Vite closes all connections by itself, but not the relay's timers.
      httpServer.on('close', () => void sockets.close(0))
    },
  }
}
