/** What the page knows of a 1-to-1 login, and the commands that it sends. */

import type { LoginView } from '../../login/index.ts'
import type { View } from './view.ts'

/** Plain data, without key or password. */
export interface OneToOneView extends Omit<LoginView, 'role'> {
  readonly place: string | null
  readonly role: LoginView['role'] | null
  readonly selfId: string | null
  readonly connection: View['connection']
  /** The password is being stretched. */
  readonly hardening: boolean
  /** Milliseconds that it took. */
  readonly hardenedMs: number | null
  readonly error: View['error']
  /** Up to this many `failures` cause no wait. */
  readonly freeFailures: number
}

export type OneToOneCommand =
  | {
      /** `listen` keeps the verifier and waits; `log-in` proves the password to a listening server. */
      readonly kind: 'listen' | 'log-in'
      readonly place: string
      readonly password: string
      readonly relayUrl: string
    }
  | { readonly kind: 'advance' }
  | { readonly kind: 'pace'; readonly pace: OneToOneView['pace'] }
  | { readonly kind: 'give-up' }
  | { readonly kind: 'leave' }

export const emptyOneToOne: OneToOneView = {
  place: null,
  role: null,
  selfId: null,
  connection: 'offline',
  hardening: false,
  hardenedMs: null,
  armed: false,
  pace: 'step',
  server: 'none',
  run: null,
  failures: 0,
  retryAt: null,
  error: null,
  freeFailures: 0,
}
