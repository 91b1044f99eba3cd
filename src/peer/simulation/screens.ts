/**
 * I12 and I17 by what users see: the list of members on each screen, beside who really is or was in the room.
 */
import type { Crypto } from '../../crypto/index.ts'
import type { Address, MemberId } from '../../identity/index.ts'
import type { Recipient } from '../delivery/state.ts'
import { type MemberView, type PeerState, peerView, type Taken } from '../index.ts'
import { idOf, type Member, type World } from '../testing/world.ts'
import { demand } from './invariants.ts'

const listOf = (crypto: Crypto, state: PeerState, now: number): readonly MemberView[] =>
  peerView(crypto, state, now).members.filter(({ trust }) => trust !== 'self')

const addressesOn = (list: readonly MemberView[]): ReadonlySet<string> =>
  new Set(list.map(({ address }) => address))

/** A sleeper without an entry is named by its address. */
const addressOf = ({ group }: PeerState, recipient: Recipient): string =>
  group.roster.entries.get(recipient as MemberId)?.entry.address ?? recipient

/** After every step: a message is said to those on the list of members, neither more nor fewer. */
export const checkAudience = (crypto: Crypto, { name }: Member, { before, state, event }: Taken): void => {
  if (event.kind !== 'say') return
  const said = state.delivery.outbox.at(-1)
  if (said === undefined || said.message.number <= before.delivery.lastNumber) return
  const audience = new Set([...said.audience].map((one) => addressOf(state, one)))
  // Time passes in a step before it says anything: the list may have changed just then.
  const [old, now] = [before, state].map((one) => addressesOn(listOf(crypto, one, event.now)))
  for (const address of audience)
    demand(
      old!.has(address) || now!.has(address),
      'I12',
      `${name} says something to one that its user does not see`,
    )
  for (const address of old!)
    if (now!.has(address))
      demand(audience.has(address), 'I17', `${name} does not say a message to one that its user sees`)
}

/** At any moment: nobody is listed that this member knows to be gone, or that never was. */
export const checkLists = (world: World, members: readonly Member[], mayInvent: boolean): void => {
  const people = new Set(world.members.map(({ address }) => address))
  for (const member of members) {
    const { group } = member.runner.state()
    for (const { id, address, trust } of world.view(member).members) {
      demand(
        !group.roster.removals.has(id as MemberId),
        'I12',
        `${member.name} lists one that it knows to be removed`,
      )
      // Whom only a pre-key stands for may be an invention of the relay, and is shown as such.
      const isSomebody = mayInvent || trust === 'pre-keyed' || people.has(address as Address)
      demand(isSomebody, 'I12', `${member.name} lists somebody that nobody is`)
    }
  }
}

/**
 * At the end, of members under one password: each sees all others, and nobody that left or was removed.
 *
 * @returns what is wrong
 */
export const wrongLists = (
  world: World,
  joined: readonly Member[],
  gone: ReadonlySet<MemberId>,
): string | null => {
  for (const one of joined) {
    const ids = new Set(world.view(one).members.map(({ id }) => id))
    const unseen = joined.find((other) => !ids.has(idOf(other)))
    if (unseen !== undefined) return `I12: ${one.name} does not list ${unseen.name}`
    const left = world.members.find((other) => gone.has(idOf(other)) && ids.has(idOf(other)))
    if (left !== undefined) return `I12: ${one.name} lists ${left.name}, who is gone`
  }
  return null
}
