/**
 * The path of a frame to another member: over their direct link, through the relay, or into their mailbox at the relay.
 * The membership sends by it and the Protocol tab shows it, so that both always agree.
 */

import type { PeerEffect, PeerState } from '../../peer/index.ts'

export type FramePath = 'direct' | 'relay' | 'mail'

interface Surroundings {
  /** Whether members of this group have mailboxes. */
  readonly mailboxes: boolean
  /** Whether the page is unloading, which takes the direct links with it. */
  readonly closing: boolean
}

type SendEffect = Extract<PeerEffect, { kind: 'send' }>

/**
 * @param peer - the state after the step that sends
 * @returns the path by which the frame of `effect` leaves
 */
export const pathOf = (
  { direct, present, online }: Pick<PeerState, 'direct' | 'present' | 'online'>,
  { to, via }: SendEffect,
  { mailboxes, closing }: Surroundings,
): FramePath => {
  if (via === 'relay') return 'relay'
  if (direct.has(to) && !(closing && online)) return 'direct'
  return mailboxes && !present.has(to) ? 'mail' : 'relay'
}
