/**
 * A blank page of a raw `simple-peer` mesh: it links to each other page of its number, and says when. Offers and candidates
 * go by BroadcastChannel, which costs next to nothing.
 */
import SimplePeer from 'simple-peer'

type Word =
  | { readonly kind: 'go' }
  | {
      readonly kind: 'signal'
      readonly from: number
      readonly to: number
      readonly data: SimplePeer.SignalData
    }

export interface MeshPage {
  /** Starts all pages of the mesh; returns the time. */
  startMesh?: () => number
  /** When this page was linked to all others. */
  linkedAt?: number
}

const query = new URLSearchParams(location.search)
const [self, count] = [Number(query.get('self')), Number(query.get('count'))]
const page = globalThis as MeshPage
const channel = new BroadcastChannel('mesh')
const say = (word: Word): void => channel.postMessage(word)
const peers = new Map<number, SimplePeer.Instance>()
let linked = 0

const peerOf = (other: number): SimplePeer.Instance => {
  const known = peers.get(other)
  if (known !== undefined) return known
  const peer = new SimplePeer({ initiator: self < other, config: { iceServers: [] } })
  peers.set(other, peer)
  peer.on('signal', (data) => say({ kind: 'signal', from: self, to: other, data }))
  peer.on('connect', () => {
    linked += 1
    if (linked === count - 1) page.linkedAt = Date.now()
  })
  return peer
}

const begin = (): void => {
  for (let other = 0; other < count; other++) if (other !== self) peerOf(other)
}

channel.onmessage = ({ data: word }: MessageEvent<Word>) => {
  if (word.kind === 'go') begin()
  else if (word.to === self) peerOf(word.from).signal(word.data)
}

page.startMesh = () => {
  const at = Date.now()
  say({ kind: 'go' })
  begin()
  return at
}
