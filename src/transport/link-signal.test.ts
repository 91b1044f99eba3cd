import { expect, test } from 'vitest'
import { bundle, decodeSignal, encodeSignal, type LinkSignal, maxSignalBytes } from './link-signal.ts'

const attempt = { life: 2 ** 48 - 1, number: 3 }
const candidate = (length: number) => ({ candidate: 'c'.repeat(length), mid: '0', line: 0 })
const signals: readonly LinkSignal[] = [
  { kind: 'offer', attempt, round: 0, sdp: 'v=0', candidates: [candidate(80)] },
  { kind: 'answer', attempt, round: 255, sdp: 'v=0', candidates: [] },
  { kind: 'candidates', attempt, candidates: [{ candidate: 'c', mid: null, line: null }] },
  { kind: 'request', attempt },
]

test.each(signals)('$kind is read as it was written', (signal) => {
  expect(decodeSignal(encodeSignal(signal) ?? expect.unreachable())).toEqual(signal)
})

test('no truncated, longer or unknown form is read', () => {
  for (const signal of signals) {
    const bytes = encodeSignal(signal) ?? expect.unreachable()
    for (let length = 0; length < bytes.length; length++)
      expect(decodeSignal(bytes.slice(0, length))).toBeNull()
    expect(decodeSignal(new Uint8Array([...bytes, 0]))).toBeNull()
  }
  expect(decodeSignal(new Uint8Array([9]))).toBeNull()
  expect(decodeSignal(new Uint8Array(maxSignalBytes + 1))).toBeNull()
})

test('a description that does not fit is not encoded', () => {
  const long: LinkSignal = { kind: 'offer', attempt, round: 0, sdp: 'x'.repeat(7_000), candidates: [] }
  expect(encodeSignal(long)).toBeNull()
})

test('bundles hold every candidate that can be sent, and fit', () => {
  const found = [candidate(600), ...Array.from({ length: 60 }, () => candidate(500))]
  const bundles = bundle(found, 6_000)
  expect(bundles.flat()).toHaveLength(60)
  const [first = [], ...rest] = bundles
  const offer: LinkSignal = { kind: 'offer', attempt, round: 0, sdp: 'x'.repeat(6_000), candidates: first }
  expect(encodeSignal(offer)).not.toBeNull()
  for (const candidates of rest)
    expect(encodeSignal({ kind: 'candidates', attempt, candidates })).not.toBeNull()
})
