import { type Bytes, toHex, utf8 } from '../../codec/index.ts'
import { type Crypto, generateXWing, Secret, type WebCrypto } from '../../crypto/index.ts'
import { seededCrypto } from '../../crypto/testing/seeded.ts'
import type { MemberId } from '../../group/index.ts'
import { standardSuite } from '../../pake/index.ts'
import type { RelayEvent } from '../../transport/index.ts'
import { createMemoryNetwork, type MemoryEndpoint } from '../../transport/testing/memory-network.ts'
import {
  createPeer,
  decodePeer,
  encodePeer,
  type PeerEffect,
  type PeerEvent,
  type PeerState,
  peerView,
  step,
} from '../index.ts'
import { fastCrypto } from './fast-crypto.ts'

/** The real primitives; slow, and the default. */
const realCrypto = async (seed: string): Promise<Crypto> =>
  (await seededCrypto(seed, globalThis.crypto.subtle as unknown as WebCrypto)).crypto

export interface WorldOptions {
  readonly seed: number
  /** Public-key primitives stood in for by keyed hashes: see `fast-crypto.ts`. */
  readonly fast?: boolean
  readonly loss?: number
  readonly duplicate?: number
  readonly reorder?: number
  readonly maxDelay?: number
  /** Members fall back to the relay only. */
  readonly relayOnly?: boolean
  /** Milliseconds between a member's ticks: 100, as in the app. */
  readonly tickMs?: number
  readonly observer?: Observer
}

/** Sees all that happens in a world, and may be its relay's bad will. */
export interface Observer {
  /** The primitives as the members get them. */
  watch(crypto: Crypto): Crypto
  /** After a step was taken and what it ordered was carried out. */
  stepped(member: Member, before: PeerState, effects: readonly PeerEffect[]): void
  /** What the relay passes on of a frame: itself, nothing, another, more than one. */
  relay(from: Member, to: MemberId, bytes: Bytes): readonly Bytes[]
}

type Untimed<E> = E extends unknown ? Omit<E, 'now'> : never

/** One peer with everything around it but the browser. */
export interface Member {
  readonly id: MemberId
  readonly name: string
  state: PeerState
  readonly said: string[]
  readonly heard: string[]
  readonly notices: string[]
  readonly rejects: string[]
  /** Every frame that this member handed to the relay. */
  readonly relayed: Uint8Array[]
  /** The relay's proof of address, and the state made durable last: what a stored profile holds. */
  readonly secret: Bytes
  stored: Bytes | null
  /** Whether it stores its state before it speaks. */
  readonly keeps: boolean
  gone: boolean
}

/** Peers around the real relay core in virtual time: one seed, one history, real cryptography. */
export const createWorld = async (options: WorldOptions) => {
  const name = `world ${options.seed}`
  const primitives = options.fast === true ? fastCrypto(name) : await realCrypto(name)
  const { observer, tickMs = 100 } = options
  const crypto = observer?.watch(primitives) ?? primitives
  const hash = (bytes: Uint8Array) => crypto.sha256(bytes)
  const network = createMemoryNetwork({ ...options, hash })
  const groupId = new Uint8Array(16).fill(7)
  const room = toHex(crypto.hash(utf8('room'), groupId))
  const ports = { crypto, recorder: { now: () => network.now(), record: () => undefined } }
  const members: Member[] = []
  const endpoints = new Map<string, MemoryEndpoint>()
  const addresses = new Map<MemberId, string>()
  /** Made from the seed before a member's first event: `open` does not wait. */
  const publicKeys = new Map<MemberId, Promise<Bytes>>()

  /** Stands for the relay's store; a test reads it, and writes to it as a hostile relay would. */
  const preKeys = new Map<MemberId, Uint8Array[]>()
  const letters = new Map<MemberId, { from: MemberId; bytes: Bytes }[]>()

  /** The member reads its mailbox, and looks who else has one. */
  const collect = async (member: Member): Promise<void> => {
    for (const { from, bytes } of letters.get(member.id)?.splice(0) ?? [])
      await dispatch(member, { kind: 'received', from, via: 'mail', bytes })
    const asleep = [...preKeys.keys()].filter((id) => members.every((one) => one.id !== id || one.gone))
    await dispatch(member, { kind: 'asleep', members: asleep })
  }

  const dispatch = async (member: Member, event: Untimed<PeerEvent>): Promise<void> => {
    if (member.gone) return
    const publicKey = await publicKeys.get(member.id)
    if (publicKey !== undefined && publicKeys.delete(member.id)) member.state = { ...member.state, publicKey }
    const timed = { ...event, now: network.now() } as PeerEvent
    const before = member.state
    const { state, effects } = await step(ports, before, timed)
    member.state = state
    for (const effect of effects) await carryOut(member, effect)
    observer?.stepped(member, before, effects)
  }

  const carryOut = async (member: Member, effect: PeerEffect): Promise<void> => {
    const endpoint = endpoints.get(member.id)!
    switch (effect.kind) {
      case 'persist':
        if (member.keeps) member.stored = encodePeer(member.state)
        return
      case 'send': {
        const box = letters.get(effect.to)
        if (effect.via === 'best' && box !== undefined && !member.state.present.has(effect.to)) {
          box.push({ from: member.id, bytes: effect.bytes })
          return
        }
        const address = addresses.get(effect.to)
        if (address === undefined) return
        if (effect.via === 'best' && member.state.direct.has(effect.to))
          endpoint.sendDirect(address, effect.bytes)
        else {
          member.relayed.push(effect.bytes)
          const passed = observer?.relay(member, effect.to, effect.bytes) ?? [effect.bytes]
          for (const bytes of passed) endpoint.send(address, bytes)
        }
        return
      }
      case 'publish':
        preKeys.set(member.id, [...(preKeys.get(member.id) ?? []), ...effect.preKeys])
        letters.set(member.id, letters.get(member.id) ?? [])
        return
      case 'take-prekey': {
        const published = (preKeys.get(effect.member)?.shift() as Bytes | undefined) ?? null
        return dispatch(member, { kind: 'prekey', member: effect.member, published })
      }
      case 'connect':
        // Stands for the WebRTC handshake: the initiator's offer travels sealed, and the link comes up.
        if (effect.initiator && !options.relayOnly) {
          network.setTimer(
            () => dispatch(member, { kind: 'signal', member: effect.member, data: utf8('offer') }),
            5,
          )
        }
        return
      case 'signal': {
        const other = members.find(({ id, gone }) => id === effect.member && !gone)
        if (other === undefined) return
        network.setTimer(() => dispatch(member, { kind: 'link', member: other.id, direct: true }), 5)
        network.setTimer(() => dispatch(other, { kind: 'link', member: member.id, direct: true }), 5)
        return
      }
      case 'message':
        ;(effect.from === member.id ? member.said : member.heard).push(effect.message.text)
        return
      case 'notice':
        member.notices.push(effect.code)
        return
      case 'reject':
        member.rejects.push(effect.code)
        return
      case 'wipe':
        for (const secret of effect.secrets) secret.wipe()
    }
  }

  const onRelay = (member: Member, event: RelayEvent): Promise<void> | void => {
    const idOf = (address: string) => {
      const id = address.slice(0, 32) as MemberId
      addresses.set(id, address)
      return id
    }
    switch (event.kind) {
      case 'open':
        return dispatch(member, { kind: 'relay-open', members: event.members.map(idOf) })
      case 'presence':
        return dispatch(member, { kind: 'presence', member: idOf(event.address), present: event.present })
      case 'frame':
        return dispatch(member, {
          kind: 'received',
          from: idOf(event.from),
          via: 'relay',
          bytes: event.bytes,
        })
      case 'closed':
        return dispatch(member, { kind: 'relay-closed' })
    }
  }

  const start = (
    { name, secret, keeps }: Pick<Member, 'name' | 'secret' | 'keeps'>,
    create: (id: MemberId) => PeerState,
  ): Member => {
    let member: Member | null = null
    const endpoint = network.endpoint({
      secret,
      room,
      onEvent: (event) => (member === null ? undefined : onRelay(member, event)),
      onDirect: (from, bytes) =>
        member === null
          ? undefined
          : dispatch(member, { kind: 'received', from: from.slice(0, 32) as MemberId, via: 'direct', bytes }),
    })
    const id = endpoint.address.slice(0, 32) as MemberId
    const logs = { said: [], heard: [], notices: [], rejects: [], relayed: [] }
    member = { id, name, state: create(id), ...logs, secret, keeps, stored: null, gone: false }
    members.push(member)
    endpoints.set(id, endpoint)
    addresses.set(id, endpoint.address)
    const tick = async (at: Member): Promise<void> => {
      if (at.gone) return
      await dispatch(at, { kind: 'tick' })
      network.setTimer(() => tick(at), tickMs)
    }
    const started = member
    network.setTimer(() => tick(started), tickMs)
    return member
  }

  /** What a password stretches to, without the stretching. */
  const proofOf = (text: string) => ({
    verifier: new Secret(crypto.hash(utf8(text))),
    seed: new Secret(crypto.hash(utf8('seed'), utf8(text))),
  })

  /** What a member keeps of a password. */
  const passwordOf = async (text: string) => {
    const { verifier, seed } = proofOf(text)
    return { verifier, publicKey: await generateXWing(crypto, seed) }
  }

  /** A new tab: `password` stands for the verifier and the seed that it stretched to. */
  const open = (name: string, { password = 'right', keeps = true, suite = standardSuite } = {}): Member =>
    start({ name, secret: crypto.random(32), keeps }, (self) => {
      const proof = proofOf(password)
      publicKeys.set(self, generateXWing(crypto, proof.seed))
      const identity = { suite, groupId, self, name, lease: 60_000, ...proof }
      return createPeer(crypto, { ...identity, publicKey: new Uint8Array(0) })
    })

  /** The same member in another tab, from what it stored last. */
  const resume = async (member: Member): Promise<Member> => {
    if (member.stored === null) throw new TypeError('nothing was stored')
    const state = await decodePeer(crypto, member.stored)
    const again = start(member, () => state)
    again.stored = member.stored
    return again
  }

  /** Lets `ms` of virtual time pass. */
  const pass = (ms: number): Promise<void> => network.run(network.now() + ms)

  const close = (member: Member): void => {
    member.gone = true
    endpoints.get(member.id)?.close()
  }

  /** Epoch, fingerprint and how many members this one sees. */
  const standingOf = (member: Member): string => {
    const { epoch, fingerprint, members: listed } = peerView(member.state)
    return `${epoch} ${fingerprint} ${listed.length}`
  }

  /** A frame that the relay puts into `from`'s mouth. */
  const speakAs = (from: MemberId, to: MemberId, bytes: Bytes): void => {
    const address = addresses.get(to)
    if (address !== undefined) endpoints.get(from)?.send(address, bytes)
  }

  /** From now on these and the others do not hear each other, by any path. */
  const cut = (ids: readonly MemberId[]): void =>
    network.cut(ids.flatMap((id) => endpoints.get(id)?.address ?? []))

  return {
    crypto,
    ports,
    network,
    members,
    passwordOf,
    speakAs,
    cut,
    carryOut,
    open,
    resume,
    preKeys,
    letters,
    collect,
    pass,
    close,
    dispatch,
    view: (member: Member) => peerView(member.state),
    say: (member: Member, text: string) => dispatch(member, { kind: 'say', text }),
    leave: async (member: Member) => {
      await dispatch(member, { kind: 'leave' })
      await pass(50)
      close(member)
    },
    standingOf,
    /** One entry when all who are still there agree. */
    standing: (): readonly string[] => [
      ...new Set(members.filter(({ gone, state }) => !gone && state.ended === 'no').map(standingOf)),
    ],
  }
}
