import type { View } from './view.ts'

/** What the page knows of a 1-to-1 login: plain data, no key and no password. */
export interface LoginMessageView {
  /** 1 to 5. */
  readonly flow: number
  readonly from: 'client' | 'server'
  readonly mine: boolean
  readonly bytes: number
  /** All bytes of the message in order, taken apart by the protocol's own codecs. All of them are public. */
  readonly fields: readonly { readonly name: FieldName; readonly hex: string }[]
  /** Milliseconds since 1970. */
  readonly at: number
  /** Milliseconds that this side computed for it, `null` where it only received it. */
  readonly ms: number | null
}

export type FieldName =
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

export interface LoginRunView {
  readonly id: string
  readonly peerId: string
  readonly turn: 'mine' | 'theirs' | 'nobody'
  /** Number of the message that the next step makes; 6 checks the last one. */
  readonly nextFlow: number
  readonly outcome: 'running' | 'done' | 'refused' | 'given-up' | 'busy'
  readonly messages: readonly LoginMessageView[]
  /** A hash of the key under its own label: eight groups of four hexadecimal digits. */
  readonly fingerprint: string | null
  readonly transcript: string | null
}

/** Ids of the suites to choose from. */
export const loginSuites = [1, 2] as const

export interface OneToOneView {
  readonly place: string | null
  readonly role: 'server' | 'client' | null
  readonly suite: number | null
  readonly selfId: string | null
  readonly connection: View['connection']
  /** The password is being stretched. */
  readonly hardening: boolean
  /** Milliseconds that took. */
  readonly hardenedMs: number | null
  /** A password is ready to be proved, or answered to. */
  readonly armed: boolean
  readonly pace: 'step' | 'run'
  /** The client's: whether anybody listens, and for the same suite. */
  readonly server: 'none' | 'here' | 'other-suite'
  readonly run: LoginRunView | null
  /** Failed runs of the last ten minutes. */
  readonly failures: number
  /** No run before then; milliseconds since 1970. */
  readonly retryAt: number | null
  readonly error: View['error']
}

export type OneToOneCommand =
  | {
      /** `listen` keeps the verifier and waits; `log-in` proves the password to whoever listens. */
      readonly kind: 'listen' | 'log-in'
      readonly place: string
      readonly password: string
      readonly suite: number
      readonly relayUrl: string
    }
  | { readonly kind: 'advance' }
  | { readonly kind: 'pace'; readonly pace: OneToOneView['pace'] }
  | { readonly kind: 'give-up' }
  | { readonly kind: 'leave' }

export const emptyOneToOne: OneToOneView = {
  place: null,
  role: null,
  suite: null,
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
}
