import { WebSocket } from 'ws'

/** A client that keeps to no protocol. */
export interface RawSocket {
  send(bytes: Uint8Array | string): void
  /** Resolves with the first frame that passes, from those that came already or will come. */
  receive(wanted: (frame: Buffer) => boolean): Promise<Buffer>
  isOpen(): boolean
  close(): void
}

export async function openRaw(url: string): Promise<RawSocket> {
  const socket = new WebSocket(url)
  const received: Buffer[] = []
  const waiting = new Set<() => void>()
  socket.on('message', (data, isBinary) => {
    if (!isBinary || !Buffer.isBuffer(data)) return
    received.push(data)
    for (const wake of waiting) wake()
  })
  // The relay hangs up on nonsense, which is what these sockets are for.
  socket.on('error', () => {})
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return {
    send: (bytes) => socket.send(bytes),
    receive: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = received.find(wanted)
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
    isOpen: () => socket.readyState === WebSocket.OPEN,
    close: () => socket.terminate(),
  }
}

/** Frames as signaling/PROTOCOL.md defines them, written out by hand. */
export const frames = {
  hello: (secret: Uint8Array): Buffer => Buffer.concat([Buffer.from([1, 0x01]), secret]),
  send: (to: Uint8Array, payload: Uint8Array): Buffer => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(payload.length)
    return Buffer.concat([Buffer.from([1, 0x04]), to, length, payload])
  },
  isJoin: (frame: Buffer): boolean => frame.length === 34 && frame[0] === 1 && frame[1] === 0x02,
  isWelcome: (frame: Buffer): boolean => frame[1] === 0x81,
  isJoined: (frame: Buffer): boolean => frame[1] === 0x82,
  /** The addresses in a `joined` frame. */
  addresses: (joined: Buffer): Buffer[] =>
    Array.from({ length: joined.readUInt16BE(2) }, (_, i) => joined.subarray(4 + 32 * i, 36 + 32 * i)),
}
