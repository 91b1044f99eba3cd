/** The messages of a run taken apart for a reader on the screen, by the layouts of SPEC.md. */

import { type Bytes, DecodeError } from '../codec/index.ts'
import { xWing } from '../crypto/index.ts'
import { type Flow, readFlow } from './flows.ts'
import type { Proof } from './run-state.ts'
import { Nkc, Nrho, Nsec, type Suite } from './suite.ts'

export type FlowFieldName =
  | 's1'
  | 'Ya'
  | 's2'
  | 'Yb'
  | 's'
  | 'T'
  | 'rho'
  | 'ct'
  | 'h'
  | 'enc_c'
  | 'client_confirm'
  | 'server_confirm'
  | 'length'
  | 'payload'
  | 'mac_r'
  | 'mac_i'
  | 'unreadable'

/** A part of a message, named as in SPEC.md. `length` is the 2-byte length of what follows it. */
export interface FlowField {
  readonly name: FlowFieldName
  readonly bytes: Bytes
}

type Part = readonly [name: FlowFieldName, size: number]

const lengthBytes = 2

/** The second stage's part of message 4. */
const responseHead = ({ kem }: Suite, augmented: boolean): readonly Part[] => [
  ['ct', kem.ciphertext],
  ['h', Nkc],
  ...(augmented
    ? ([
        ['enc_c', xWing.ciphertext],
        ['client_confirm', Nkc],
      ] as const)
    : []),
]

const layoutOf = (suite: Suite, augmented: boolean, flow: Flow): readonly Part[] => {
  switch (flow.number) {
    case 1:
    case 2: {
      const [nonce, share] = flow.number === 1 ? (['s1', 'Ya'] as const) : (['s2', 'Yb'] as const)
      return [
        [nonce, flow.value.nonce.length],
        ['length', lengthBytes],
        [share, flow.value.share.length],
      ]
    }
    case 3:
      return [
        ['s', 3 * Nsec],
        ['T', suite.vectorBytes],
        ['rho', Nrho],
      ]
    case 4:
    case 5: {
      const { payload, mac } = flow.value
      const finalHead: readonly Part[] = augmented ? [['server_confirm', Nkc]] : []
      return [
        ...(flow.number === 4 ? responseHead(suite, augmented) : finalHead),
        ['length', lengthBytes],
        ['payload', payload.length],
        [flow.number === 4 ? 'mac_r' : 'mac_i', mac.length],
      ]
    }
  }
}

/**
 * All of these bytes are public: the relay sees them.
 *
 * @param suite - parameters
 * @param proof - what the reader has beyond the verifier
 * @param number - number of the message in its run
 * @param message - its bytes
 * @returns all bytes, in order; one field `unreadable` where no run could read it
 */
export const fieldsOf = (
  suite: Suite,
  proof: Proof['kind'],
  number: Flow['number'],
  message: Bytes,
): readonly FlowField[] => {
  let flow: Flow
  try {
    flow = readFlow(suite, { kind: proof }, number, message)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return [{ name: 'unreadable', bytes: message }]
  }
  let at = 0
  return layoutOf(suite, proof !== 'verifier', flow).map(([name, size]) => {
    at += size
    return { name, bytes: message.slice(at - size, at) }
  })
}
