import { type Bytes, toHex, utf8 } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { MemberId } from '../group/index.ts'
import type { Recorder } from '../metrics/index.ts'
import { generateVerifier, groupIdOf, preparePassword, strongSuite, suiteOf } from '../pake/index.ts'
import { createPeer, type PeerEffect, type PeerEvent, type PeerState, peerView, step } from '../peer/index.ts'
import {
  addressInput,
  createRelayClient,
  type MeshEvent,
  type MeshOrder,
  type RelayClient,
  type RelayEvent,
  type WebSocketLike,
} from '../transport/index.ts'
import {
  addMessages,
  addNotice,
  type Conversation,
  emptyConversation,
  messageOf,
  updateDelivery,
} from './conversation.ts'
import { type JoinCommand, joinProblem } from './join-command.ts'
import { createMailbox, type Mailbox, memberOf } from './mailbox.ts'
import type { OpenProfile, Profiles } from './profiles.ts'
import {
  type Command,
  type ErrorCode,
  emptyView,
  type MessageView,
  type Phase,
  type StoredView,
  type View,
} from './view.ts'

/** The world as the host needs it; a Worker and a test each bring their own. */
export interface HostPorts {
  readonly crypto: Crypto
  readonly recorder: Recorder
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly openSocket: (url: string) => WebSocketLike
  /** Runs `run` once after `ms`, unless the returned function is called before. */
  readonly setTimer: (run: () => void, ms: number) => () => void
  readonly orderMesh: (order: MeshOrder) => void
  readonly showView: (view: View) => void
  readonly profiles: Profiles
  readonly showStored: (stored: readonly StoredView[]) => void
}

export interface Host {
  command(command: Command): void
  meshEvent(event: MeshEvent): void
  /** The network came back: no need to wait for the next try. */
  wake(): void
  /** The tab goes: only a stored membership stays. */
  closing(): void
}

/** Absent this long, a member of a memory-only group has left: its tab is gone. */
const leaseMs = 5 * 60_000
/** A stored one is asleep for a while. */
const storedLeaseMs = 30 * 24 * 60 * 60_000
const tickMs = 100
/** How often the stock of pre-keys is looked at, and who is asleep. */
const tendMs = 30_000
/** A relay that has not answered by then ends the joining. */
const patienceMs = 20_000

interface Membership {
  readonly self: MemberId
  /** `null` only while it is being made: it speaks before it is returned. */
  relay: RelayClient | null
  /** The relay's address of each member met: a member's id is its first half. */
  readonly addresses: Map<MemberId, string>
  readonly transport: 'any' | 'relay'
  readonly startedAt: number
  /** `null`: nothing outlives the tab. */
  readonly profile: OpenProfile | null
  readonly mailbox: Mailbox | null
  tendAt: number
  peer: PeerState
  entered: boolean
  over: boolean
}

type ResumeCommand = Extract<Command, { kind: 'resume' }>

interface Entrance extends Pick<JoinCommand, 'relayUrl' | 'transport'> {
  readonly peer: PeerState
  /** 32 bytes, the relay's proof of address. */
  readonly secret: Bytes
  readonly profile: OpenProfile | null
}

/** By the number of the suite that the group has. */
const otherSuites: Partial<Record<number, ErrorCode>> = { 1: 'join/other-suite-1', 2: 'join/other-suite-2' }

const endings: Partial<Record<PeerState['ended'], { phase: Phase; code: ErrorCode | null }>> = {
  'other-suite': { phase: 'failed', code: 'join/unknown-suite' },
  refused: { phase: 'refused', code: 'pake/failed' },
  throttled: { phase: 'refused', code: 'pake/throttled' },
  left: { phase: 'left', code: null },
  removed: { phase: 'failed', code: 'group/removed' },
}

const relayErrors: Partial<Record<string, ErrorCode>> = {
  'room-full': 'relay/full',
  'message-rate': 'relay/limited',
  'byte-rate': 'relay/limited',
  'too-many-sockets': 'relay/limited',
}

const shownRejects: readonly ErrorCode[] = ['message/empty', 'message/long', 'message/backlog']

/** Runs one peer: feeds it events one at a time, carries out its effects, and tells the page what to draw. */
export const createHost = (ports: HostPorts): Host => {
  const { crypto, recorder } = ports
  let view: View = emptyView
  let log: Conversation = emptyConversation
  let membership: Membership | null = null
  /** Grows with each join and leave: what an older one still had under way is dropped. */
  let generation = 0
  let queue: Promise<void> = Promise.resolve()

  const show = (change: Partial<View>): void => {
    view = { ...view, ...change }
    ports.showView(view)
  }

  const fail = (code: ErrorCode, retryAt: number | null = null): void => show({ error: { code, retryAt } })

  const enqueue = (work: () => Promise<void>): void => {
    queue = queue.then(work).catch(() => {
      // A defect of ours. Its message could hold anything, so only its existence is told.
      if (membership !== null) end(membership, 'failed', 'host/failed')
      else
        show({
          ...emptyView,
          group: view.group,
          phase: 'failed',
          error: { code: 'host/failed', retryAt: null },
        })
    })
  }

  const feed = (at: Membership, event: Parameters<typeof dispatch>[1]): void =>
    enqueue(async () => void (await dispatch(at, event)))

  type Untimed = PeerEvent extends infer E ? (E extends PeerEvent ? Omit<E, 'now'> : never) : never

  /** `false` where the same event should come again later. */
  const dispatch = async (at: Membership, event: Untimed): Promise<boolean> => {
    if (at.over) return false
    const before = at.peer
    const { state, effects } = await step({ crypto, recorder }, at.peer, {
      ...event,
      now: ports.now(),
    } as PeerEvent)
    if (at.over) return false
    const said = effects.filter((effect) => effect.kind === 'message')
    const messages = said.map((effect) => messageOf(effect, { self: at.self, now: ports.now() }))
    const durable = effects.some(({ kind }) => kind === 'persist') && state.ended === 'no'
    if (durable && at.profile !== null && !(await persist(at.profile, state, messages))) return false
    at.peer = state
    log = addMessages(log, messages)
    for (const effect of effects) carryOut(at, effect)
    if (state !== before || effects.length > 0) refresh(at)
    return !effects.some((effect) => effect.kind === 'reject' && effect.code === 'prekey/later')
  }

  /** Where it fails, the step never happened: nothing of it was sent, and its event comes again or is asked for again. */
  const persist = async (
    profile: OpenProfile,
    peer: PeerState,
    messages: readonly MessageView[],
  ): Promise<boolean> => {
    try {
      await profile.save(peer, messages)
      return true
    } catch (error) {
      const full = error instanceof Error && error.name === 'QuotaExceededError'
      fail(full ? 'storage/full' : 'storage/failed')
      return false
    }
  }

  const carryOut = (at: Membership, effect: PeerEffect): void => {
    switch (effect.kind) {
      case 'persist':
      case 'message':
        return
      case 'send': {
        const { to, via, bytes } = effect
        const address = at.addresses.get(to)
        if (via === 'best' && at.peer.direct.has(to)) ports.orderMesh({ kind: 'send', member: to, bytes })
        else if (address === undefined) return
        else if (via === 'best' && at.mailbox !== null && !at.peer.present.has(to))
          at.relay?.ask({ kind: 'mail', to: address, payload: bytes })
        else at.relay?.send(address, bytes)
        return
      }
      case 'publish':
        void at.mailbox?.publish(effect.preKeys)
        return
      case 'take-prekey':
        void at.mailbox?.take(effect.member)
        return
      case 'connect':
        if (at.transport === 'any') ports.orderMesh(effect)
        return
      case 'disconnect':
      case 'signal':
        ports.orderMesh(effect)
        return
      case 'notice':
        log = addNotice(log, effect, ports.now())
        return
      case 'wipe':
        for (const secret of effect.secrets) secret.wipe()
        return
      case 'reject': {
        const shown = shownRejects.find((code) => code === effect.code)
        if (shown !== undefined) fail(shown)
        else {
          const start = recorder.now()
          const entry = {
            operation: 'event_rejected',
            algorithm: 'peer',
            start,
            duration: 0,
            bytesIn: 0,
            bytesOut: 0,
          }
          recorder.record({ ...entry, error: effect.code })
        }
      }
    }
  }

  /** Draws the peer's state, and ends the membership where the peer ended. */
  const refresh = (at: Membership): void => {
    const now = peerView(at.peer)
    log = updateDelivery(log, now)
    const { phase, progress, members, epoch, fingerprint, retryAt, removedWhoKnow, neededSuite } = now
    const ending = endings[at.peer.ended]
    if (ending !== undefined) {
      const named = at.peer.ended === 'other-suite' ? otherSuites[neededSuite ?? 0] : undefined
      return end(at, ending.phase, named ?? ending.code, retryAt)
    }
    const preKeys = at.mailbox?.stock() ?? null
    const gaps = now.gaps.map(({ from, name, ...gap }) => ({ ...gap, senderId: from, senderName: name }))
    show({
      phase: phase as Phase,
      progress,
      members,
      epoch,
      fingerprint,
      preKeys,
      gaps,
      removedWhoKnow,
      ...log,
    })
  }

  const end = (at: Membership, phase: Phase, code: ErrorCode | null, retryAt: number | null = null): void => {
    at.over = true
    if (at.mailbox !== null && (at.peer.ended === 'left' || at.peer.ended === 'removed'))
      at.relay?.ask({ kind: 'forget' })
    // After the step that may be under way.
    enqueue(async () => {
      for (const secret of [at.peer.verifier, at.peer.seed]) secret?.wipe() // FS
    })
    // What was sealed last still has to leave.
    ports.setTimer(() => at.relay?.close(), 200)
    ports.orderMesh({ kind: 'disconnect-all' })
    if (membership === at) membership = null
    const { profile } = at
    const gone = at.peer.ended === 'left' || at.peer.ended === 'removed'
    if (profile !== null)
      enqueue(async () => {
        if (gone) await profile.forget()
        profile.close()
        await tellStored()
      })
    log = emptyConversation
    const error = code === null ? null : { code, retryAt }
    view = { ...emptyView, group: view.group, phase, error }
    ports.showView(view)
  }

  const relayEvent = (at: Membership, event: RelayEvent): void => {
    if (at.over) return
    switch (event.kind) {
      case 'connecting':
        return show({ connection: at.entered ? 'reconnecting' : 'connecting' })
      case 'open': {
        at.entered = true
        for (const address of event.members) at.addresses.set(memberOf(address), address)
        show({ connection: 'online', error: null })
        const members = event.members.map(memberOf)
        // Letters first: they were sealed before whatever happens now.
        const collected = at.mailbox?.collect() ?? Promise.resolve()
        at.tendAt = 0
        void collected.then(() => feed(at, { kind: 'relay-open', members }))
        return
      }
      case 'presence':
        if (event.present) at.addresses.set(memberOf(event.address), event.address)
        return feed(at, { kind: 'presence', member: memberOf(event.address), present: event.present })
      case 'frame':
        at.addresses.set(memberOf(event.from), event.from)
        return feed(at, { kind: 'received', from: memberOf(event.from), via: 'relay', bytes: event.bytes })
      case 'undelivered':
        return
      case 'mail-waiting':
        void at.mailbox?.collect()
        return
      case 'closed':
        feed(at, { kind: 'relay-closed' })
        if (event.retryInMs === null) return end(at, 'failed', 'relay/refused')
        if (at.entered) return show({ connection: 'reconnecting' })
        if (ports.now() - at.startedAt > patienceMs) return end(at, 'failed', 'relay/unreachable')
        return fail('relay/unreachable', ports.now() + event.retryInMs)
      case 'error': {
        const code = relayErrors[event.code] ?? 'relay/refused'
        return fail(code, ports.now() + event.retryAfterMs)
      }
    }
  }

  /** The new password is stretched before the removal, so that both take effect in one step. */
  const changeMembers = (
    at: Membership,
    command: Extract<Command, { kind: 'remove' | 'change-password' }>,
  ): void => {
    const { kind, newPassword } = command
    const text = newPassword === null ? null : preparePassword(newPassword)
    if (text !== null && 'problem' in text) return fail(text.problem)
    enqueue(async () => {
      const { suite, group } = at.peer
      const made = text && (await generateVerifier(crypto, suite, text.prepared, group.groupId))
      for (const secret of [text?.prepared, made?.seed]) secret?.wipe() // FS
      if (kind === 'remove') {
        await dispatch(at, { kind, member: command.member as MemberId, password: made })
      } else if (made !== null) await dispatch(at, { kind, password: made })
    })
  }

  const tick = (at: Membership): void => {
    if (at.over) return
    enqueue(async () => {
      await dispatch(at, { kind: 'tick' })
      if (at.mailbox !== null && at.peer.joined && at.peer.online && ports.now() >= at.tendAt) {
        at.tendAt = ports.now() + tendMs
        void at.mailbox.tend()
      }
      // From here, so that a slow machine is not flooded with ticks.
      ports.setTimer(() => tick(at), tickMs)
    })
  }

  const join = async (command: JoinCommand): Promise<void> => {
    const mine = ++generation
    const prepared = preparePassword(command.password)
    const suite = suiteOf(command.suite)
    if ('problem' in prepared || suite === null) return
    const group = command.group.trim()
    log = emptyConversation
    view = { ...emptyView, phase: 'hardening', group }
    ports.showView(view)
    const groupId = groupIdOf(crypto, group)
    const { verifier, seed, publicKey } = await generateVerifier(crypto, suite, prepared.prepared, groupId)
    const secret = crypto.random(32)
    const name = command.name.trim()
    const profile = command.stored
      ? await ports.profiles.create(prepared.prepared, { group, name, secret })
      : null
    prepared.prepared.wipe() // FS
    if (mine !== generation) {
      profile?.close()
      for (const secret of [verifier, seed]) secret.wipe() // FS
      return
    }
    const self = memberOf(toHex(crypto.sha256(addressInput(secret))))
    const lease = profile === null ? leaseMs : storedLeaseMs
    const peer = createPeer(crypto, { suite, groupId, self, name, verifier, publicKey, seed, lease })
    enter({ peer, secret, profile, ...command })
  }

  const enter = ({ peer, secret, profile, relayUrl, transport }: Entrance): void => {
    const { self, group, suite } = peer
    const addresses = new Map<MemberId, string>()
    const queued = (event: Untimed): Promise<boolean> =>
      new Promise((done) => enqueue(async () => done(await dispatch(at, event))))
    const mailbox = createMailbox({
      self,
      addresses,
      stored: profile !== null,
      relay: () => at.relay,
      isPresent: (member) => at.peer.present.has(member),
      read: (from, bytes) => queued({ kind: 'received', from, via: 'mail', bytes }),
      restock: async (count) => void (await queued({ kind: 'restock', count })),
      asleep: async (members) => void (await queued({ kind: 'asleep', members })),
      preKey: async (member, published) => void (await queued({ kind: 'prekey', member, published })),
    })
    const at: Membership = {
      self,
      relay: null,
      addresses,
      // A quick group has nobody asleep.
      mailbox: suite.id === strongSuite.id ? mailbox : null,
      tendAt: 0,
      transport,
      startedAt: ports.now(),
      profile,
      peer,
      entered: false,
      over: false,
    }
    membership = at
    show({ phase: 'finding', selfId: self, connection: 'connecting', stored: profile !== null })
    at.relay = createRelayClient({
      url: relayUrl,
      secret,
      room: toHex(crypto.hash(utf8('mlwe-pake room'), group.groupId)),
      openSocket: ports.openSocket,
      now: ports.now,
      random: () => new DataView(crypto.random(4).buffer).getUint32(0) / 2 ** 32,
      setTimer: ports.setTimer,
      onEvent: (event) => relayEvent(at, event),
    })
    tick(at)
  }

  const resume = async ({ id, password, relayUrl, transport }: ResumeCommand): Promise<void> => {
    generation += 1
    const found = (await ports.profiles.list()).find((one) => one.id === id)
    const prepared = preparePassword(password)
    if (found === undefined || 'problem' in prepared) {
      await tellStored()
      return fail('problem' in prepared ? prepared.problem : 'storage/missing')
    }
    const { group, name } = found
    log = emptyConversation
    view = { ...emptyView, phase: 'hardening', group }
    ports.showView(view)
    const resumed = await ports.profiles.resume(found, prepared.prepared)
    prepared.prepared.wipe() // FS
    if (resumed.kind === 'in-use') {
      // Another tab is this member. This one becomes a member of its own, which ends with it.
      await join({ kind: 'join', name, group, password, suite: 2, stored: false, relayUrl, transport })
      log = addNotice(log, { code: 'profile-in-use', member: '', name: null }, ports.now())
      return show(log)
    }
    if (resumed.kind !== 'resumed') {
      view = {
        ...emptyView,
        group,
        phase: 'failed',
        error: { code: `storage/${resumed.kind}`, retryAt: null },
      }
      return ports.showView(view)
    }
    const { peer, profile, secret, messages } = resumed
    log = addMessages(log, messages)
    enter({ peer, profile, secret: secret.expose().slice(), relayUrl, transport })
    if (membership !== null) refresh(membership)
  }

  const tellStored = async (): Promise<void> => {
    const stored = await ports.profiles.list().catch(() => [])
    ports.showStored(stored.map(({ id, group, name, createdAt }) => ({ id, group, name, createdAt })))
  }
  enqueue(tellStored)

  return {
    command(command) {
      const at = membership
      switch (command.kind) {
        case 'join': {
          if (at !== null || view.phase === 'hardening') return
          const problem = joinProblem(command)
          if (problem !== null) return fail(problem)
          return enqueue(() => join(command))
        }
        case 'resume':
          if (at !== null || view.phase === 'hardening') return
          return enqueue(() => resume(command))
        case 'forget':
          return enqueue(async () => {
            await ports.profiles.forget(command.id)
            await tellStored()
          })
        case 'say':
          if (at === null || !at.peer.joined) return fail('message/not-joined')
          if (view.error !== null) show({ error: null })
          return feed(at, { kind: 'say', text: command.text })
        case 'remove':
        case 'change-password': {
          if (at === null || !at.peer.joined) return fail('message/not-joined')
          return changeMembers(at, command)
        }
        case 'leave':
          generation += 1
          if (at !== null) return feed(at, { kind: 'leave' })
          return show({ ...emptyView, group: view.group, phase: 'left' })
        case 'dismiss-error':
          return show({ error: null })
      }
    },
    wake() {
      membership?.relay?.retryNow()
    },
    closing() {
      if (membership !== null && membership.profile === null) feed(membership, { kind: 'leave' })
    },
    meshEvent(event) {
      const at = membership
      if (at === null) return
      const member = event.member as MemberId
      if (!at.peer.pairs.has(member)) return
      switch (event.kind) {
        case 'signal':
          return feed(at, { kind: 'signal', member, data: event.data })
        case 'link':
          return feed(at, { kind: 'link', member, direct: event.direct })
        case 'received':
          return feed(at, { kind: 'received', from: member, via: 'direct', bytes: event.bytes })
      }
    },
  }
}
