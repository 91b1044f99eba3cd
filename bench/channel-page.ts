/**
 * A page that does nothing but carry bytes: one raw data channel to the other page, filled as far as the app fills its own.
 * The one that sends repeats a chunk of random bytes; the one that receives counts.
 */

type Word = { readonly to: string } & (
  | { readonly kind: 'description'; readonly description: RTCSessionDescriptionInit }
  | { readonly kind: 'candidate'; readonly candidate: RTCIceCandidateInit }
)

export interface ChannelPage {
  /** Sends this many chunks of `chunkBytes`. */
  sendChunks?: (count: number, chunkBytes: number) => void
  /** When the channel opened, and at the receiver, when the last expected byte came. */
  openAt?: number
  receivedAt?: number
  expectBytes?: (bytes: number) => number
}

const highWater = 1024 * 1024
const lowWater = 256 * 1024

const page = globalThis as ChannelPage
const self = new URLSearchParams(location.search).get('self') === '0' ? 'sender' : 'receiver'
const other = self === 'sender' ? 'receiver' : 'sender'
const signals = new BroadcastChannel('channel')
const connection = new RTCPeerConnection({ iceServers: [] })
const channel = connection.createDataChannel('chunks', { negotiated: true, id: 2 })
channel.binaryType = 'arraybuffer'
channel.bufferedAmountLowThreshold = lowWater
channel.onopen = () => {
  page.openAt = Date.now()
}

const describe = async (): Promise<void> => {
  await connection.setLocalDescription()
  const description = connection.localDescription?.toJSON()
  signals.postMessage({ to: other, kind: 'description', description })
}
connection.onicecandidate = ({ candidate }) => {
  if (candidate !== null) signals.postMessage({ to: other, kind: 'candidate', candidate: candidate.toJSON() })
}
signals.onmessage = async ({ data: word }: MessageEvent<Word>) => {
  if (word.to !== self) return
  if (word.kind === 'candidate') return connection.addIceCandidate(word.candidate)
  await connection.setRemoteDescription(word.description)
  if (word.description.type === 'offer') await describe()
}

let [wanted, received] = [Number.POSITIVE_INFINITY, 0]
channel.onmessage = ({ data }) => {
  received += (data as ArrayBuffer).byteLength
  if (received >= wanted) page.receivedAt = Date.now()
}

page.expectBytes = (bytes) => {
  wanted = bytes
  return Date.now()
}

page.sendChunks = (count, chunkBytes) => {
  const chunk = crypto.getRandomValues(new Uint8Array(chunkBytes))
  let left = count
  const pump = (): void => {
    for (; left > 0 && channel.bufferedAmount < highWater; left--) channel.send(chunk)
  }
  channel.onbufferedamountlow = pump
  pump()
}

/** The second page begins, when the first is there to hear it. */
if (self === 'receiver') void describe()
