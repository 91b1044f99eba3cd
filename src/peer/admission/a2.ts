/**
 * A2: the doorkeeper's entry, and flow 1 of the handshake that proves the keys of the guest's entry. The same at the door
 * and for a newcomer that answered a pre-key.
 */
import type { Bytes } from '../../codec/index.ts'
import { type Identified, type InitiatorState, initiateHandshake, padEntry } from '../../identity/index.ts'
import { type AdmissionKeys, sealAdmission } from '../../pake/index.ts'
import type { Frame } from '../frames.ts'
import type { Transaction } from '../transaction.ts'

/**
 * @param run - 16 bytes, of the run or the answer
 * @param keys - `psk` belongs to the handshake from now on
 */
export const makeA2 = async (
  { ports: { crypto }, state: { groupId, self } }: Transaction,
  run: Bytes,
  guest: Identified,
  { a2, psk }: Pick<AdmissionKeys, 'a2' | 'psk'>,
): Promise<{ readonly frame: Frame; readonly handshake: InitiatorState }> => {
  const entry = await sealAdmission(crypto, a2, padEntry(self.entry))
  const { state, flow1 } = await initiateHandshake(crypto, { groupId, self, peer: guest, psk })
  return { frame: { kind: 'admit', run, entry, flow1 }, handshake: state }
}
