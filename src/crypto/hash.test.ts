import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadHash, portableHash } from './hash.ts'

const fast = await loadHash()
const bytes = fc.uint8Array({ maxLength: 300 })

test('WebAssembly is in use here, and equals the portable engine', () => {
  expect(fast).not.toBe(portableHash)
  fc.assert(
    fc.property(bytes, bytes, fc.array(bytes, { maxLength: 4 }), (key, message, parts) => {
      expect(fast.hmac(key, message)).toEqual(portableHash.hmac(key, message))
      expect(fast.sha3(parts)).toEqual(portableHash.sha3(parts))
    }),
    { numRuns: 500 },
  )
})
