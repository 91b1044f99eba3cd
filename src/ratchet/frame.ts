/**
 * The wire form of a frame, and the only place that knows it: version, sealed header, salt, body.
 */

import { type Bytes, bytes, type Codec, DecodeError, encode, Reader, u8 } from '../codec/index.ts'
import { longHeader, shortHeader } from './header.ts'
import { saltBytes } from './message-chain.ts'
import { maxPadded, minPadded } from './padding.ts'
import { version } from './session.ts'

/** version 1 || header length 2 || sealed header || salt 16 || body */
export interface Frame {
  /** 45 or 2,353 bytes. */
  readonly header: Bytes
  /** 16 fresh bytes. */
  readonly salt: Bytes
  /** 16 bytes longer than the padded plaintext. */
  readonly body: Bytes
}

const header = bytes(longHeader)
const tagBytes = 16
const fixedBytes = 1 + 2 + saltBytes
/** 37,204 bytes. */
const maxFrame = fixedBytes + longHeader + maxPadded + tagBytes

const fields: Pick<Codec<Frame>, 'write'> = {
  write: (out, frame) => {
    u8.write(out, version)
    header.write(out, frame.header)
    out.raw(frame.salt)
    out.raw(frame.body)
  },
}

/**
 * @param frame - sealed header, salt and body
 * @returns the bytes to send
 */
export const encodeFrame = (frame: Frame): Bytes =>
  encode(fields, frame, fixedBytes + frame.header.length + frame.body.length)

/**
 * @param raw - as received
 * @returns the parts, copied out of `raw`
 * @throws DecodeError on anything that `encodeFrame` does not make
 */
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
