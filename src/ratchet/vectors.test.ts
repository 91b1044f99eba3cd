import { createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { playExchange } from './vectors/exchange.ts'
import pinned from './vectors/pair-exchange.json' with { type: 'json' }

const subtle = globalThis.crypto.subtle as never
const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const label = (text: string, ...rest: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from(text), ...rest])
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const derive = (salt: Buffer, ikm: Buffer, info: Buffer, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', ikm, salt, info, length))
const mac = (key: Buffer, message: Buffer): Buffer => createHmac('sha256', key).update(message).digest()
const openGcm = (key: Buffer, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(aad).setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
}

const { inputs, roots, steps } = pinned
const ids = [hex(inputs.initiator), hex(inputs.responder)] as const
const groupId = hex(inputs.groupId)
const seals = steps.filter((step) => step.kind === 'seal')

test('the pinned exchange is reproduced byte for byte', async () => {
  expect(await playExchange(subtle, pinned.seed)).toEqual(pinned)
})

test("the roots follow from the handshake's key and transcript, as SPEC.md says", () => {
  const info = label('mlwe-pake v2 pair', groupId, ...ids)
  const output = derive(hex(inputs.transcript), hex(inputs.key), info, 192).toString('hex')
  expect(roots.map(({ root, nextHeaderKey, auth }) => root + nextHeaderKey + auth).join('')).toBe(output)
})

// With Node's own primitives, and from the tables of SPEC.md alone.
test('every frame opens with the values beside it', () => {
  for (const { from, plaintext, bytes, values } of seals) {
    const frame = hex(bytes!)
    const headerEnd = 3 + frame.readUInt16BE(1)
    const [sealedHeader, salt] = [frame.subarray(3, headerEnd), frame.subarray(headerEnd, headerEnd + 16)]
    const peer = from === 0 ? 1 : 0
    const aad = Buffer.concat([Buffer.of(2), groupId, ids[from as 0 | 1], ids[peer]])
    expect(frame[0]).toBe(2)
    expect(aad.toString('hex')).toBe(values!.headerAad)
    const header = openGcm(
      hex(values!.headerKey!),
      sealedHeader.subarray(0, 12),
      aad,
      sealedHeader.subarray(12),
    )
    expect(header.toString('hex')).toBe(values!.header)
    const messageKey = mac(hex(values!.chainKey!), Buffer.of(1))
    // Expand alone, one block: HMAC(key, info || 01).
    const bodyKey = mac(messageKey, label('mlwe-pake v2 pair message', salt, Buffer.of(1)))
    expect([messageKey, bodyKey].map((key) => key.toString('hex'))).toEqual([
      values!.messageKey,
      values!.bodyKey,
    ])
    const bodyAad = Buffer.concat([aad, sealedHeader])
    const padded = openGcm(bodyKey, salt.subarray(0, 12), bodyAad, frame.subarray(headerEnd + 16))
    const length = padded.readUInt32BE(0)
    expect(padded.subarray(4, 4 + length).toString('hex')).toBe(plaintext)
    expect(padded.subarray(4 + length).every((byte) => byte === 0)).toBe(true)
  }
})

test('every turn follows from the root before, both secrets and all public values', () => {
  const rootOf = roots.map(({ root }) => hex(root))
  const responderKeys = inputs.responderKeys.dhPublic + inputs.responderKeys.kemPublic
  // Public keys by side and turn: 32 + 1184 bytes.
  const keys = [new Map<number, Buffer>(), new Map([[0, hex(responderKeys)]])] as const
  let turns = 0
  for (const { from, values } of seals) {
    if (values!.turnOutput === undefined) continue
    const side = from as 0 | 1
    const peer = side === 0 ? 1 : 0
    const header = hex(values!.header!)
    const [own, ciphertext] = [header.subarray(17, 17 + 1216), header.subarray(1233, 1233 + 1088)]
    const index = header.readUInt32BE(2321)
    const turn = header.readUInt32BE(0)
    const hash = createHash('sha3-256')
    for (const part of [groupId, ids[side], ids[peer], u32(turn), own, ciphertext, u32(index)])
      hash.update(part)
    const digest = hash.update(keys[peer].get(index)!).digest()
    expect(digest.toString('hex')).toBe(values!.hashOfPublicValues)
    const ikm = hex(values!.dh! + values!.kem!)
    const output = derive(rootOf[side]!, ikm, label('mlwe-pake v2 pair turn', digest), 128)
    expect(output.toString('hex')).toBe(values!.turnOutput)
    expect(output.subarray(32, 64).toString('hex')).toBe(values!.chainKey)
    rootOf[side] = output.subarray(0, 32)
    keys[side].set(turn, own)
    turns++
  }
  expect(turns).toBe(4)
})
