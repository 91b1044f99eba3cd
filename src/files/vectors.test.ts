import { createCipheriv, createHash, hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DecodeError, decode, fromHex, toHex } from '../codec/index.ts'
import { fileControl } from './control.ts'
import { makeVector } from './vectors/cases.ts'

const vector = JSON.parse(readFileSync(new URL('vectors/file.json', import.meta.url), 'utf8'))

test('the vector is what this code makes', async () => {
  expect(await makeVector(globalThis.crypto.subtle as never)).toEqual(vector)
})

test('its chunks follow from SPEC.md by Node alone', () => {
  const ascii = (text: string) => Buffer.from(text, 'ascii')
  const [id, key, salt] = [vector.id, vector.key, vector.salt].map((hex: string) =>
    Buffer.from(hex, 'hex'),
  ) as [Buffer, Buffer, Buffer]
  const info = Buffer.concat([ascii('mlwe-pake v2 file stream'), id])
  const stream = Buffer.from(hkdfSync('sha256', key, salt, info, 32))
  expect(stream.toString('hex')).toBe(vector.streamKey)
  const file = Buffer.from(Array.from({ length: vector.size }, (_, i) => i % 251))
  expect(createHash('sha256').update(file).digest('hex')).toBe(vector.sha256)
  for (const { index, start, end, tag, frameBytes, frameSha256 } of vector.chunks) {
    const place = Buffer.from([0, 0, 0, index, index === vector.chunks.length - 1 ? 1 : 0])
    const cipher = createCipheriv('aes-256-gcm', stream, Buffer.concat([Buffer.alloc(7), place]))
    cipher.setAAD(Buffer.concat([ascii('mlwe-pake v2 file chunk'), id, place]))
    const body = Buffer.concat([cipher.update(file.subarray(start, end)), cipher.final()])
    expect(cipher.getAuthTag().toString('hex')).toBe(tag)
    const frame = Buffer.concat([Buffer.of(2), id, salt, place.subarray(0, 4), body, cipher.getAuthTag()])
    expect(frame).toHaveLength(frameBytes)
    expect(createHash('sha256').update(frame).digest('hex')).toBe(frameSha256)
  }
})

test('every control decodes to its kind, and what is refused is refused', () => {
  for (const { kind, bytes } of vector.controls) expect(decode(fileControl, fromHex(bytes)).kind).toBe(kind)
  for (const { why, bytes } of vector.refused)
    expect(() => decode(fileControl, fromHex(bytes)), why).toThrow(DecodeError)
  expect(toHex(fromHex(vector.id))).toBe(vector.id)
})
