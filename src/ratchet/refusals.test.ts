import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concat, equal, fromHex, utf8 } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { arePlausible, generateKeyPairs } from '../identity/index.ts'
import { encodeSession, open, type Session, seal, sessionView } from './index.ts'
import { createPair, createSpokenPair } from './testing/pair.ts'
import { openOrThrow, rejected, sealMany as sealManyWith, turning } from './testing/steps.ts'

const subtle = globalThis.crypto.subtle as never
let crypto: Crypto
let alice: Session
let bob: Session

beforeAll(async () => {
  crypto = (await seededCrypto('session', subtle)).crypto
  ;[alice, bob] = await createPair(crypto)
})

/** Opens or throws: for steps that are not what a test is about. */
const opened = (session: Session, bytes: Bytes, now = 0) => openOrThrow(crypto, session, bytes, now)

/** Seals `count` messages in a row. */
const sealMany = (session: Session, count: number) => sealManyWith(crypto, session, count)

describe('refusals', () => {
  const refuse = async (session: Session, bytes: Uint8Array, code?: string): Promise<void> => {
    const before = encodeSession(session)
    const outcome = await open(crypto, session, bytes, 0)
    expect(outcome.kind).toBe('rejected')
    if (code !== undefined) expect(outcome).toEqual(rejected(code))
    // Not `toEqual`, which takes milliseconds on ten thousand bytes.
    expect(equal(encodeSession(session), before)).toBe(true)
  }

  test('a duplicate, in order or not, of this chain or an ended one', async () => {
    const { frames, session } = await sealMany(alice, 3)
    let heard = (await opened(bob, frames[2]!)).session
    await refuse(heard, frames[2]!, 'ratchet/unreadable')
    heard = (await opened(heard, frames[0]!)).session
    await refuse(heard, frames[0]!, 'ratchet/unreadable')
    const answer = await seal(crypto, heard, utf8('answer'), turning('message'))
    const turned = await sealMany((await opened(session, answer.bytes)).session, 1)
    heard = (await opened(answer.session, turned.frames[0]!)).session
    expect(sessionView(heard)).toMatchObject({ turnsReceived: 2, skipped: 1 })
    await refuse(heard, frames[0]!, 'ratchet/unreadable')
    heard = (await opened(heard, frames[1]!)).session
    await refuse(heard, frames[1]!, 'ratchet/unreadable')
    expect(heard.receiving.skipped.closed).toEqual([])
  })

  test('a forged body uses up neither the chain nor a skipped key', async () => {
    const { frames } = await sealMany(alice, 3)
    const forge = (frame: Bytes): Bytes => {
      const changed = frame.slice()
      changed[changed.length - 1]! ^= 1
      return changed
    }
    await refuse(bob, forge(frames[1]!), 'ratchet/unreadable')
    const heard = (await opened(bob, frames[1]!)).session
    await refuse(heard, forge(frames[0]!), 'ratchet/unreadable')
    await refuse(heard, forge(frames[2]!), 'ratchet/unreadable')
    const first = await opened(heard, frames[0]!)
    expect((await opened(first.session, frames[2]!)).plaintext).toEqual(utf8('2'))
  })

  test('own frames, frames of another pair, of another group', async () => {
    const { bytes } = await seal(crypto, alice, utf8('x'), turning('message'))
    await refuse(alice, bytes, 'ratchet/unreadable')
    const [, stranger] = await createPair(crypto)
    await refuse(stranger, bytes, 'ratchet/unreadable')
    await refuse({ ...bob, groupId: new Uint8Array(16) }, bytes, 'ratchet/unreadable')
  })

  test('random and mutated frames, whatever they are, are refused as data', async () => {
    const { frames, session } = await sealMany(alice, 3)
    const heard = (await opened(bob, frames[1]!)).session
    const answer = await seal(crypto, heard, utf8('answer'), turning('message'))
    const turn = (await sealMany((await opened(session, answer.bytes)).session, 1)).frames[0]!
    const targets = [frames[0]!, frames[2]!, turn]
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4000 }), async (bytes) => refuse(answer.session, bytes)),
      { numRuns: 200 },
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(2), fc.nat(), fc.integer({ min: 1, max: 255 }), async (which, at, flip) => {
        const changed = targets[which]!.slice()
        changed[at % changed.length]! ^= flip
        await refuse(answer.session, changed)
      }),
      { numRuns: 600 },
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(2), fc.nat(), fc.uint8Array({ maxLength: 20 }), async (which, at, tail) => {
        const frame = targets[which]!
        await refuse(answer.session, concat(frame.subarray(0, at % frame.length), tail))
        if (tail.length > 0) await refuse(answer.session, concat(frame, tail))
      }),
      { numRuns: 200 },
    )
    for (const frame of targets) expect((await open(crypto, answer.session, frame, 0)).kind).toBe('opened')
    await refuse(bob, new Uint8Array(100_000), 'ratchet/malformed')
    await refuse(bob, new Uint8Array(0), 'ratchet/malformed')
  })

  test('a peer whose inside is not of our making', async () => {
    /** Alters what the peer seals: call 1 is the header, call 2 the padded plaintext. */
    const altering = (call: number, alter: (plaintext: Bytes) => void): Crypto => {
      let calls = 0
      return {
        ...crypto,
        seal: (key, nonce, aad, plaintext) => {
          const changed = new Uint8Array(plaintext)
          if (++calls === call) alter(changed)
          return crypto.seal(key, nonce, aad, changed)
        },
      }
    }
    const tell = async (call: number, at: number, value: number, code: string): Promise<void> => {
      const evil = altering(call, (plaintext) => {
        plaintext[at < 0 ? plaintext.length + at : at] = value
      })
      await refuse(bob, (await seal(evil, alice, utf8('hello'), turning('control'))).bytes, code)
    }
    await tell(1, 3, 2, 'ratchet/unreadable') // not the next turn
    await tell(1, 11, 1, 'ratchet/unreadable') // a chain before the first
    await tell(1, 15, 1, 'ratchet/unreadable') // acknowledges what was never sent
    await tell(1, 16, 2, 'ratchet/malformed') // presence byte
    await tell(1, 16, 0, 'ratchet/malformed') // trailing bytes
    await tell(1, -1, 1, 'ratchet/unreadable') // a key set that does not exist
    await tell(1, 6, 255, 'ratchet/jump')
    await tell(1, 2000, 0, 'ratchet/unreadable') // another ciphertext: another secret
    await tell(2, -1, 1, 'ratchet/malformed') // padding is not zero
    await tell(2, 0, 255, 'ratchet/malformed') // length of 4 GiB
    await tell(2, 2, 0xff, 'ratchet/malformed') // length beyond the padding
    // A turn to keys of a turn that it does not acknowledge.
    const [left, right] = await createSpokenPair(crypto)
    const evil = altering(1, (plaintext) => {
      plaintext[15] = 0
    })
    await refuse(right, (await seal(evil, left, utf8('x'), turning('control'))).bytes, 'ratchet/unreadable')
  })

  test('turns with bad keys', async () => {
    // Both have turned twice, and Alice is to turn next.
    let [left, right] = [alice, bob]
    for (let i = 0; i < 4; i++) {
      const sealed = await seal(crypto, left, utf8('x'), turning('message'))
      ;[left, right] = [(await opened(right, sealed.bytes)).session, sealed.session]
    }
    const fresh = await generateKeyPairs(crypto)
    const tell = async (keys: { dh?: Bytes; kem?: Bytes }, code: string | null): Promise<void> => {
      const evil: Crypto = {
        ...crypto,
        dhGenerate: async () => ({ ...fresh.dh, publicKey: keys.dh ?? fresh.dh.publicKey }),
        kemGenerate: async () => ({ ...fresh.kem, publicKey: keys.kem ?? fresh.kem.publicKey }),
      }
      const { bytes, session } = await seal(evil, left, utf8('x'), turning('message'))
      expect(sessionView(session).turnsSent).toBe(3)
      if (code === null) expect((await open(crypto, right, bytes, 0)).kind).toBe('opened')
      else await refuse(right, bytes, code)
    }
    await tell({}, null)
    const [own, last] = [right.keySets.at(-1)!.keys, right.peerKeys!]
    for (const dh of [own.dh.publicKey, last.dh]) await tell({ dh }, 'ratchet/bad-keys')
    for (const kem of [own.kem.publicKey, last.kem]) await tell({ kem }, 'ratchet/bad-keys')
    // The sets before those two are remembered as well.
    for (const dh of [right.seen.own[0]!, right.seen.peer[0]!]) await tell({ dh }, 'ratchet/bad-keys')
    const smallOrder = [
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000000',
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'f5ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      '09000000000000000000000000000000000000000000000000000000000000ff',
    ]
    for (const dh of smallOrder) {
      await tell({ dh: fromHex(dh) }, 'ratchet/bad-keys')
      expect(arePlausible({ dh: fromHex(dh), kem: fresh.kem.publicKey })).toBe(false)
    }
    for (const at of [0, 600, 1149]) {
      const kem = fresh.kem.publicKey.slice()
      kem.fill(0xff, at, at + 3)
      await tell({ kem }, 'ratchet/bad-keys')
      await expect(crypto.kemEncapsulate(kem)).rejects.toThrow()
    }
    await tell({ kem: new Uint8Array(1184) }, 'ratchet/bad-keys')
  })
})
