import { describe, expect, test } from 'vitest'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { admissionKeys, openAdmission, sealAdmission } from './admission.ts'
import { newcomer, play, publicKeyOf } from './testing/play.ts'

const { crypto } = await seededCrypto('admission', globalThis.crypto.subtle as never)
const { initiator, responder } = await play(crypto, newcomer(crypto, await publicKeyOf(crypto)))
if (initiator.kind !== 'done' || responder.kind !== 'done') throw new Error('the run failed')
const [left, right] = [
  await admissionKeys(crypto, initiator.result),
  await admissionKeys(crypto, responder.result),
]
const entry = crypto.random(1408)

test('both sides have the same three keys, and no two are alike', () => {
  const hex = (keys: typeof left) => [keys.a1, keys.a2, keys.psk].map((key) => key.expose().join())
  expect(hex(left)).toEqual(hex(right))
  expect(new Set([...hex(left), initiator.result.key.expose().join()]).size).toBe(4)
})

describe('an entry', () => {
  test('opens under its key, is longer by 16 bytes, and is the same when sealed again', async () => {
    const sealed = await sealAdmission(crypto, left.a1, entry)
    expect(sealed.length).toBe(entry.length + 16)
    expect(await openAdmission(crypto, right.a1, sealed)).toEqual(entry)
    expect(await sealAdmission(crypto, left.a1, entry)).toEqual(sealed)
  })

  test('opens under no other key: an entry that comes back is none', async () => {
    const sealed = await sealAdmission(crypto, left.a1, entry)
    expect(await openAdmission(crypto, left.a2, sealed)).toBeNull()
    expect(await openAdmission(crypto, left.psk, sealed)).toBeNull()
  })

  test('does not open changed, cut or empty', async () => {
    const sealed = await sealAdmission(crypto, left.a1, entry)
    for (const at of [0, 700, sealed.length - 1]) {
      const changed = sealed.slice()
      changed[at]! ^= 1
      expect(await openAdmission(crypto, right.a1, changed)).toBeNull()
    }
    for (const cut of [sealed.slice(1), sealed.slice(0, 15), new Uint8Array(0)])
      expect(await openAdmission(crypto, right.a1, cut)).toBeNull()
  })
})
