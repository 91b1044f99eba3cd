import { describe, expect, test } from 'vitest'
import { type Bytes, concat, utf8 } from '../codec/index.ts'
import { generateXWing, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { finishOquake, initiateOquake, type OquakeInput } from './oquake.ts'
import { finishOquakePlus, oquakePlusResponseBytes, respondOquakePlus } from './oquake-plus.ts'
import { suite } from './suite.ts'
import {
  client_confirm,
  Expand,
  encode_sid,
  OQUAKE_plus_Respond,
  OQUAKE_Respond,
  openChallenge,
  XOR,
} from './testing/letter.ts'

const { crypto } = await seededCrypto('oquake+', globalThis.crypto.subtle as never)
const seed = new Secret(utf8('the seed of the password, 32 byt'))
const publicKey = await generateXWing(crypto, seed)
const prs = utf8('verifier')

const session = (name: string, context: Secret | null = null) => ({
  prs,
  context,
  sid: utf8(name),
  client: utf8('U'),
  server: utf8('S'),
})

const letters = ({ sid, client, server, context }: OquakeInput) => ({
  PRS: prs,
  context: context?.expose() ?? null,
  sid,
  U: client,
  S: server,
})

describe('a run', () => {
  const run = async (known: Bytes, own: Secret) => {
    const input = session('sid')
    const initiation = await initiateOquake(crypto, input)
    const server = await respondOquakePlus(crypto, { ...input, publicKey: known }, initiation.message)
    const client = await finishOquakePlus(crypto, { initiation, seed: own }, server.message)
    return { initiation, server, client }
  }

  test('sizes, and one key on both sides', async () => {
    const { server, client } = await run(publicKey, seed)
    expect(server.message.length).toBe(oquakePlusResponseBytes)
    expect(client.confirmed).toBe(true)
    expect(client.message).toEqual(server.expected.expose())
    expect(client.key.expose()).toEqual(server.key.expose())
  })

  test('a client finishes with the draft’s own Respond', async () => {
    for (const context of [null, new Secret(utf8('stage one'))]) {
      const input = session('sid', context)
      const initiation = await initiateOquake(crypto, input)
      const server = await OQUAKE_plus_Respond(
        crypto,
        { ...letters(input), pk: publicKey },
        initiation.message,
      )
      const client = await finishOquakePlus(crypto, { initiation, seed }, server.resp_msg)
      expect(client.confirmed).toBe(true)
      expect(client.message).toEqual(server.server_confirm)
      expect(client.key.expose()).toEqual(server.server_key)
    }
  })

  test('without the seed the answer is random, and of the same size', async () => {
    const { server, client } = await run(publicKey, new Secret(new Uint8Array(32)))
    expect(client.confirmed).toBe(false)
    expect(client.message.length).toBe(64)
    expect(client.message).not.toEqual(server.expected.expose())
    expect(client.key.expose()).not.toEqual(server.key.expose())
  })

  test('every part of the answer matters', async () => {
    const { initiation, server } = await run(publicKey, seed)
    for (let at = 0; at < server.message.length; at += 97) {
      const changed = server.message.slice()
      changed[at]! ^= 4
      const client = await finishOquakePlus(crypto, { initiation, seed }, changed)
      expect(client.confirmed).toBe(false)
      expect(client.message).not.toEqual(server.expected.expose())
    }
  })
})

/**
 * The published gap of the draft: an attacker with a leaked verifier, but not the password, sits between a real
 * client and a real server in two sessions and carries the server's challenge from one into the other. In the
 * draft `client_confirm` depends on nothing that the attacker lacks, so the client accepts a session that no
 * server meant.
 */
describe('two interleaved sessions under a leaked verifier', () => {
  const interleave = async (confirmWith: (SK: Bytes, confirm_input: Bytes, shown: Bytes) => Bytes) => {
    // Session A: the attacker is the client of an honest server.
    const a = session('session A')
    const towardServer = await initiateOquake(crypto, a)
    const server = await respondOquakePlus(crypto, { ...a, publicKey }, towardServer.message)
    const oquakeBytes = suite.kem.ciphertext + 64
    const keyA = await finishOquake(crypto, towardServer, server.message.slice(0, oquakeBytes))
    expect(keyA.confirmed).toBe(true)
    const sealed = server.message.slice(oquakeBytes, oquakeBytes + 1120)
    const otp = (key: Uint8Array) => Expand(key, concat(suite.dst, utf8('OTP')), 1120)
    const challenge = XOR(sealed, otp(keyA.key.expose()))
    // Session B: the attacker is the server of an honest client.
    const b = session('session B')
    const client = await initiateOquake(crypto, b)
    const answer = await OQUAKE_Respond(crypto, letters(b), client.message)
    const carried = XOR(challenge, otp(answer.key))
    const input = concat(encode_sid(b.sid, b.client, b.server), carried)
    const confirm = confirmWith(answer.key, input, server.message.slice(oquakeBytes + 1120))
    const message = concat(answer.resp_msg, carried, confirm)
    const end = await finishOquakePlus(crypto, { initiation: client, seed }, message)
    return { end, server, client, answer, input, sealed, carried, keyA: keyA.key.expose(), keyB: answer.key }
  }

  test('the challenge is really carried over', async () => {
    const { keyA, sealed, keyB, carried } = await interleave((key, input) =>
      client_confirm(suite.dst, key, input, null),
    )
    const open = async (SK: Uint8Array, enc_c: Bytes) =>
      (await openChallenge(crypto, suite.dst, { SK, seed: seed.expose() }, enc_c)).expose()
    expect(await open(keyB, carried)).toEqual(await open(keyA, sealed))
    expect(carried).not.toEqual(sealed)
  })

  test('nothing but k stops it: with k the same message is accepted', async () => {
    const { client, answer, carried, input } = await interleave((key, confirmInput) =>
      client_confirm(suite.dst, key, confirmInput, null),
    )
    const k = await openChallenge(crypto, suite.dst, { SK: answer.key, seed: seed.expose() }, carried)
    const confirm = client_confirm(suite.dst, answer.key, input, k.expose())
    const message = concat(answer.resp_msg, carried, confirm)
    const end = await finishOquakePlus(crypto, { initiation: client, seed }, message)
    expect(end.confirmed).toBe(true)
  })

  test('the draft’s confirmation, without k, is rejected', async () => {
    const { end, server } = await interleave((key, input) => client_confirm(suite.dst, key, input, null))
    expect(end.confirmed).toBe(false)
    expect(end.message).not.toEqual(server.expected.expose())
  })

  test('so are the other session’s confirmation and guesses at k', async () => {
    const forgeries = [
      (_key: Bytes, _input: Bytes, shown: Bytes) => shown,
      (key: Bytes, input: Bytes) => client_confirm(suite.dst, key, input, new Uint8Array(32)),
      (key: Bytes, input: Bytes) => client_confirm(suite.dst, key, input, key),
    ]
    for (const forgery of forgeries) expect((await interleave(forgery)).end.confirmed).toBe(false)
  })
})
