import { type Bytes, bytes, concat, DecodeError, encode, Reader, u8 } from '../codec/index.ts'
import { longHeader, shortHeader } from './header.ts'
import { type SealedBody, saltBytes } from './message-chain.ts'
import { maxPadded, minPadded } from './padding.ts'
import { version } from './session.ts'

/** What goes on the wire: version 1 || header length 2 || sealed header || salt 16 || body. */
export interface Frame extends SealedBody {
  /** 45 or 2,353 bytes. */
  readonly header: Bytes
}

const header = bytes(longHeader)
const tagBytes = 16
const fixedBytes = 1 + 2 + saltBytes
/** 37,204 bytes. */
const maxFrame = fixedBytes + longHeader + maxPadded + tagBytes

export const encodeFrame = (frame: Frame): Bytes =>
  concat(encode(u8, version), encode(header, frame.header), frame.salt, frame.body)

/** Throws DecodeError. */
export const decodeFrame = (raw: Uint8Array): Frame => {
  if (raw.length > maxFrame) throw new DecodeError('frame is too long', 'frame', maxFrame)
  const input = new Reader(raw)
  if (u8.read(input) !== version) input.fail('unknown version')
  const sealed = input.within('header', () => header.read(input))
  if (sealed.length !== shortHeader && sealed.length !== longHeader) input.fail('not a header length')
  const bodyBytes = raw.length - fixedBytes - sealed.length
  if (bodyBytes < minPadded + tagBytes) input.fail('input is too short')
  return { header: sealed, salt: input.raw(saltBytes), body: input.raw(bodyBytes) }
}
