/** Opening in a pair session: frames changed on the way, and authentic ones of a peer whose header and plaintext say anything. */

import {
  type Bytes,
  bytes,
  type Codec,
  decode,
  encode,
  equal,
  struct,
  u48,
  union,
} from '../../src/codec/index.ts'
import type { Crypto } from '../../src/crypto/index.ts'
import { type Header, headerFields } from '../../src/ratchet/header.ts'
import { decodeSession, encodeSession, open, type Session, seal } from '../../src/ratchet/index.ts'
import { prepare } from '../../src/ratchet/simulation/hostile-frames.ts'
import { turning } from '../../src/ratchet/testing/steps.ts'
import { fieldsBy } from '../fields.ts'
import { createPrimitives } from '../primitives.ts'
import { decodeStrictly } from '../strict.ts'
import { demand, type Target } from '../target.ts'

/** `at`: the receiver's clock. */
type Word =
  | { readonly kind: 'frame'; readonly at: number; readonly frame: Bytes }
  | { readonly kind: 'lie'; readonly at: number; readonly header: Header; readonly padded: Bytes }
  | { readonly kind: 'noise'; readonly at: number; readonly header: Bytes; readonly padded: Bytes }

const word: Codec<Word> = union<Word>({
  frame: [1, struct({ at: u48, frame: bytes(40_000) })],
  lie: [2, struct({ at: u48, header: headerFields, padded: bytes(33_000) })],
  noise: [3, struct({ at: u48, header: bytes(2_325), padded: bytes(33_000) })],
})

/** The peer's next frame, with this header and padded plaintext in place of its own. */
const sealAs = async (crypto: Crypto, peer: Session, inside: readonly [header: Bytes, padded: Bytes]) => {
  let calls = 0
  const lying: Crypto = {
    ...crypto,
    seal: (key, nonce, aad, plaintext) => crypto.seal(key, nonce, aad, inside[calls++] ?? plaintext),
  }
  return seal(lying, peer, new Uint8Array(1), turning('message'))
}

/** Header and padded plaintext of the peer's next frame. */
const honest = async (crypto: Crypto, peer: Session): Promise<readonly Bytes[]> => {
  const inside: Bytes[] = []
  const watched: Crypto = {
    ...crypto,
    seal: (key, nonce, aad, plaintext) => {
      inside.push(new Uint8Array(plaintext))
      return crypto.seal(key, nonce, aad, plaintext)
    },
  }
  await seal(watched, peer, new Uint8Array(9).fill(65), turning('message'))
  return inside
}

const mostStored = 64 * 1024

export const createTarget = async (): Promise<Target> => {
  const { crypto, reset } = await createPrimitives()
  const { session: start, good, peer: first } = await prepare(crypto)
  const [header, padded] = (await honest(crypto, first)) as [Bytes, Bytes]
  const lie = encode(word, { kind: 'noise', at: 0, header, padded })
  const seeds = [...good.map((frame) => encode(word, { kind: 'frame', at: 0, frame })), lie]
  const read = decode(headerFields, header)
  return {
    fields: fieldsBy(word),
    seeds: [...seeds, encode(word, { kind: 'lie', at: 0, header: read, padded })],
    longest: 12,
    async run(input) {
      reset()
      let [session, peer] = [start, first]
      const outcomes: string[] = []
      for (const message of input) {
        const decoded = decodeStrictly(word, message)
        if ('refusal' in decoded) {
          outcomes.push(decoded.refusal)
          continue
        }
        const said = decoded.value
        let frame: Bytes
        if (said.kind === 'frame') frame = said.frame
        else {
          const inside = said.kind === 'lie' ? encode(headerFields, said.header) : said.header
          const sealed = await sealAs(crypto, peer, [inside, said.padded])
          peer = sealed.session
          frame = sealed.bytes
        }
        const before = encodeSession(session)
        const outcome = await open(crypto, session, frame, said.at)
        demand(equal(encodeSession(session), before), 'a session that opens stays as it was')
        outcomes.push(`${said.kind}: ${outcome.kind === 'rejected' ? outcome.code : 'opened'}`)
        if (outcome.kind === 'rejected') continue
        session = outcome.session
        const stored = encodeSession(session)
        demand(stored.length <= mostStored, 'a session stays within its bounds')
        demand(equal(encodeSession(decodeSession(stored)), stored), 'a session comes back from storage')
      }
      return outcomes
    },
  }
}
