import { expect, test } from 'vitest'
import { decode, encode } from '../codec/index.ts'
import { type FileControl, type FileId, fileControl, fileOffer, maxFileBytes } from './control.ts'

const id = 'ab'.repeat(16) as FileId
const offer = {
  id,
  name: 'report.pdf',
  type: 'application/pdf',
  size: 1_000_000,
  hash: new Uint8Array(32).fill(1),
  key: new Uint8Array(32).fill(2),
  audience: 'group',
} as const
const controls: readonly FileControl[] = [
  { kind: 'offer', offer },
  { kind: 'accept', id, next: 0 },
  { kind: 'decline', id },
  { kind: 'cancel', id, reason: 'hash' },
  { kind: 'pause', id },
  { kind: 'resume', id, next: 7 },
  { kind: 'have', id, next: 2 ** 32 - 1 },
  { kind: 'query', id },
  { kind: 'done', id },
]

test.each(controls)('$kind is read as it was written, and in no other form', (control) => {
  const bytes = encode(fileControl, control)
  expect(decode(fileControl, bytes)).toEqual(control)
  for (let length = 0; length < bytes.length; length++)
    expect(() => decode(fileControl, bytes.slice(0, length))).toThrow()
  expect(() => decode(fileControl, new Uint8Array([...bytes, 0]))).toThrow()
})

test('the longest control has 419 bytes', () => {
  const name = 'x'.repeat(200)
  const type = `${'t'.repeat(63)}/${'s'.repeat(63)}`
  expect(encode(fileControl, { kind: 'offer', offer: { ...offer, name, type } })).toHaveLength(419)
})

/** What a hostile sender would write: the same bytes with another text of the same length. */
const withText = (from: string, to: string): Uint8Array => {
  const bytes = encode(fileOffer, offer)
  const at = Buffer.from(bytes).indexOf(from)
  bytes.set(new TextEncoder().encode(to), at)
  return bytes
}

test.each([
  ['a folder in the name', 'report.pdf', '../out.pdf'],
  ['a hidden name', 'report.pdf', '.eport.pdf'],
  ['a type that is none', 'application/pdf', 'application pdf'],
  ['a type in capitals', 'application/pdf', 'Application/pdf'],
])('%s is refused', (_, from, to) => {
  expect(() => decode(fileOffer, withText(from, to))).toThrow(/not a neutral/)
})

test('a size above the limit is refused on both sides', () => {
  expect(decode(fileOffer, encode(fileOffer, { ...offer, size: maxFileBytes })).size).toBe(maxFileBytes)
  expect(() => encode(fileOffer, { ...offer, size: maxFileBytes + 1 })).toThrow(RangeError)
})
