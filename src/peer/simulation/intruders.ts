/**
 * I9 of those who come with a password that is not in force: nobody lists one without having that very password.
 */
import { toHex } from '../../codec/index.ts'
import { expose } from '../../crypto/index.ts'
import type { Address } from '../../identity/index.ts'
import type { PeerState, Taken } from '../index.ts'
import type { Member } from '../testing/world.ts'
import { demand } from './invariants.ts'

export const verifierOf = ({ password }: PeerState): string => toHex(expose(password.verifier))

export const createIntruders = () => {
  /** With the verifier of what each typed. */
  const typed = new Map<Address, string>()
  /** Let in by one that had yet to hear of a newer password, or that founded apart under the old one. */
  const letIn = new Set<Address>()

  return {
    count: (): number => typed.size,
    note: ({ address, runner }: Member): void => void typed.set(address, verifierOf(runner.state())),
    has: (address: Address): boolean => typed.has(address),
    mustStayOut: (address: Address): boolean => typed.has(address) && !letIn.has(address),
    /** Who is the first to list an intruder has no other password than the intruder. */
    stepped: ({ name, isInsider, address }: Member, { before, state }: Taken): void => {
      if (isInsider || typed.size === 0 || typed.has(address)) return
      if (state.group.roster === before.group.roster) return
      for (const { entry } of state.group.roster.entries.values()) {
        const given = typed.get(entry.address)
        if (given === undefined || letIn.has(entry.address)) continue
        const isKnown = [before, state].some((one) => verifierOf(one) === given)
        demand(isKnown, 'I9', `${name} lists ${entry.name}, who has another password`)
        letIn.add(entry.address)
      }
    },
  }
}
