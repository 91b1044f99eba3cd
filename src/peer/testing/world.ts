/**
 * Peers around the real relay core in virtual time: one seed, one history. Members run by the product's own runner; what
 * stands in for the browser is a store of pre-keys and letters that a test may tamper with, and links that come up at once.
 */
import { type Bytes, concat, toHex, utf8 } from '../../codec/index.ts'
import { type Crypto, generateXWing, Secret, type WebCrypto } from '../../crypto/index.ts'
import { seededCrypto } from '../../crypto/testing/seeded.ts'
import { type Address, createSelf, type EntryHash, type MemberId } from '../../identity/index.ts'
import { roomOf } from '../../pake/index.ts'
import type { RelayLimits } from '../../relay-protocol/index.ts'
import type { RelayEvent } from '../../transport/index.ts'
import { createMemoryNetwork, type MemoryEndpoint } from '../../transport/testing/memory-network.ts'
import {
  createPeer,
  createRunner,
  decodePeer,
  encodePeer,
  type PeerEffect,
  type PeerState,
  type PeerStep,
  peerView,
  type Runner,
  type Taken,
  type UntimedEvent,
  wakeAt,
} from '../index.ts'
import { begin, type Transaction } from '../transaction.ts'
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
  /** In place of primitives that follow from the seed. */
  readonly crypto?: Crypto
  readonly groupId?: Bytes
  readonly limits?: Partial<RelayLimits>
  readonly observer?: Observer
}

/** Sees all that happens in a world, and may be its relay's bad will. */
export interface Observer {
  /** The primitives as the members get them. */
  watch(crypto: Crypto): Crypto
  /** After a step was taken, before its effects are carried out. */
  stepped(member: Member, taken: Taken): void
  /** What the relay passes on of a frame: itself, nothing, another, more than one. */
  relay(from: Address, to: Address, bytes: Bytes): readonly Bytes[]
  /** Whom the relay lists as owners of a mailbox. */
  owners?(member: Member, owners: ReadonlyMap<Address, number>): ReadonlyMap<Address, number>
  /** The pre-key that it hands out: another one, or (`undefined`) what was left there. */
  preKey?(member: Member, address: Address): Bytes | null | undefined
}

/** An address that a test plays by itself. */
export interface Outsider {
  readonly address: Address
  send(to: Address, bytes: Bytes): void
  close(): void
}

/** What a password stretches to. */
export interface Proof {
  readonly verifier: Secret
  readonly seed: Secret
  readonly publicKey: Bytes
}

export interface OpenOptions {
  /** A text stands for the verifier and the seed that it stretched to. */
  readonly password?: string | Proof
  readonly door?: 'strict' | 'open'
  /** Whether it stores its state before it speaks, and has a mailbox. */
  readonly keeps?: boolean
  readonly lease?: number
  /** Milliseconds that its Worker lags behind each event. */
  readonly lagMs?: number
  /** No timer of it is finer than this: a tab in the background. */
  readonly timerMs?: number
  readonly invitedBy?: Member
}

/** One peer with everything around it but the browser. */
export interface Member {
  readonly name: string
  readonly address: Address
  readonly runner: Runner
  readonly said: string[]
  readonly heard: { readonly from: MemberId; readonly text: string }[]
  readonly notices: Extract<PeerEffect, { kind: 'notice' }>[]
  readonly rejects: string[]
  /** Every frame that this member handed to the relay. */
  readonly relayed: Bytes[]
  /** The relay's proof of address, and the state made durable last: what a stored profile holds. */
  readonly secret: Bytes
  stored: Bytes | null
  readonly keeps: boolean
  readonly options: OpenOptions
  gone: boolean
  /** How far its clock is off. */
  skewMs: number
  /** A program of its own has taken its place: see `inject`. */
  isInsider: boolean
}

/** What an insider does with its own sessions: a part of a step by the peer's own code. */
export type Injected = (tx: Transaction) => Promise<void> | void

export const idOf = (member: Member): MemberId => member.runner.state().self.id

/** A member that ended says what it has to say before it goes. */
const goodbyeMs = 200

interface Mail {
  readonly from: Address
  readonly bytes: Bytes
}

export const createWorld = async (options: WorldOptions) => {
  const name = `world ${options.seed}`
  const primitives = options.crypto ?? (options.fast === true ? fastCrypto(name) : await realCrypto(name))
  const { observer } = options
  const crypto = observer?.watch(primitives) ?? primitives
  const hash = (bytes: Uint8Array) => crypto.sha256(bytes)
  const network = createMemoryNetwork({ ...options, hash })
  const groupId = options.groupId ?? new Uint8Array(16).fill(7)
  const room = toHex(roomOf(crypto, groupId))
  const ports = { crypto, recorder: { now: () => network.now(), record: () => undefined } }
  const members: Member[] = []
  const endpoints = new Map<Address, MemoryEndpoint>()
  /** Stand for the relay's store; a test reads them, and writes to them as a hostile relay would. */
  const preKeys = new Map<Address, Bytes[]>()
  const letters = new Map<Address, Mail[]>()
  /** What insiders are about to do, by member. */
  const injected = new Map<Member, Injected>()
  /** Mailboxes that take no more. */
  const full = new Set<Address>()

  const feed = async (member: Member, event: UntimedEvent): Promise<void> => {
    if (!member.gone) await member.runner.feed(event)
  }

  /** In the member's own time: after its lag, and never before what it was fed first. */
  const later = (member: Member, event: UntimedEvent, ms = 0): void => {
    network.setTimer(() => feed(member, event), ms)
  }

  /** The member reads its mailbox. */
  const readMail = async (member: Member): Promise<void> => {
    for (const { from, bytes } of letters.get(member.address)?.splice(0) ?? [])
      await feed(member, { kind: 'received', from, path: 'mail', bytes })
    await feed(member, { kind: 'mail-read' })
  }

  const owned = (member: Member, owners: ReadonlyMap<Address, number>): ReadonlyMap<Address, number> =>
    observer?.owners?.(member, owners) ?? owners

  const ownersFor = (member: Member): ReadonlyMap<Address, number> =>
    owned(
      member,
      new Map(
        [...letters.keys()]
          .filter((address) => address !== member.address)
          .map((address) => [address, preKeys.get(address)?.length ?? 0]),
      ),
    )

  const effectsOf = (self: () => Member, endpoint: () => MemoryEndpoint) => ({
    sendDirect: (to: Address, bytes: Bytes) => endpoint().sendDirect(to, bytes),
    sendByRelay(to: Address, bytes: Bytes) {
      const member = self()
      member.relayed.push(bytes)
      for (const passed of observer?.relay(member.address, to, bytes) ?? [bytes]) endpoint().send(to, passed)
    },
    sendToMany(recipients: readonly { readonly to: Address; readonly tag: Bytes }[], bytes: Bytes) {
      for (const { to, tag } of recipients) this.sendByRelay(to, concat(bytes, tag))
    },
    mail(to: Address, bytes: Bytes, letter: number) {
      const member = self()
      member.relayed.push(bytes)
      const box = full.has(to) ? undefined : letters.get(to)
      for (const passed of observer?.relay(member.address, to, bytes) ?? [bytes])
        box?.push({ from: member.address, bytes: passed })
      const outcome = box !== undefined ? 'stored' : full.has(to) ? 'full' : 'failed'
      later(member, { kind: 'mailed', letter, outcome }, 2)
      const reader = members.find(({ address, gone }) => address === to && !gone)
      if (box !== undefined && reader !== undefined) network.setTimer(() => readMail(reader), 5)
    },
    publish(made: readonly Bytes[], replace: boolean) {
      const member = self()
      const stock = [...(replace ? [] : (preKeys.get(member.address) ?? [])), ...made]
      preKeys.set(member.address, stock)
      letters.set(member.address, letters.get(member.address) ?? [])
      later(member, { kind: 'published', stock: stock.length }, 2)
    },
    takePreKey(address: Address) {
      const told = observer?.preKey?.(self(), address)
      const published = told === undefined ? (preKeys.get(address)?.shift() ?? null) : told
      later(self(), { kind: 'prekey', address, published }, 2)
    },
    listOwners() {
      const member = self()
      network.setTimer(() => feed(member, { kind: 'owners', owners: ownersFor(member) }), 2)
    },
    connect(address: Address, initiator: boolean) {
      // Stands for WebRTC: the initiator's offer travels sealed, and the link comes up.
      if (!initiator || options.relayOnly) return
      later(self(), { kind: 'signal', address, data: utf8('offer') }, 5)
    },
    disconnect(address: Address) {
      later(self(), { kind: 'link', address, direct: false }, 1)
    },
    signal(address: Address) {
      const other = members.find((one) => one.address === address && !one.gone)
      if (other === undefined) return
      later(self(), { kind: 'link', address, direct: true }, 5)
      later(other, { kind: 'link', address: self().address, direct: true }, 5)
    },
    message({ from, message }: Extract<PeerEffect, { kind: 'message' }>) {
      const member = self()
      if (from === idOf(member)) member.said.push(message.text)
      else member.heard.push({ from, text: message.text })
    },
    file: () => undefined,
    notice: (effect: Extract<PeerEffect, { kind: 'notice' }>) => void self().notices.push(effect),
    reject: (code: string) => void self().rejects.push(code),
  })

  const onRelay = (member: Member, event: RelayEvent): Promise<void> | void => {
    switch (event.kind) {
      case 'open':
        return feed(member, { kind: 'relay-open', present: event.members as readonly Address[] }).then(() =>
          readMail(member),
        )
      case 'presence':
        return feed(member, {
          kind: 'presence',
          address: event.address as Address,
          present: event.present,
        })
      case 'frame':
        return feed(member, {
          kind: 'received',
          from: event.from as Address,
          path: 'relay',
          bytes: event.bytes,
        })
      case 'undelivered':
        return feed(member, { kind: 'undelivered', to: event.to as Address })
      case 'closed':
        return feed(member, { kind: 'relay-closed' })
    }
  }

  /** A tab in the background is woken at the full minute. */
  const wakesIn = (ms: number, grainMs: number): number =>
    grainMs === 0 ? ms : Math.ceil((network.now() + ms) / grainMs) * grainMs - network.now()

  const injectedStep = async (member: Member, now: number, part: Injected): Promise<PeerStep> => {
    const tx = begin(ports, member.runner.state(), now)
    await part(tx)
    const effects: PeerEffect[] = [{ kind: 'persist' }, ...tx.effects]
    return { state: tx.state, effects, wakeAt: wakeAt(tx.state, now) }
  }

  const start = (
    name: string,
    secret: Bytes,
    given: OpenOptions,
    create: (address: Address) => PeerState | Promise<PeerState>,
  ): Promise<Member> => {
    let member: Member | null = null
    let durable: PeerState | null = null
    let profile: Bytes | null = null
    const { lagMs = 0, timerMs = 0, keeps = true } = given
    const delayed = (run: () => Promise<void> | void): Promise<void> | void => {
      if (lagMs === 0) return run()
      network.setTimer(run, lagMs)
    }
    const endpoint = network.endpoint({
      secret,
      room,
      onEvent: (event) => (member === null ? undefined : delayed(() => onRelay(member!, event))),
      onDirect: (from, bytes) =>
        member === null
          ? undefined
          : delayed(() => feed(member!, { kind: 'received', from: from as Address, path: 'direct', bytes })),
    })
    const address = endpoint.address as Address
    const finish = (state: PeerState): Member => {
      const runner = createRunner(ports, state, {
        now: () => network.now() + (member?.skewMs ?? 0),
        setTimer: (run, ms) => network.setTimer(run, wakesIn(ms, timerMs) + lagMs),
        persist: (taken) => {
          if (keeps) durable = taken.state
          return true
        },
        measured: (event, take) => {
          const part = injected.get(member!)
          if (part === undefined || event.kind !== 'wake') return take()
          injected.delete(member!)
          return injectedStep(member!, event.now, part)
        },
        took: (taken) => {
          // A member that is out leaves the relay, as the host does.
          if (taken.state.phase.kind === 'ended') network.setTimer(() => endpoint.close(), goodbyeMs)
          observer?.stepped(member!, taken)
        },
        effects: effectsOf(
          () => member!,
          () => endpoint,
        ),
      })
      const logs = { said: [], heard: [], notices: [], rejects: [], relayed: [] }
      member = {
        name,
        address,
        runner,
        ...logs,
        secret,
        // Encoded when somebody reads it: members that are never resumed cost nothing.
        get stored() {
          if (durable !== null) profile = encodePeer(durable)
          return profile
        },
        set stored(bytes) {
          durable = null
          profile = bytes
        },
        keeps,
        options: given,
        gone: false,
        skewMs: 0,
        isInsider: false,
      }
      members.push(member)
      endpoints.set(address, endpoint)
      return member
    }
    const made = create(address)
    return made instanceof Promise ? made.then(finish) : Promise.resolve(finish(made))
  }

  /** What a password stretches to, without the stretching. */
  const proofOf = async (given: string | Proof): Promise<Proof> => {
    if (typeof given !== 'string') return given
    const verifier = new Secret(crypto.hash(utf8(given)))
    const seed = new Secret(crypto.hash(utf8('seed'), utf8(given)))
    return { verifier, seed, publicKey: await generateXWing(crypto, seed) }
  }

  /** What a member hands in as a new password. */
  const passwordOf = async (text: string | Proof, door: 'strict' | 'open' = 'strict') => {
    const { verifier, publicKey } = await proofOf(text)
    return { verifier, publicKey, door }
  }

  /** A new tab. */
  const open = (name: string, given: OpenOptions = {}): Promise<Member> =>
    start(name, crypto.random(32), given, async (address) => {
      const { password = 'right', door = 'strict', lease = 5 * 60_000, keeps = true, invitedBy } = given
      const self = await createSelf(crypto, groupId, { name, lease, address })
      const invitation =
        invitedBy === undefined
          ? null
          : { address: invitedBy.address, entryHash: invitedBy.runner.state().self.hash as EntryHash }
      return createPeer(crypto, {
        groupId,
        self,
        ...(await proofOf(password)),
        door,
        invitation,
        stored: keeps && lease > 60 * 60_000,
      })
    })

  /** The same member in another tab, from what it stored last. */
  const resume = async (member: Member): Promise<Member> => {
    if (member.stored === null) throw new TypeError('nothing was stored')
    const state = await decodePeer(crypto, member.stored)
    const again = await start(member.name, member.secret, member.options, () => state)
    again.stored = member.stored
    return again
  }

  /** Lets `ms` of virtual time pass. */
  const pass = (ms: number): Promise<void> => network.run(network.now() + ms)

  /** The tab is gone without a word. */
  const close = (member: Member): void => {
    member.gone = true
    member.runner.close()
    endpoints.get(member.address)?.close()
  }

  /** An insider does something by its own sessions that no honest program does. */
  const inject = async (member: Member, part: Injected): Promise<void> => {
    injected.set(member, part)
    await feed(member, { kind: 'wake' })
    injected.delete(member)
  }

  /** An address in the room that `hear` plays. */
  const outsider = (
    hear: (from: Address, bytes: Bytes, self: Outsider) => Promise<void> | void,
    notice: (event: RelayEvent, self: Outsider) => Promise<void> | void = () => undefined,
    secret: Bytes = crypto.random(32),
  ): Outsider => {
    const endpoint: MemoryEndpoint = network.endpoint({
      secret,
      room,
      onEvent: (event) =>
        event.kind === 'frame' ? hear(event.from as Address, event.bytes, self) : notice(event, self),
    })
    const self: Outsider = {
      address: endpoint.address as Address,
      send: (to, bytes) => endpoint.send(to, bytes),
      close: () => endpoint.close(),
    }
    return self
  }

  const view = (member: Member) => peerView(crypto, member.runner.state(), network.now())

  /** Epoch, fingerprint, room number and how many members this one sees. */
  const standingOf = (member: Member): string => {
    const { epoch, fingerprint, roomNumber, members: listed } = view(member)
    // A sleeper that one met by its pre-key and that never wakes is known to that one alone: it died, or was removed.
    // Of one on the roster all know.
    const isOver = (one: Member): boolean => one.gone || one.runner.state().phase.kind === 'ended'
    const gone = new Set(members.filter(isOver).map(({ address }) => address))
    const { entries } = member.runner.state().group.roster
    const shown = listed.filter(
      ({ id, trust, address }) =>
        trust !== 'pre-keyed' || entries.has(id as MemberId) || !gone.has(address as Address),
    )
    return `${epoch} ${fingerprint} ${roomNumber?.digits} ${shown.length}`
  }

  const living = (): readonly Member[] =>
    members.filter(({ gone, runner }) => !gone && runner.state().phase.kind !== 'ended')

  return {
    crypto,
    ports,
    network,
    groupId,
    members,
    endpoints,
    preKeys,
    letters,
    full,
    living,
    passwordOf,
    proofOf,
    inject,
    outsider,
    open,
    resume,
    readMail,
    pass,
    close,
    feed,
    view,
    standingOf,
    say: (member: Member, text: string) => feed(member, { kind: 'say', text }),
    remove: (member: Member, who: MemberId, password: Awaited<ReturnType<typeof passwordOf>> | null = null) =>
      feed(member, { kind: 'remove', member: who, withInvited: false, password }),
    leave: async (member: Member) => {
      await feed(member, { kind: 'leave', closing: false })
      await pass(50)
      close(member)
    },
    /** A frame that the relay puts into the mouth of `from`. */
    speakAs: (from: Address, to: Address, bytes: Bytes): void => endpoints.get(from)?.send(to, bytes),
    /** From now on these and the others do not hear each other, by any path. */
    cut: (cutOff: readonly Member[]): void => network.cut(cutOff.map(({ address }) => address)),
    /** One entry when all who are still there agree. */
    standing: (): readonly string[] => [...new Set(living().map(standingOf))],
  }
}
export type World = Awaited<ReturnType<typeof createWorld>>
