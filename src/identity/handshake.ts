/**
 * The handshake of two who have each other's entry: three Diffie-Hellmans and three encapsulations, after the mutual
 * patterns of Noise (KK) and PQNoise (pqKK). Every session comes from here; nothing that follows from the password
 * alone makes one.
 *
 *   initiator                                                             responder
 *     flow 1   run · E_i · ek_i · ct_R (k1)                          ──>
 *              <──   run · E_r · F_r · ek_r · ct_e (k2) · ct_I (k3) · mac_r     flow 2
 *     flow 3 = the first sealed frame, which turns towards F_r, ek_r ──>
 *
 *   initiateHandshake ── InitiatorState ── finishHandshake ── done: SessionStart
 *                              └──── rejected: unchanged ────┘
 *   respondHandshake ── answered: SessionStart, a candidate until a frame of the initiator opens in it
 *
 * Functions of their arguments and of `crypto.random`; no timers and no retries. Byte tables and rules in SPEC.md.
 */
import { type Bytes, equal } from '../codec/index.ts'
import { type Crypto, CryptoError, equalSecrets, type Secret } from '../crypto/index.ts'
import { groupIdBytes, type Identified } from './entry.ts'
import { decodeFlow1, decodeFlow2, encodeFlow1, encodeFlow2, encodeFlow2Body, runBytes } from './flows.ts'
import { type InitiatorState, secretsOfInitiator } from './initiator-state.ts'
import {
  arePlausible,
  generateKeyPairs,
  isPlausibleDh,
  type KeyPairs,
  type PublicKeys,
  privateKeysOf,
  publicKeysOf,
} from './public-keys.ts'
import { deriveKeys, type HandshakeSecrets, type Sides, saltOf, secretLength } from './schedule.ts'
import type { Self } from './self.ts'

export interface Parties {
  /** 16 bytes. */
  readonly groupId: Bytes
  readonly self: Self
  readonly peer: Identified
  /** 32 bytes from the PAKE in an admission, else `null`. One run uses it and hands it out as stale. */
  readonly psk: Secret | null
}

/** What a pair session begins with. */
export interface SessionStart {
  readonly role: 'initiator' | 'responder'
  /** 32 bytes. */
  readonly key: Secret
  /** 32 bytes. */
  readonly transcript: Bytes
  /** The responder's first ratchet keys F_r, ek_r. */
  readonly keys: KeyPairs | null
  /** The initiator has the public halves of the same. */
  readonly peerKeys: PublicKeys | null
}

/** Wrong length, or a flow 2 of another run; a key or ciphertext that no honest side makes; another's `mac_r`. */
export type HandshakeCode = 'handshake/malformed' | 'handshake/bad-keys' | 'handshake/bad-mac'

interface Rejected<C extends HandshakeCode> {
  readonly kind: 'rejected'
  readonly code: C
}

export type Answer =
  | {
      readonly kind: 'answered'
      readonly flow2: Bytes
      readonly start: SessionStart
      /** To be wiped once the answer is stored and sent. */
      readonly stale: readonly Secret[]
    }
  | Rejected<'handshake/malformed' | 'handshake/bad-keys'>

export type Finish =
  | {
      readonly kind: 'done'
      readonly start: SessionStart
      /** To be wiped once the first frame is stored and sent. */
      readonly stale: readonly Secret[]
    }
  | Rejected<HandshakeCode>

const rejected = <C extends HandshakeCode>(code: C): Rejected<C> => ({ kind: 'rejected', code })

/** Both ids and both hashes differ: nobody runs this with itself, or with a copy of its own entry. */
const areTwo = ({ self, peer }: Parties): boolean => self.id !== peer.id && self.hash !== peer.hash

const checkUse = ({ groupId, psk }: Parties): void => {
  if (groupId.length !== groupIdBytes) throw new RangeError('a group id has 16 bytes')
  if (psk !== null && psk.length !== secretLength) throw new RangeError('a psk has 32 bytes')
}

type Keep = (secret: Secret) => Secret

/** Runs `work`; what it kept is wiped in the end. `null` where a primitive refuses a key or a ciphertext. */
const withScratch = async <T>(work: (keep: Keep) => Promise<T>): Promise<T | null> => {
  const scratch: Secret[] = []
  const keep: Keep = (secret) => {
    scratch.push(secret)
    return secret
  }
  try {
    return await work(keep)
  } catch (error) {
    if (error instanceof CryptoError) return null
    throw error
  } finally {
    for (const secret of scratch) secret.wipe() // FS
  }
}

/**
 * Draws: run 16, E_i 32, ek_i 64, ct_R 32. Throws RangeError where the peer is oneself, since whom to greet is the
 * caller's choice. The state is for `finishHandshake`, and holds flow 1 for retries.
 */
export const initiateHandshake = async (
  crypto: Crypto,
  parties: Parties,
): Promise<{ readonly state: InitiatorState; readonly flow1: Bytes }> => {
  checkUse(parties)
  if (!areTwo(parties)) throw new RangeError('a handshake needs two members')
  const { groupId, self, peer, psk } = parties
  const run = crypto.random(runBytes)
  const ephemeral = await generateKeyPairs(crypto)
  const { ciphertext, secret: k1 } = await crypto.kemEncapsulate(peer.entry.kem)
  const flow1 = encodeFlow1({ run, ...publicKeysOf(ephemeral), toIdentity: ciphertext })
  const sides = { groupId, initiator: self.hash, responder: peer.hash }
  return { state: { sides, peerDh: peer.entry.dh, flow1, ephemeral, k1, psk, identity: self.keys }, flow1 }
}

/**
 * Draws: E_r 32, F_r 32, ek_r 64, ct_e 32, ct_I 32. E_r and all that was agreed are wiped before it returns; F_r and
 * ek_r live in `start` until the candidate is dropped or has turned. `stale`: the psk.
 */
export const respondHandshake = async (crypto: Crypto, parties: Parties, flow1: Bytes): Promise<Answer> => {
  checkUse(parties)
  const first = decodeFlow1(flow1)
  if (first === null) return rejected('handshake/malformed')
  if (!areTwo(parties) || !arePlausible(first)) return rejected('handshake/bad-keys')
  const { groupId, self, peer, psk } = parties
  const next: Secret[] = []
  const answered = await withScratch(async (keep): Promise<Answer> => {
    const { dh } = self.keys
    const ephemeral = await crypto.dhGenerate()
    keep(ephemeral.privateKey)
    const keys = await generateKeyPairs(crypto)
    next.push(...privateKeysOf(keys))
    const toEphemeral = await crypto.kemEncapsulate(first.kem)
    const k2 = keep(toEphemeral.secret)
    const toIdentity = await crypto.kemEncapsulate(peer.entry.kem)
    const k3 = keep(toIdentity.secret)
    const secrets: HandshakeSecrets = {
      psk,
      ephemeralStatic: keep(await crypto.dhAgree(dh.privateKey, first.dh)),
      ephemeralEphemeral: keep(await crypto.dhAgree(ephemeral.privateKey, first.dh)),
      staticEphemeral: keep(await crypto.dhAgree(ephemeral.privateKey, peer.entry.dh)),
      k1: keep(await crypto.kemDecapsulate(self.keys.kem.privateKey, first.toIdentity)),
      k2,
      k3,
    }
    const body = encodeFlow2Body({
      run: first.run,
      dh: ephemeral.publicKey,
      nextDh: keys.dh.publicKey,
      nextKem: keys.kem.publicKey,
      toEphemeral: toEphemeral.ciphertext,
      toIdentity: toIdentity.ciphertext,
    })
    const sides: Sides = { groupId, initiator: peer.hash, responder: self.hash }
    const transcript = saltOf(crypto, sides, flow1, body)
    const { mac, key } = await deriveKeys(crypto, transcript, secrets)
    const start: SessionStart = { role: 'responder', key, transcript, keys, peerKeys: null }
    return { kind: 'answered', flow2: encodeFlow2(body, mac), start, stale: psk === null ? [] : [psk] }
  })
  if (answered !== null) return answered
  for (const secret of next) secret.wipe() // FS
  return rejected('handshake/bad-keys')
}

/**
 * Draws nothing. Rejected: the state stays as it was and may be tried with another flow 2, since the relay can forge
 * one. `stale`: E_i, ek_i's private key, k1 and the psk.
 */
export const finishHandshake = async (
  crypto: Crypto,
  state: InitiatorState,
  flow2: Bytes,
): Promise<Finish> => {
  const second = decodeFlow2(flow2)
  if (second === null || !equal(second.body.run, state.flow1.subarray(0, runBytes))) {
    return rejected('handshake/malformed')
  }
  const { body, covered, mac } = second
  const peerKeys: PublicKeys = { dh: body.nextDh, kem: body.nextKem }
  if (!arePlausible(peerKeys) || !isPlausibleDh(body.dh)) return rejected('handshake/bad-keys')
  const derived = await withScratch(async (keep) => {
    const { ephemeral, identity, psk, k1, peerDh, sides, flow1 } = state
    const secrets: HandshakeSecrets = {
      psk,
      ephemeralStatic: keep(await crypto.dhAgree(ephemeral.dh.privateKey, peerDh)),
      ephemeralEphemeral: keep(await crypto.dhAgree(ephemeral.dh.privateKey, body.dh)),
      staticEphemeral: keep(await crypto.dhAgree(identity.dh.privateKey, body.dh)),
      k1,
      k2: keep(await crypto.kemDecapsulate(ephemeral.kem.privateKey, body.toEphemeral)),
      k3: keep(await crypto.kemDecapsulate(identity.kem.privateKey, body.toIdentity)),
    }
    const transcript = saltOf(crypto, sides, flow1, covered)
    return { transcript, ...(await deriveKeys(crypto, transcript, secrets)) }
  })
  if (derived === null) return rejected('handshake/bad-keys')
  const { transcript, key } = derived
  if (!equalSecrets(mac, derived.mac)) {
    key.wipe() // FS
    return rejected('handshake/bad-mac')
  }
  const start: SessionStart = { role: 'initiator', key, transcript, keys: null, peerKeys }
  return { kind: 'done', start, stale: secretsOfInitiator(state) }
}
