/**
 * `room-session.json` derived a second time, by Node's own primitives and from the texts: names, keys, frames, controls,
 * epochs, messages and numbers. `interop/check_vectors.py` follows the sessions too, by a ratchet of its own.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import pinned from './vectors/room-session.json' with { type: 'json' }
import { makeRoomSession } from './vectors/session.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const number = (value: number, size: number): Buffer => hex(value.toString(16).padStart(2 * size, '0'))
const label = (name: string): Buffer => Buffer.from(`mlwe-pake v2 ${name}`)
const sha3 = (...parts: readonly Buffer[]): Buffer => {
  const hash = createHash('sha3-256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const hmac = (key: Buffer, ...parts: readonly Buffer[]): Buffer =>
  createHmac('sha256', key).update(Buffer.concat(parts)).digest()
/** RFC 5869 §2.3 for up to 32 bytes. */
const expand = (key: Buffer, ...info: readonly Buffer[]): Buffer => hmac(key, ...info, Buffer.of(1))
const openGcm = (key: Buffer, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(aad).setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
}
const sealGcm = (key: Buffer, nonce: Buffer, aad: Buffer, text: Buffer): Buffer => {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad)
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
}
/** What stands behind its length in 4 bytes; the rest is zeros. */
const unpad = (padded: Buffer): Buffer => {
  const end = 4 + padded.readUInt32BE(0)
  expect(padded.subarray(end).every((byte) => byte === 0)).toBe(true)
  return padded.subarray(4, end)
}

const { given, members, frames, standings, sessions } = pinned
const groupId = hex(given.groupId)
const idOf = (name: string): Buffer => hex(members.find((member) => member.name === name)!.id)
const entryHashes = (names: readonly string[]): Buffer[] =>
  members
    .filter(({ name }) => names.includes(name))
    .map(({ entryHash }) => hex(entryHash))
    .sort(Buffer.compare)

interface PairFrame {
  readonly from: string
  readonly to: string
  readonly at: number
  readonly control: Buffer
}
const pairs: readonly PairFrame[] = frames.flatMap(({ kind, from, to, at, madeOf }) =>
  kind === 'pair' ? [{ from, to, at, control: unpad(hex(madeOf!.padded!)) }] : [],
)

test('the session is reproduced byte for byte', async () => {
  expect(await makeRoomSession(globalThis.crypto.subtle as never)).toEqual(pinned)
})

test('the room, addresses, entries and the first frames at the relay', () => {
  expect(sha3(label('room'), groupId).toString('hex')).toBe(given.room)
  for (const { name, relaySecret, address, hello, join, lease, entry, entryHash, id, draws } of members) {
    const ownAddress = createHash('sha256')
      .update('mlwe-pake relay address v1')
      .update(hex(relaySecret))
      .digest('hex')
    expect(ownAddress).toBe(address)
    expect(draws[0]).toBe(relaySecret)
    expect(hello).toBe(`0201${relaySecret}`)
    expect(join).toBe(`0202${given.room}00`)
    const start = Buffer.concat([number(name.length, 2), Buffer.from(name), number(lease, 6), hex(address)])
    expect(entry.startsWith(start.toString('hex'))).toBe(true)
    expect(entry.endsWith(draws.at(-1)!)).toBe(true)
    expect(sha3(label('member'), groupId, hex(entry)).toString('hex')).toBe(entryHash)
    expect(id).toBe(entryHash.slice(0, 32))
  }
  const [first] = frames
  const [alice, bob] = members.map(({ address }) => address)
  const payload = `${number(first!.bytes.length / 2, 2).toString('hex')}${first!.bytes}`
  expect(pinned.firstFrameAtRelay).toEqual({ send: `0204${alice}${payload}`, frame: `0284${bob}${payload}` })
})

test('A1 and A2: each entry under the keys of its run', () => {
  const suite = sha3(label('suite'))
  let runKey: Buffer = Buffer.alloc(0)
  const seen: string[] = []
  const zeros = Buffer.alloc(12)
  for (const { kind, from, bytes, madeOf } of frames) {
    const entry = (): string => {
      const member = members.find(({ name }) => name === from)!
      expect(unpad(hex(madeOf!.entry!)).toString('hex')).toBe(member.entry)
      seen.push(from)
      return sealGcm(hex(key!), zeros, label('admission'), hex(madeOf!.entry!)).toString('hex')
    }
    const key = madeOf?.a1 ?? madeOf?.a2
    if (madeOf?.a1 !== undefined) {
      runKey = hex(madeOf.runKey!)
      expect(expand(runKey, suite, Buffer.from('A1')).toString('hex')).toBe(madeOf.a1)
      expect(bytes.endsWith(entry())).toBe(true)
    } else if (kind === 'admit') {
      expect(expand(runKey, suite, Buffer.from('A2')).toString('hex')).toBe(madeOf!.a2)
      expect(bytes.slice(34, 34 + 2 * 1_356)).toBe(entry())
    }
  }
  expect(seen).toEqual(['Bob', 'Alice', 'Carol', 'Alice'])
})

test('every frame of a pair session opens with the values beside it', () => {
  for (const { kind, from, to, bytes, madeOf } of frames) {
    if (kind !== 'pair') continue
    const frame = hex(bytes).subarray(3)
    const headerEnd = 3 + frame.readUInt16BE(1)
    const [header, salt, body] = [
      frame.subarray(3, headerEnd),
      frame.subarray(headerEnd, headerEnd + 16),
      frame.subarray(headerEnd + 16),
    ]
    const aad = Buffer.concat([Buffer.of(2), groupId, idOf(from), idOf(to)])
    const plain = openGcm(hex(madeOf!.headerKey!), header.subarray(0, 12), aad, header.subarray(12))
    expect(plain.toString('hex')).toBe(madeOf!.header)
    const messageKey = hmac(hex(madeOf!.chainKey!), Buffer.of(1))
    expect(messageKey.toString('hex')).toBe(madeOf!.messageKey)
    const bodyKey = expand(messageKey, label('pair message'), salt)
    const padded = openGcm(bodyKey, salt.subarray(0, 12), Buffer.concat([aad, header]), body)
    expect(padded.toString('hex')).toBe(madeOf!.padded)
  }
  // The first header in each direction is sealed under the key that the handshake gives.
  for (const { transcript, key, ids } of sessions) {
    const roots = Buffer.from(
      hkdfSync('sha256', hex(key), hex(transcript), Buffer.concat([label('pair'), groupId, hex(ids)]), 192),
    )
    const [initiator, responder] = [hex(ids).subarray(0, 16), hex(ids).subarray(16)]
    for (const [self, other, at] of [
      [initiator, responder, 0],
      [responder, initiator, 96],
    ] as const) {
      const first = frames.find(
        ({ kind, from, to }) => kind === 'pair' && idOf(from).equals(self) && idOf(to).equals(other),
      )
      expect(first?.madeOf?.headerKey).toBe(roots.subarray(at + 32, at + 64).toString('hex'))
    }
  }
})

interface Epoch {
  readonly id: Buffer
  readonly members: readonly Buffer[]
  readonly key: (name: string, ...context: readonly Buffer[]) => Buffer
}

/** Of a control `epoch`: 01 09, header, J. */
const epochOf = (control: Buffer): Epoch => {
  const [header, joint] = [control.subarray(2, -32), control.subarray(-32)]
  const secret = expand(joint, label('epoch/secret'), sha3(label('epoch header'), header.subarray(0, -32)))
  const key = (name: string, ...context: readonly Buffer[]): Buffer =>
    expand(secret, label(`epoch/${name}`), ...context)
  expect(key('commit').equals(header.subarray(-32))).toBe(true)
  const list = header.subarray(39, -32)
  const ids = Array.from({ length: list.readUInt16BE(0) }, (_, i) => list.subarray(2 + 16 * i, 18 + 16 * i))
  return { id: sha3(label('epoch'), header), members: ids, key }
}
const startsWith = (control: Buffer, ...bytes: readonly number[]): boolean =>
  Buffer.from(bytes).equals(control.subarray(0, bytes.length))
const epochs = pairs.filter(({ control }) => startsWith(control, 1, 9)).map(({ control }) => epochOf(control))

test('epochs, their acknowledgements and fingerprints', () => {
  const shown = standings.slice(1, 4)
  for (const { epochId, fingerprint, members: listed } of shown) {
    const epoch = epochs.find(({ id }) => id.toString('hex') === epochId)!
    expect(epoch.key('safety').subarray(0, 16).toString('hex')).toBe(fingerprint.replaceAll(' ', ''))
    expect(epoch.members.map((id) => id.toString('hex'))).toEqual(listed.map(({ id }) => id).sort())
  }
  const acks = pairs.filter(({ control }) => startsWith(control, 1, 10))
  expect(acks.length).toBe(4)
  for (const { from, control } of acks) {
    const [id, mac, contribution] = [control.subarray(2, 34), control.subarray(34, 66), control.subarray(66)]
    const epoch = epochs.find((one) => one.id.equals(id))!
    expect(hmac(epoch.key('confirm'), label('epoch ack'), id, idOf(from), contribution).equals(mac)).toBe(
      true,
    )
  }
})

test('rosters, the password records and what names them', () => {
  const rosterHash = (hashes: readonly Buffer[]): Buffer =>
    sha3(label('roster'), groupId, number(hashes.length, 2), ...hashes)
  for (const { members: listed, rosterHash: shown } of standings)
    expect(rosterHash(entryHashes(listed.map(({ name }) => name))).toString('hex')).toBe(shown)
  const records = pairs
    .filter(({ control }) => startsWith(control, 9))
    .map(({ control }) => control.subarray(1))
  const held = pairs
    .filter(({ control }) => startsWith(control, 10))
    .map(({ control }) => control.subarray(1))
  const hashes = records.map((record) => sha3(label('password record'), groupId, record).toString('hex'))
  for (const hash of held) expect(hashes).toContain(hash.toString('hex'))
  const [first, last] = [records[0]!, records.at(-1)!]
  const verifiers = given.passwords.map(({ verifier, publicKey }) => verifier + publicKey)
  expect(first.toString('hex')).toContain(verifiers[0])
  expect(last.toString('hex')).toContain(verifiers[1])
  // The new one names whom it keeps out.
  expect(last.subarray(22, 40)).toEqual(Buffer.concat([number(1, 2), idOf('Carol')]))
})

test('what is said to the group', () => {
  const said: string[] = []
  for (const { kind, from, bytes, madeOf } of frames) {
    if (kind !== 'group') continue
    const sealed = hex(bytes).subarray(3, -16)
    const epoch = epochs.find(({ id }) => id.subarray(0, 8).equals(sealed.subarray(1, 9)))!
    const context = Buffer.concat([label('group message'), Buffer.of(2), groupId, epoch.id])
    const position = openGcm(epoch.key('header'), sealed.subarray(9, 21), context, sealed.subarray(21, 43))
    const sender = epoch.members[position.readUInt16BE(0)]!
    expect(sender.equals(idOf(from))).toBe(true)
    let chain = epoch.key('sender', sender)
    for (let left = position.readUInt32BE(2); left > 0; left--) chain = hmac(chain, Buffer.of(2))
    const [head, salt, body] = [sealed.subarray(0, 43), sealed.subarray(43, 59), sealed.subarray(59)]
    const both = Buffer.from(
      hkdfSync('sha256', hmac(chain, Buffer.of(1)), salt, label('group message key'), 44),
    )
    const padded = openGcm(both.subarray(0, 32), both.subarray(32), Buffer.concat([context, head]), body)
    expect(padded.toString('hex')).toBe(madeOf!.padded)
    const message = unpad(padded)
    expect(message.readUInt16BE(12)).toBe(message.length - 14)
    said.push(`${from}: ${message.subarray(14).toString('utf8')}`)
  }
  expect([...new Set(said)]).toEqual([
    'Alice: Hello, both.',
    'Carol: Hello, Alice. ⚙',
    'Bob: Now we are two.',
  ])
})

test('the room number', () => {
  for (const { members: listed, roomNumber } of standings) {
    if (roomNumber === undefined) continue
    const seed = sha3(label('room number'), ...entryHashes(listed.map(({ name }) => name)))
    const stream = Buffer.concat([0, 1].map((i) => sha3(label('number'), seed, Buffer.of(i))))
    const groups = Array.from({ length: 8 }, (_, i) => stream.readUIntBE(6 * i, 6) % 1_000_000)
    expect(groups.map((group) => `${group}`.padStart(6, '0')).join(' ')).toBe(roomNumber)
  }
})

test('one with another password gets three flows, is refused by each doorkeeper and named to nobody', () => {
  const [dave] = members.filter(({ name }) => name === 'Dave')
  const mine = frames.filter(({ from, to }) => from === 'Dave' || to === 'Dave')
  expect(mine.every(({ kind }) => kind === 'pake')).toBe(true)
  expect(frames.some(({ madeOf }) => JSON.stringify(madeOf).includes(dave!.entry))).toBe(false)
  const told = pinned.steps.filter(({ notices }) => notices?.includes('wrong-password'))
  expect(told.map(({ member }) => member)).toEqual(['Alice', 'Bob', 'Carol'])
})
