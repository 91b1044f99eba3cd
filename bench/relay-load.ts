/** The clients that `relay.ts` loads its servers with, as bytes alone. */

import { randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'

const open = (url: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
    socket.on('open', () => resolve(socket))
    socket.on('error', reject)
  })
export const nextOf = (socket: WebSocket, tag: number): Promise<Buffer> =>
  new Promise((resolve) => {
    const listen = (data: Buffer): void => {
      if (data[1] !== tag) return
      socket.off('message', listen)
      resolve(data)
    }
    socket.on('message', listen)
  })
export const frame = (tag: number, ...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.from([2, tag]), ...parts])

/** Joins the room; the address that the relay says is this socket's. */
const enter = async (socket: WebSocket, room: Buffer): Promise<Buffer> => {
  const welcome = nextOf(socket, 0x81)
  const joined = nextOf(socket, 0x82)
  socket.send(frame(0x01, randomBytes(32)))
  socket.send(frame(0x02, room, Buffer.from([0])))
  await joined
  return (await welcome).subarray(2, 34)
}
/** At the server of `bareSource`, which only remembers a name. */
const introduce = (socket: WebSocket): Buffer => {
  const address = randomBytes(32)
  socket.send(address)
  return address
}

export interface Pair {
  readonly from: WebSocket
  readonly to: WebSocket
  readonly message: Buffer
}

/** Where the two of a pair are: at one server, or the sender at one and the reader at another. */
export type Place = (pair: number) => readonly [from: string, to: string]

/** Pairs that can send each other 1 KiB: at our relay in a room of their own. */
export async function openPairs(place: Place, count: number, ours: boolean): Promise<readonly Pair[]> {
  const pairs: Pair[] = []
  for (let i = 0; i < count; i++) {
    const urls = place(i)
    const [from, to] = [await open(urls[0]), await open(urls[1])]
    const room = randomBytes(32)
    if (ours) await enter(from, room)
    else introduce(from)
    const address = ours ? await enter(to, room) : introduce(to)
    pairs.push({ from, to, message: frame(0x04, address, Buffer.from([4, 0]), Buffer.alloc(1024)) })
  }
  return pairs
}

/** Sends `total` messages, a few in flight for each pair; milliseconds of each from send to arrival. */
export function exchange(
  pairs: readonly Pair[],
  total: number,
): Promise<{ perSecond: number; times: number[] }> {
  const times: number[] = []
  let sent = 0
  const begin = performance.now()
  return new Promise((resolve) => {
    for (const { from, to, message } of pairs) {
      const starts: number[] = []
      const send = (): void => {
        if (sent++ >= total) return
        starts.push(performance.now())
        from.send(message)
      }
      to.removeAllListeners('message')
      to.on('message', (data: Buffer) => {
        if (data.length < 1024) return
        times.push(performance.now() - starts.shift()!)
        if (times.length === total)
          resolve({ perSecond: (1000 * total) / (performance.now() - begin), times })
        else send()
      })
      send()
      if (pairs.length < 1000) send()
    }
  })
}

/** Members of one room, each with its multicast of 1 KiB to all others. */
interface Crowd {
  readonly sockets: readonly WebSocket[]
  readonly messages: readonly Buffer[]
}

/** Rooms of `size`; `place` names the server of the member of that number. */
export async function openCrowds(
  place: (member: number) => string,
  count: number,
  size: number,
): Promise<readonly Crowd[]> {
  const crowds: Crowd[] = []
  for (let i = 0; i < count; i++) {
    const room = randomBytes(32)
    const sockets: WebSocket[] = []
    const addresses: Buffer[] = []
    for (let member = 0; member < size; member++) {
      const socket = await open(place(member))
      sockets.push(socket)
      addresses.push(await enter(socket, room))
    }
    const messages = addresses.map((own) => {
      const others = addresses
        .filter((one) => one !== own)
        .map((one) => Buffer.concat([one, Buffer.from([0])]))
      return frame(0x07, Buffer.from([0, others.length]), ...others, Buffer.from([4, 0]), Buffer.alloc(1024))
    })
    crowds.push({ sockets, messages })
  }
  return crowds
}

/** Members of each room speak in turn until `total` frames have arrived; arrivals per second. */
export function multicast(crowds: readonly Crowd[], total: number): Promise<number> {
  let arrived = 0
  const begin = performance.now()
  return new Promise((resolve) => {
    for (const { sockets, messages } of crowds) {
      let [speaker, missing] = [0, 0]
      const speak = (): void => {
        speaker = (speaker + 1) % sockets.length
        missing = sockets.length - 1
        sockets[speaker]!.send(messages[speaker]!)
      }
      for (const socket of sockets) {
        socket.removeAllListeners('message')
        socket.on('message', (data: Buffer) => {
          if (data.length < 1024) return
          arrived++
          missing--
          if (arrived >= total) resolve((1000 * arrived) / (performance.now() - begin))
          else if (missing === 0) speak()
        })
      }
      speak()
    }
  })
}
