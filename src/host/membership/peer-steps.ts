/**
 * Takes the steps of one peer and records each as a `peer_step` span, with the kind of its event as the algorithm.
 */

import type { Crypto } from '../../crypto/index.ts'
import { type TraceEvent, type Tracer, within } from '../../metrics/index.ts'
import { type PeerEvent, type PeerState, step } from '../../peer/index.ts'
import { createTrace } from './trace.ts'

type PeerStep = Awaited<ReturnType<typeof step>>

/** Numbers members in the order of meeting. Records hold this number instead of an id. */
const createAliases = (): ((member: string) => `peer-${number}`) => {
  const aliases = new Map<string, `peer-${number}`>()
  return (member) => {
    const alias = aliases.get(member) ?? (`peer-${aliases.size + 1}` as const)
    aliases.set(member, alias)
    return alias
  }
}

const memberIn = (event: PeerEvent): string | null =>
  'from' in event ? event.from : 'member' in event ? event.member : null

interface Ports {
  readonly crypto: Crypto
  readonly recorder: Tracer
  readonly showTrace: (event: TraceEvent) => void
}

/** `take` runs one step; `queuedAt` is on the recorder's clock. A tick that does nothing leaves no record. */
export const createPeerSteps = ({ crypto, recorder, showTrace }: Ports) => {
  const aliasOf = createAliases()
  const trace = createTrace(aliasOf, showTrace)
  const take = async (state: PeerState, event: PeerEvent, queuedAt: number): Promise<PeerStep> => {
    const start = recorder.now()
    const member = memberIn(event)
    recorder.note({ queueWait: start - queuedAt, peer: member === null ? null : aliasOf(member) })
    const span = recorder.spans.open(false)
    try {
      const taken = await within(recorder, span, () => step({ crypto, recorder }, state, event))
      const rejected = taken.effects.find((effect) => effect.kind === 'reject')
      if (event.kind === 'tick' && taken.effects.length === 0) recorder.spans.drop(span)
      else {
        const bytesIn = 'bytes' in event ? event.bytes.length : 0
        const bytesOut = taken.effects.reduce(
          (sum, effect) => sum + (effect.kind === 'send' ? effect.bytes.length : 0),
          0,
        )
        const entry = { operation: 'peer_step', algorithm: event.kind, start, bytesIn, bytesOut }
        recorder.record({ ...entry, duration: recorder.now() - start, error: rejected?.code ?? null }, span)
      }
      return taken
    } finally {
      recorder.note({ queueWait: 0, peer: null })
    }
  }
  // The caller traces a step only once it has taken effect.
  return { take, trace }
}
