/** All targets by name, each loaded when it is asked for. */

import type { Target } from '../target.ts'

type Load = () => Promise<{ readonly createTarget: () => Promise<Target> }>

export const targets: Readonly<Record<string, Load>> = {
  handshake: () => import('./handshake.ts'),
  pake: () => import('./pake.ts'),
  prekeys: () => import('./prekeys.ts'),
  ratchet: () => import('./ratchet.ts'),
  stored: () => import('./stored.ts'),
  peer: () => import('./peer.ts'),
  'relay-frames': () => import('./relay-frames.ts'),
  'relay-core': () => import('./relay-core.ts'),

  group: () => import('./group.ts'),
  files: () => import('./files.ts'),
  invitation: () => import('./invitation.ts'),
  roster: () => import('./roster.ts'),
}
