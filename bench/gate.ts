/**
 * A door before the relay: pages pass, and WebSockets wait until as many as were asked for stand there. So all tabs arrive
 * in the same instant, each with its password stretched, and the stretching is not part of what is measured.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

const isSocketRequest = (first: Buffer): boolean => first.subarray(0, 7).toString('latin1') === 'GET /ws'

export interface Gate {
  readonly url: string
  /** Opens once `count` WebSockets wait; gives the time at which it did. */
  openAt(count: number): Promise<number>
  close(): void
}

export const startGate = async (relayUrl: string): Promise<Gate> => {
  const target = Number(new URL(relayUrl).port)
  const waiting = new Map<Socket, () => void>()
  let wanted = Number.POSITIVE_INFINITY
  let opened: (at: number) => void = () => undefined

  const openIfFull = (): void => {
    if (waiting.size < wanted) return
    wanted = 0
    opened(Date.now())
    for (const pass of waiting.values()) pass()
    waiting.clear()
  }

  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', (first) => {
      socket.pause()
      const relay = connect(target, '127.0.0.1')
      relay.on('error', () => socket.destroy())
      socket.on('close', () => relay.destroy())
      relay.write(first)
      relay.pipe(socket)
      const pass = (): void => void socket.pipe(relay)
      if (wanted === 0 || !isSocketRequest(first)) return pass()
      // The handshake is answered: a browser opens one WebSocket to a host at a time. What the tab says next waits.
      waiting.set(socket, pass)
      socket.on('close', () => waiting.delete(socket))
      openIfFull()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    openAt(count) {
      const at = new Promise<number>((resolve) => {
        opened = resolve
      })
      wanted = count
      openIfFull()
      return at
    },
    close: () => server.close(),
  }
}
