import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadHash, portableHash } from './hash.ts'
import { hashHkdf, webHkdf } from './kdf.ts'

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

test('HKDF of Web Crypto, which the app runs, and its synchronous twin give the same', async () => {
  const [web, twin] = [webHkdf(globalThis.crypto.subtle as never), hashHkdf(fast)]
  await fc.assert(
    fc.asyncProperty(
      bytes,
      bytes,
      bytes,
      fc.integer({ min: 1, max: 300 }),
      async (salt, ikm, info, length) => {
        const input = { salt, ikm, info }
        expect(await web(input, length)).toEqual(await twin(input, length))
      },
    ),
    { numRuns: 200 },
  )
})
