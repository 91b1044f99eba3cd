/**
 * Notices about strangers, counted: the first at once, what follows within a minute as one number.
 *
 *   quiet ──first──> said ──more──> counted ──60 s──> said with the count ──60 s without more──> quiet
 */
import { earliest, notice, type Transaction } from '../transaction.ts'
import { setAdmission } from './slice.ts'
import type { AdmissionState, BurstCode } from './state.ts'

const burstMs = 60_000

export const noteBurst = (tx: Transaction, code: BurstCode): void => {
  const { bursts } = tx.state.admission
  const burst = bursts.get(code)
  if (burst === undefined) notice(tx, code)
  const next = burst === undefined ? { saidAt: tx.now, count: 0 } : { ...burst, count: burst.count + 1 }
  setAdmission(tx, { bursts: new Map(bursts).set(code, next) })
}

export const tickBursts = (tx: Transaction): void => {
  const { bursts } = tx.state.admission
  const due = [...bursts].filter(([, { saidAt }]) => tx.now >= saidAt + burstMs)
  if (due.length === 0) return
  const next = new Map(bursts)
  for (const [code, { count }] of due) {
    if (count > 0) {
      notice(tx, code, { count })
      next.set(code, { saidAt: tx.now, count: 0 })
    } else next.delete(code)
  }
  setAdmission(tx, { bursts: next })
}

export const wakeAtBursts = ({ bursts }: AdmissionState): number | null =>
  earliest(...[...bursts.values()].map(({ saidAt }) => saidAt + burstMs))
