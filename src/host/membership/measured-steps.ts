/**
 * Steps of one peer, each recorded as the whole of what it did: `peer_step`, with the event's kind for an algorithm.
 * A step that does nothing leaves no record.
 */
import { type Tracer, within } from '../../metrics/index.ts'
import type { RunnerPorts } from '../../peer/index.ts'
import type { Entering } from './entering.ts'

type Measured = NonNullable<RunnerPorts['measured']>

export const measureSteps =
  (recorder: Tracer, entering: Entering, aliasOf: (address: string) => `peer-${number}`): Measured =>
  async (event, take) => {
    const start = recorder.now()
    const address = 'from' in event ? event.from : 'address' in event ? event.address : null
    recorder.note({ peer: address === null ? null : aliasOf(address) })
    try {
      const { span, made } = await entering.within(async () => {
        const opened = recorder.spans.open(false)
        return { span: opened, made: await within(recorder, opened, take) }
      })
      if (event.kind === 'wake' && made.effects.length === 0) recorder.spans.drop(span)
      else {
        const rejected = made.effects.find((effect) => effect.kind === 'reject')
        const bytesOut = made.effects.reduce(
          (sum, effect) => sum + (effect.kind === 'send' ? effect.bytes.length : 0),
          0,
        )
        const bytesIn = 'bytes' in event ? event.bytes.length : 0
        const entry = { operation: 'peer_step', algorithm: event.kind, start, bytesIn, bytesOut }
        recorder.record({ ...entry, duration: recorder.now() - start, error: rejected?.code ?? null }, span)
      }
      return made
    } finally {
      recorder.note({ peer: null })
    }
  }
