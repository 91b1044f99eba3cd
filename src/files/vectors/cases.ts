/** The vector of a transfer: every input and all that follows from it. */

import { encode, fromHex, toHex, utf8 } from '../../codec/index.ts'
import { Secret, type WebCrypto } from '../../crypto/index.ts'
import { seededCrypto } from '../../crypto/testing/seeded.ts'
import { chunkBytes, chunkCount, encodeChunk, rangeOf, sealChunk, streamKey } from '../chunk.ts'
import { type FileControl, type FileId, type FileOffer, fileControl } from '../control.ts'
import { neutralName, neutralType } from '../name.ts'

/** A file of one whole chunk and a short one: byte i is i modulo 251. */
const sampleBytes = chunkBytes + 5
const names = [
  '../../etc/passwd',
  'con.txt',
  'bill\u202Efdp.exe',
  '.hidden',
  'a<b>c.txt',
  '',
  `${'é'.repeat(150)}.tar`,
]
const types = ['Text/HTML; charset=utf-8', 'image/svg+xml', 'nonsense']

export const makeVector = async (subtle: WebCrypto) => {
  const { crypto } = await seededCrypto('mlwe-pake file vector 2', subtle)
  const id = toHex(crypto.random(16)) as FileId
  const file = Uint8Array.from({ length: sampleBytes }, (_, i) => i % 251)
  const key = crypto.random(32)
  const offer: FileOffer = {
    id,
    name: 'sample.bin',
    type: 'application/octet-stream',
    size: file.length,
    hash: crypto.sha256(file),
    key,
    audience: 'group',
  }
  const controls: readonly FileControl[] = [
    { kind: 'offer', offer },
    { kind: 'accept', id, next: 0 },
    { kind: 'decline', id },
    ...(['user', 'unknown', 'unreadable', 'storage', 'hash'] as const).map(
      (reason) => ({ kind: 'cancel', id, reason }) as const,
    ),
    { kind: 'pause', id },
    { kind: 'resume', id, next: 1 },
    { kind: 'have', id, next: 2 },
    { kind: 'query', id },
    { kind: 'done', id },
  ]
  const salt = crypto.random(16)
  const stream = await streamKey(crypto, new Secret(key.slice()), id, salt)
  const chunks: object[] = []
  for (let index = 0; index < chunkCount(file.length); index++) {
    const { start, end } = rangeOf(index, file.length)
    const sealed = await sealChunk(crypto, stream, { id, index, size: file.length }, file.slice(start, end))
    const frame = encodeChunk({ id, salt, index, sealed })
    const tag = toHex(sealed.slice(-16))
    chunks.push({
      index,
      start,
      end,
      tag,
      frameBytes: frame.length,
      frameSha256: toHex(crypto.sha256(frame)),
    })
  }
  return {
    about:
      'A file whose byte i is i modulo 251, offered, and sealed in one stream. Binary values are hexadecimal.',
    id,
    size: file.length,
    sha256: toHex(offer.hash),
    key: toHex(key),
    salt: toHex(salt),
    streamKey: toHex(stream.expose()),
    chunks,
    controls: controls.map((control) => ({
      kind: control.kind,
      ...('reason' in control ? { reason: control.reason } : {}),
      bytes: toHex(encode(fileControl, control)),
    })),
    names: names.map((given) => ({ given: toHex(utf8(given)), neutral: toHex(utf8(neutralName(given))) })),
    types: types.map((given) => ({ given, neutral: neutralType(given) })),
    refused: refusedOffers(encode(fileControl, controls[0] ?? { kind: 'decline', id })).map(
      ({ why, bytes }) => ({
        why,
        bytes: toHex(bytes),
      }),
    ),
  }
}

/** Offers of the right length that no receiver takes. */
const refusedOffers = (offer: Uint8Array) => {
  const at = (place: number, ...values: readonly number[]): Uint8Array =>
    Uint8Array.from(offer, (byte, i) => values[i - place] ?? byte)
  const name = 1 + 16 + 2
  const size = name + 10 + 2 + 24
  return [
    { why: 'a folder in the name', bytes: at(name + 3, 0x2f) },
    { why: 'a name that begins with a dot', bytes: at(name, 0x2e) },
    { why: 'a type without a slash', bytes: at(name + 12 + 11, 0x78) },
    { why: 'a size above 2^36', bytes: at(size, 0x00, 0x10, 0, 0, 0, 1) },
    { why: 'an audience that is none', bytes: at(offer.length - 1, 2) },
    { why: 'trailing bytes', bytes: Uint8Array.of(...offer, 0) },
    { why: 'too short', bytes: offer.slice(0, -1) },
    { why: 'unknown kind', bytes: Uint8Array.of(10, ...fromHex('00'.repeat(16))) },
  ]
}
