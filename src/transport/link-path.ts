/** How a direct link runs, from WebRTC statistics. No network address leaves this module. */

import type SimplePeer from 'simple-peer'

/** How a direct link runs now. */
export interface LinkPath {
  readonly member: string
  /** From the last ICE connectivity check, in milliseconds; `null` before the first. */
  readonly roundTripMs: number | null
  /** Whether either side uses a TURN server. */
  readonly turned: boolean
  /** Connection attempts, including this one. */
  readonly attempts: number
}

export interface Report {
  readonly id: string
  readonly type: string
  readonly selectedCandidatePairId?: unknown
  readonly localCandidateId?: unknown
  readonly remoteCandidateId?: unknown
  readonly candidateType?: unknown
  readonly currentRoundTripTime?: unknown
}

/** The selected candidate pair, named by the transport report. */
const pairIn = (reports: readonly Report[]): Report | undefined => {
  const selected = reports.find(({ type }) => type === 'transport')?.selectedCandidatePairId
  return reports.find(({ id }) => id === selected)
}

/**
 * Reads the statistics of one connection.
 *
 * @returns `null` if no candidate pair is selected
 */
export const pathOf = (
  reports: readonly Report[],
  { member, attempts }: Pick<LinkPath, 'member' | 'attempts'>,
): LinkPath | null => {
  const pair = pairIn(reports)
  if (pair === undefined) return null
  const ends = [pair.localCandidateId, pair.remoteCandidateId]
  const turned = reports.some((report) => ends.includes(report.id) && report.candidateType === 'relay')
  const seconds = pair.currentRoundTripTime
  return { member, attempts, turned, roundTripMs: typeof seconds === 'number' ? 1000 * seconds : null }
}

/** Missing from the types of simple-peer. */
interface WithStatistics {
  getStats(done: (error: Error | null, reports: readonly Report[]) => void): void
}

/** The statistics of a connection; empty if it closes meanwhile. */
export const statisticsOf = (peer: SimplePeer.Instance): Promise<readonly Report[]> =>
  new Promise((resolve) => {
    ;(peer as unknown as WithStatistics).getStats((error, reports) => resolve(error === null ? reports : []))
  })
