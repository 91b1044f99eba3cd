import { beforeAll, expect, test } from 'vitest'
import type { Bytes } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import {
  chunkBytes,
  chunkCount,
  decodeChunk,
  encodeChunk,
  maxChunkFrameBytes,
  openChunk,
  rangeOf,
  sealChunk,
  streamKey,
} from './chunk.ts'
import type { FileId } from './control.ts'

const id = 'ab'.repeat(16) as FileId
const size = 2 * chunkBytes + 100
let crypto: Crypto
let key: Secret
let salt: Bytes
let stream: Secret
let file: Bytes
beforeAll(async () => {
  crypto = (await seededCrypto('chunks', globalThis.crypto.subtle as never)).crypto
  key = new Secret(crypto.random(32))
  salt = crypto.random(16)
  stream = await streamKey(crypto, key, id, salt)
  file = crypto.random(size)
})

const plain = (index: number): Bytes => {
  const { start, end } = rangeOf(index, size)
  return file.slice(start, end)
}
const sealed = (index: number) => sealChunk(crypto, stream, { id, index, size }, plain(index))

test('every chunk opens at its place, and nowhere else', async () => {
  expect(chunkCount(size)).toBe(3)
  for (let index = 0; index < 3; index++) {
    const bytes = await sealed(index)
    for (let place = 0; place < 4; place++) {
      const opened = await openChunk(crypto, stream, { id, index: place, size }, bytes)
      expect(opened).toEqual(place === index ? plain(index) : null)
    }
  }
})

test('swapped chunks of one length do not open', async () => {
  const [first, second] = [await sealed(0), await sealed(1)]
  expect(await openChunk(crypto, stream, { id, index: 0, size }, second)).toBeNull()
  expect(await openChunk(crypto, stream, { id, index: 1, size }, first)).toBeNull()
})

test('a file that was cut after a whole chunk does not open, nor one that was made longer', async () => {
  const place = (chunks: number) => ({ id, index: 1, size: chunks * chunkBytes })
  const last = await sealChunk(crypto, stream, place(2), plain(1))
  const middle = await sealChunk(crypto, stream, place(3), plain(1))
  expect(await openChunk(crypto, stream, place(2), last)).toEqual(plain(1))
  expect(await openChunk(crypto, stream, place(3), middle)).toEqual(plain(1))
  expect(await openChunk(crypto, stream, place(3), last)).toBeNull()
  expect(await openChunk(crypto, stream, place(2), middle)).toBeNull()
})

test('another file, stream or key, and any changed byte, do not open', async () => {
  const bytes = await sealed(2)
  const place = { id, index: 2, size }
  const otherId = 'cd'.repeat(16) as FileId
  const otherSalt = await streamKey(crypto, key, id, crypto.random(16))
  expect(await openChunk(crypto, stream, { ...place, id: otherId }, bytes)).toBeNull()
  expect(await openChunk(crypto, otherSalt, place, bytes)).toBeNull()
  expect(await openChunk(crypto, await streamKey(crypto, key, otherId, salt), place, bytes)).toBeNull()
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice()
    changed[at]! ^= 1
    expect(await openChunk(crypto, stream, place, changed)).toBeNull()
  }
})

test('an empty file has one chunk, which is empty and the last', async () => {
  const place = { id, index: 0, size: 0 }
  expect(chunkCount(0)).toBe(1)
  const bytes = await sealChunk(crypto, stream, place, new Uint8Array(0))
  expect(bytes).toHaveLength(16)
  expect(await openChunk(crypto, stream, place, bytes)).toEqual(new Uint8Array(0))
  expect(await openChunk(crypto, stream, { ...place, size: 1 }, bytes)).toBeNull()
})

test('sealing refuses other lengths: the file changed on the disk', async () => {
  await expect(sealChunk(crypto, stream, { id, index: 0, size }, plain(2))).rejects.toThrow(RangeError)
})

test('frames are read as they were written, fit the relay, and in no other form', async () => {
  const frame = { id, salt, index: 1, sealed: await sealed(1) }
  const bytes = encodeChunk(frame)
  expect(decodeChunk(bytes)).toEqual(frame)
  expect(bytes).toHaveLength(maxChunkFrameBytes)
  expect(maxChunkFrameBytes).toBeLessThanOrEqual(60 * 1024)
  expect(decodeChunk(bytes.slice(0, 52))).toBeNull()
  expect(decodeChunk(new Uint8Array([...bytes, 0]))).toBeNull()
  expect(decodeChunk(Uint8Array.from(bytes, (byte, i) => (i === 0 ? byte + 1 : byte)))).toBeNull()
})
