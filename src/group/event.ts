/**
 * What can happen to a group.
 */
import type { Identified, MemberId } from '../identity/index.ts'
import type { GroupControl } from './control.ts'
import type { Standing } from './state.ts'

export type GroupEvent =
  /** Nobody else is here, or nobody lets this member in: it founds the group. */
  | { readonly kind: 'found' }
  /** I let this entry in: its keys were proved. It gets my roster, the others its entry. */
  | { readonly kind: 'admitted'; readonly member: Identified }
  /** A doorkeeper let me in, and this is the roster that its first frame brought. */
  | {
      readonly kind: 'welcomed'
      readonly doorkeeper: Identified
      readonly message: Extract<GroupControl, { kind: 'roster' }>
    }
  /** Another part of this group proved the password to me or I to it: both sides send their rosters. */
  | { readonly kind: 'merged'; readonly partner: Identified }
  /** A group control that `from` sealed in its pair session. */
  | { readonly kind: 'control'; readonly from: MemberId; readonly message: GroupControl }
  /** The group's part of a heartbeat of `from`. */
  | { readonly kind: 'standing'; readonly from: MemberId; readonly standing: Standing }
  /** This member removes `member`, and with it everybody whom that member let in. */
  | { readonly kind: 'evict'; readonly member: MemberId; readonly withInvited: boolean }
  | { readonly kind: 'leave' }
  | { readonly kind: 'reach-changed' }
  | { readonly kind: 'tick' }
