/** Counts connections by network as they are accepted, before a byte is read or a TLS handshake begins. */

import type { Server, Socket } from 'node:net'
import { isLoopback, isProxy, networkOf, readProxies } from './origin.ts'

export interface DoorOptions {
  /** Connections of one network. Behind a proxy, only the sockets of a visitor are counted, later. */
  readonly perNetwork: number
  /** Connections in all. */
  readonly total: number
  readonly trustedProxies: readonly string[]
  readonly exemptLoopback: boolean
  readonly onRefused: () => void
}

export function guardDoor(server: Server, options: DoorOptions): void {
  const proxies = readProxies(options.trustedProxies)
  const open = new Map<string, number>()
  server.maxConnections = options.total
  server.on('drop', options.onRefused)
  server.on('connection', (socket: Socket) => {
    const ip = socket.remoteAddress ?? ''
    if (isProxy(proxies, ip) || (options.exemptLoopback && isLoopback(ip))) return
    const { name } = networkOf(ip.replace(/^::ffff:/, ''))
    const count = (open.get(name) ?? 0) + 1
    if (count > options.perNetwork) {
      options.onRefused()
      socket.destroy()
      return
    }
    open.set(name, count)
    socket.once('close', () => {
      const left = (open.get(name) ?? 1) - 1
      if (left === 0) open.delete(name)
      else open.set(name, left)
    })
  })
}
