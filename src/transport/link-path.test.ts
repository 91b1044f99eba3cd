import { expect, test } from 'vitest'
import { pathOf } from './link-path.ts'

const link = { member: 'b', attempts: 2 }
const reports = (local: string, remote: string, pair: object = { currentRoundTripTime: 0.012 }) => [
  { id: 'T', type: 'transport', selectedCandidatePairId: 'P2' },
  {
    id: 'P1',
    type: 'candidate-pair',
    localCandidateId: 'L',
    remoteCandidateId: 'R',
    currentRoundTripTime: 9,
  },
  { id: 'P2', type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R', ...pair },
  { id: 'L', type: 'local-candidate', candidateType: local, address: '192.0.2.1' },
  { id: 'R', type: 'remote-candidate', candidateType: remote, address: '192.0.2.2' },
  { id: 'X', type: 'remote-candidate', candidateType: 'relay' },
]

test('the path is that of the selected pair and holds no address', () => {
  const path = pathOf(reports('host', 'host'), link)
  expect(path).toEqual({ member: 'b', attempts: 2, turned: false, roundTripMs: 12 })
  expect(pathOf(reports('relay', 'srflx'), link)?.turned).toBe(true)
  expect(pathOf(reports('host', 'relay'), link)?.turned).toBe(true)
})

test('values that are not measured yet are null', () => {
  expect(pathOf(reports('host', 'host', {}), link)?.roundTripMs).toBeNull()
  expect(pathOf([], link)).toBeNull()
})
