import type SimplePeer from 'simple-peer'

/** How a direct link runs now. No address is taken from what WebRTC tells. */
export interface LinkPath {
  readonly member: string
  /** By the last connectivity check of ICE, in milliseconds; `null` before the first. */
  readonly roundTripMs: number | null
  /** Through a TURN server, on either side. */
  readonly turned: boolean
  /** Connections that were tried, this one included. */
  readonly attempts: number
}

interface Report {
  readonly id: string
  readonly type: string
  readonly selectedCandidatePairId?: unknown
  readonly localCandidateId?: unknown
  readonly remoteCandidateId?: unknown
  readonly candidateType?: unknown
  readonly currentRoundTripTime?: unknown
}

/** The pair of candidates in use: WebRTC statistics name it in the transport's report. */
const pairIn = (reports: readonly Report[]): Report | undefined => {
  const selected = reports.find(({ type }) => type === 'transport')?.selectedCandidatePairId
  return reports.find(({ id }) => id === selected)
}

/** From the statistics of one connection; `null` where no pair of candidates is in use. */
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

/** simple-peer has it, its types do not. */
interface WithStatistics {
  getStats(done: (error: Error | null, reports: readonly Report[]) => void): void
}

/** Nothing where the connection ends meanwhile. */
export const statisticsOf = (peer: SimplePeer.Instance): Promise<readonly Report[]> =>
  new Promise((resolve) => {
    ;(peer as unknown as WithStatistics).getStats((error, reports) => resolve(error === null ? reports : []))
  })
