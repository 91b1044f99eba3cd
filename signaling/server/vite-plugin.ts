import type { Plugin } from 'vite'
import { attachRelay } from './sockets.ts'

/** Runs the relay on the development server's own port, at `/ws`; its hot reload keeps its own socket. */
export function relayPlugin(): Plugin {
  return {
    name: 'mlwe-pake-relay',
    apply: 'serve',
    configureServer({ httpServer }) {
      if (httpServer === null) return
      const sockets = attachRelay(httpServer)
      // Vite ends all connections by itself; what is left are our timers.
      httpServer.on('close', () => void sockets.close(0))
    },
  }
}
