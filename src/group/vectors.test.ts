/**
 * The vector derived a second time: by Node's own primitives and byte strings put together here, without the code
 * under test. SPEC.md is all that both have in common.
 */
import { createCipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { concat, decode, encode, fromHex, toHex, utf8 } from '../codec/index.ts'
import { Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import type { MemberId } from '../identity/index.ts'
import { groupControl } from './control.ts'
import { epochHeader, openEpoch } from './epoch.ts'
import pinned from './vectors/group.json' with { type: 'json' }

const { given, derived } = pinned
const label = (name: string) => utf8(`mlwe-pake v2 ${name}`)
const sha3 = (...parts: readonly Uint8Array[]): string =>
  createHash('sha3-256')
    .update(concat(...parts))
    .digest('hex')
const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    createHmac('sha256', key)
      .update(concat(...parts))
      .digest(),
  )
/** RFC 5869 §2.3 for up to 32 bytes. */
const expand = (key: Uint8Array, name: string, context: Uint8Array = new Uint8Array(0)) =>
  hmac(key, label(name), context, Uint8Array.of(1))
const number = (value: number, size: number) => fromHex(value.toString(16).padStart(2 * size, '0'))
const counted = (items: readonly string[]) =>
  concat(number(items.length, 2), ...items.map((item) => fromHex(item)))
const group = fromHex(given.group)
const entryBytes = ({ name, lease, address, dh, kem, nonce }: (typeof given.entries)[number]) =>
  concat(number(name.length, 2), utf8(name), number(lease, 6), fromHex(address + dh + kem + nonce))

const uncommitted = concat(
  number(2, 1),
  group,
  number(given.counter, 6),
  fromHex(derived.members[0]!),
  counted(derived.members),
)
const joint = hmac(
  label('epoch/joint'),
  fromHex(given.fresh),
  ...given.contributions.map((hex) => fromHex(hex)),
)
const secret = expand(joint, 'epoch/secret', fromHex(sha3(label('epoch header'), uncommitted)))
const header = concat(uncommitted, expand(secret, 'epoch/commit'))
const id = sha3(label('epoch'), header)

test('ids, roster hash and the key schedule', () => {
  const hashes = given.entries.map((entry) => sha3(label('member'), group, entryBytes(entry)))
  expect(hashes).toEqual(derived.hashes)
  expect(hashes.map((hash) => hash.slice(0, 32))).toEqual(derived.members)
  expect(sha3(label('roster'), group, counted([...hashes].sort()))).toBe(derived.rosterHash)
  expect(toHex(header)).toBe(derived.header)
  expect({
    joint: toHex(joint),
    id,
    commitment: toHex(expand(secret, 'epoch/commit')),
    confirm: toHex(expand(secret, 'epoch/confirm')),
    exporter: toHex(expand(secret, 'epoch/export')),
    media: toHex(expand(secret, 'epoch/media', fromHex(id))),
    headerKey: toHex(expand(secret, 'epoch/header')),
    fingerprint: toHex(expand(secret, 'epoch/safety').slice(0, 16)),
    chains: derived.members.map((member) => toHex(expand(secret, 'epoch/sender', fromHex(member)))),
    mac: toHex(
      hmac(
        expand(secret, 'epoch/confirm'),
        label('epoch ack'),
        fromHex(id + derived.members[1]! + given.contribution),
      ),
    ),
  }).toEqual({
    joint: derived.joint,
    id: derived.id,
    commitment: derived.commitment,
    confirm: derived.confirm,
    exporter: derived.exporter,
    media: derived.media,
    headerKey: derived.headerKey,
    fingerprint: derived.fingerprint,
    chains: derived.chains,
    mac: derived.mac,
  })
})

const sealed = (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, text: Uint8Array) => {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(aad)
  return concat(cipher.update(text), cipher.final(), cipher.getAuthTag())
}

test('a group message and its tag', () => {
  const context = concat(label('group message'), number(2, 1), group, fromHex(id))
  const [nonce, salt] = [fromHex(given.nonce), fromHex(given.salt)]
  const position = sealed(expand(secret, 'epoch/header'), nonce, context, concat(number(0, 2), number(0, 4)))
  const head = concat(number(2, 1), fromHex(id).slice(0, 8), nonce, position)
  const messageKey = hmac(expand(secret, 'epoch/sender', fromHex(derived.members[0]!)), number(1, 1))
  const both = new Uint8Array(hkdfSync('sha256', messageKey, salt, label('group message key'), 44))
  const body = sealed(both.slice(0, 32), both.slice(32), concat(context, head), fromHex(given.body))
  const message = concat(head, salt, body)
  expect(toHex(message)).toBe(derived.message)
  const subject = concat(label('tag'), fromHex(derived.members[0]! + derived.members[1]! + sha3(message)))
  expect(toHex(hmac(fromHex(given.auth), subject).slice(0, 16))).toBe(derived.tag)
})

test('one control of each kind', () => {
  const live = [...derived.hashes].sort()
  const [first, second, third] = derived.members.map((member) => fromHex(member))
  const expected: Record<string, Uint8Array> = {
    roster: concat(number(1, 1), fromHex(derived.rosterHash), first!, counted(live)),
    ids: concat(number(2, 1), counted(live)),
    ask: concat(number(3, 1), counted([derived.hashes[2]!])),
    entries: concat(number(4, 1), number(1, 2), entryBytes(given.entries[2]!), first!),
    removals: concat(number(5, 1), number(1, 2), third!, second!, number(2, 1), first!),
    'not-by-me': concat(number(6, 1), number(1, 1), third!),
    expiring: concat(number(7, 1), third!),
    heard: concat(number(8, 1), third!, number(65_536, 6)),
    epoch: concat(number(9, 1), header, joint),
    ack: concat(number(10, 1), fromHex(id + derived.mac + given.contribution)),
  }
  expect(Object.fromEntries(derived.controls.map(({ kind, bytes }) => [kind, bytes]))).toEqual(
    Object.fromEntries(Object.entries(expected).map(([kind, bytes]) => [kind, toHex(bytes)])),
  )
  for (const { bytes } of derived.controls) {
    expect(toHex(encode(groupControl, decode(groupControl, fromHex(bytes))))).toBe(bytes)
  }
})

test('the code opens the epoch for each of its members', async () => {
  const { crypto } = await seededCrypto('vector', globalThis.crypto.subtle as never)
  for (const [i, self] of (derived.members as MemberId[]).entries()) {
    const opened = await openEpoch(
      crypto,
      decode(epochHeader, fromHex(derived.header)),
      new Secret(fromHex(derived.joint)),
      {
        self,
        now: 0,
        preferred: true,
      },
    )
    expect(opened?.id).toBe(derived.id)
    expect(toHex(opened!.sending!.chain.expose())).toBe(derived.chains[i])
  }
})
