/** Two pages with a mesh each, over the double of simple-peer, in virtual time; signals take the test's own way. */

import type { Bytes } from '../../codec/index.ts'
import { connectBy } from '../data-connection.ts'
import { type ChunkEvent, createMesh, type Mesh, type MeshEvent } from '../mesh.ts'
import { type Clock, createClock } from '../simulation/random.ts'
import { createFakeNetwork, type FakeNetwork } from './fake-peer.ts'

export interface Page {
  readonly name: string
  readonly mesh: Mesh
  readonly events: MeshEvent[]
  readonly chunks: ChunkEvent[]
  /** Frames and returned frames, and the last link state heard. */
  received(): readonly Bytes[]
  returned(): readonly Bytes[]
  direct(): boolean
}

export interface Pages {
  readonly clock: Clock
  readonly network: FakeNetwork
  readonly a: Page
  readonly b: Page
  readonly signals: { readonly from: string; readonly data: Bytes }[]
  /** Whether signals reach the other page. */
  relays: boolean
  run(ms: number): void
}

export const twoPages = (): Pages => {
  const clock = createClock()
  const network = createFakeNetwork(clock)
  let seed = 0.3
  const page = (name: string, other: () => Page): Page => {
    const events: MeshEvent[] = []
    const chunks: ChunkEvent[] = []
    const mesh = createMesh({
      onEvent: (event) => {
        events.push(event)
        if (event.kind !== 'signal') return
        pages.signals.push({ from: name, data: event.data })
        if (!pages.relays) return
        clock.at(clock.now() + 10, () =>
          other().mesh.execute({ kind: 'signal', member: name, data: event.data }),
        )
      },
      onChunk: (event) => void chunks.push(event),
      iceServers: () => [],
      openConnection: connectBy(network.Peer),
      now: clock.now,
      random: () => {
        seed = (seed * 7919 + 0.123) % 1
        return seed
      },
      setTimer: (run, ms) => clock.at(clock.now() + ms, run),
    })
    const bytesOf = (kind: 'received' | 'returned'): readonly Bytes[] =>
      events.flatMap((event) => (event.kind === kind ? [event.bytes] : []))
    return {
      name,
      mesh,
      events,
      chunks,
      received: () => bytesOf('received'),
      returned: () => bytesOf('returned'),
      direct: () => events.reduce((is, event) => (event.kind === 'link' ? event.direct : is), false),
    }
  }
  const a: Page = page('a', () => b)
  const b: Page = page('b', () => a)
  const pages: Pages = {
    clock,
    network,
    a,
    b,
    signals: [],
    relays: true,
    run: (ms) => clock.run(clock.now() + ms),
  }
  return pages
}

/** Both cores ask for the link; `a` starts. */
export const connectPages = ({ a, b, run }: Pages): void => {
  a.mesh.execute({ kind: 'connect', member: 'b', initiator: true })
  b.mesh.execute({ kind: 'connect', member: 'a', initiator: false })
  run(1_000)
}
