/**
 * Sender authentication that heals: every turn derives a key for tags on what its sender says outside of the session,
 * such as group messages. A tag does not name its turn, so both sides must agree on few candidates:
 *
 *   sender     makes turn t ───► its acknowledgement opens ───► tags use the key of t
 *              (until then tags use the key of t - 1)
 *   receiver   opens turn t ───► tries t, then t - 1 ───► a tag under t verifies ─── 30 s ───► t only
 */

import type { Secret } from '../crypto/index.ts'

/** The key of one turn of the peer. */
export interface ReceivingAuth {
  /** 0: of the session key. */
  readonly turn: number
  /** 32 bytes. */
  readonly auth: Secret
}

export interface ReceivingAuths {
  /** The newest first: that of the peer's latest turn and, for a while, that of the turn before. */
  readonly held: readonly ReceivingAuth[]
  /** When a tag under the newer of two first verified, in milliseconds. */
  readonly confirmedAt: number | null
}

/** Milliseconds in which tags that are still under way with the older key are accepted. */
const olderLifetime = 30_000

/** @returns the keys after the peer's next turn: the oldest of three goes */
export const addAuth = ({ held }: ReceivingAuths, added: ReceivingAuth): ReceivingAuths => ({
  held: [added, ...held.slice(0, 1)], // FS
  confirmedAt: null,
})

/** @returns when the older key goes, in milliseconds, or `null` where nothing is to go */
export const authsExpireAt = ({ confirmedAt }: ReceivingAuths): number | null =>
  confirmedAt === null ? null : confirmedAt + olderLifetime

/** @returns the keys at `now`, the same object where none goes */
export const expireAuths = (auths: ReceivingAuths, now: number): ReceivingAuths => {
  const at = authsExpireAt(auths)
  return at === null || now < at ? auths : { held: auths.held.slice(0, 1), confirmedAt: null } // FS
}

/** @returns the keys after a tag under that of `turn` verified, the same object where nothing changes */
export const confirmNewest = (auths: ReceivingAuths, turn: number, now: number): ReceivingAuths => {
  const [newest, older] = auths.held
  const isFirst = older !== undefined && newest?.turn === turn && auths.confirmedAt === null
  return isFirst ? { ...auths, confirmedAt: now } : auths
}
