import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maxPadded, minPadded, pad, unpad } from './padding.ts'

const padding = fc.constantFrom('control', 'message')

test('what is padded comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), padding, (plaintext, kind) => {
      const padded = pad(plaintext, kind)
      expect(unpad(padded)).toEqual(new Uint8Array(plaintext))
      expect(padded.length).toBeGreaterThanOrEqual(minPadded)
      if (kind === 'control') expect(padded.length % 256).toBe(0)
    }),
  )
})

test('sizes: steps of 256 for controls, at most 12 % more for messages above 256 bytes', () => {
  const sizes = (kind: 'control' | 'message', lengths: number[]) =>
    lengths.map((length) => pad(new Uint8Array(length), kind).length)
  expect(sizes('control', [0, 252, 253, 508, 2045, 32768])).toEqual([256, 256, 512, 512, 2304, 33024])
  expect(sizes('message', [0, 252, 253, 1000, 1020, 1021, 5000, 32768])).toEqual([
    256, 256, 272, 1024, 1024, 1088, 5120, 34816,
  ])
  expect(maxPadded).toBe(34816)
  fc.assert(
    fc.property(fc.integer({ min: 252, max: 32768 }), (length) => {
      expect(pad(new Uint8Array(length), 'message').length).toBeLessThanOrEqual((length + 4) * 1.12)
    }),
  )
})

test('nothing but what pad makes is accepted', () => {
  const padded = pad(new Uint8Array(10).fill(1), 'message')
  expect(() => unpad(padded.slice(0, 3))).toThrow('bad padded length')
  expect(() => unpad(padded.slice(0, 255))).toThrow('wrong amount')
  expect(() => unpad(new Uint8Array(512))).toThrow('wrong amount')
  for (const at of [14, 100, 255]) {
    const changed = padded.slice()
    changed[at] = 1
    expect(() => unpad(changed)).toThrow('not zero')
  }
  const long = padded.slice()
  long[1] = 1
  expect(() => unpad(long)).toThrow('bad padded length')
})
