/**
 * One peer in one room, from joining to its end: runs it, carries out its effects through the relay, the mesh and the
 * store, and shows its state.
 *
 *   entering ──takes part──> joined ──left, removed, relay refused, defect of ours──> over
 *   entering ──refused, relay unreachable for 20 s, left──> over
 */
import { type Bytes, toHex } from '../../codec/index.ts'
import { splitMs } from '../../group/index.ts'
import { type Address, displayName, type MemberId } from '../../identity/index.ts'
import { roomOf } from '../../pake/index.ts'
import {
  createRunner,
  type EffectPorts,
  factsOf,
  type InsideView,
  inspectPeer,
  type PeerState,
  type PeerView,
  peerView,
  relayTokens,
  type Taken,
  type UntimedEvent,
} from '../../peer/index.ts'
import type { MemberToken, Recipient } from '../../relay-protocol/index.ts'
import type { ChunkEvent, MeshEvent, RelayEvent } from '../../transport/index.ts'
import { createRoomFiles, type RoomFiles } from '../files/room-files.ts'
import { emptyRelayView, type RelayView } from '../page/relay-view.ts'
import type { Command, ErrorCode, FileCommand, MessageView, Phase } from '../page/view.ts'
import type { OpenProfile } from '../profile/profiles.ts'
import {
  addMessages,
  addNotice,
  type Conversation,
  emptyConversation,
  gapsOf,
  messageOf,
  updateDelivery,
} from './conversation.ts'
import { relayErrors, shownRejects } from './endings.ts'
import type { Entering } from './entering.ts'
import type { JoinCommand } from './join-command.ts'
import { measureSteps } from './measured-steps.ts'
import { stretchPassword } from './new-password.ts'
import type { HostPorts } from './ports.ts'
import { openRelayLink, type RelayLink } from './relay-link.ts'
import { createRelayStore } from './relay-store.ts'
import type { Screen } from './screen.ts'
import { admissionOf, phaseOf, preKeysOf, refusalOf } from './shown.ts'
import { createAliases, createTrace, frameType, receivedFacts } from './trace.ts'
import { createTurn } from './turn.ts'

/** Joining ends if the relay has not responded by then. */
const patienceMs = 20_000
/** What was sealed last still has to leave before the socket closes. */
const lingerMs = 200

export interface MembershipOptions extends Pick<JoinCommand, 'relayUrl' | 'transport'> {
  readonly peer: PeerState
  /** 32 bytes, the relay's proof of address. */
  readonly secret: Bytes
  readonly entering: Entering
  /** `null` if the membership ends with the tab. */
  readonly profile: OpenProfile | null
  /** The stored messages, if the membership is being resumed. */
  readonly messages?: readonly MessageView[]
  /** Takes over what this newcomer was charged for wrong passwords here. */
  readonly keepLevel: (level: { readonly level: number; readonly at: number }) => void
}

type MemberCommand = Extract<Command, { kind: 'remove' | 'change-password' | 'verify' | 'retry' | 'found' }>

export interface Membership {
  /** Whether it ends with the tab, because it is not stored. */
  readonly ephemeral: boolean
  readonly joined: () => boolean
  say(text: string): void
  command(command: MemberCommand): void
  leave(): void
  /** Leaves while the page unloads: through the relay if possible, since direct links die with the page. */
  leaveAtOnce(): Promise<void>
  meshEvent(event: MeshEvent): void
  chunkEvent(event: ChunkEvent): void
  file(command: FileCommand): void
  wake(): void
  relayView(): RelayView
  inspect(): InsideView
  showNotice(code: 'profile-in-use'): void
  /** Ends the membership after a defect in this code. */
  abort(): void
}

export interface MembershipPorts extends HostPorts {
  readonly screen: Screen
  readonly ended: () => void
  readonly publishStored: () => Promise<void>
}

/**
 * Opens the link to the relay and starts the peer.
 *
 * @param ports - the world, and the screen of the host
 * @param options - the peer, its secret and its profile
 */
export const enterRoom = (ports: MembershipPorts, options: MembershipOptions): Membership => {
  const { crypto, recorder, screen } = ports
  const { profile, transport, secret, relayUrl, entering, keepLevel } = options
  const { self, groupId } = options.peer
  const startedAt = ports.now()
  let log: Conversation = addMessages(emptyConversation, options.messages ?? [])
  let defects = 0
  let entered = false
  let over = false
  let relayAt: string | null = null
  /** `null` only while it is being created: it emits events before it is returned. */
  let relay: RelayLink | null = null

  const turn = createTurn({
    request: async (body) => (await relay?.request(body)) ?? null,
    now: ports.now,
    setTimer: ports.setTimer,
    show: ports.showTurn,
  })

  const aliasOf = createAliases()
  const trace = createTrace(aliasOf, ports.showTrace)

  const effects: EffectPorts = {
    sendDirect: (to, bytes) => ports.commandMesh({ kind: 'send', member: to, bytes }),
    sendByRelay: (to, bytes) => relay?.send(to, bytes),
    sendToMany: (recipients, bytes) => relay?.multicast(recipients as readonly Recipient[], bytes),
    mail: (to, bytes, letter) => void store.mail(to, bytes, letter),
    publish: (preKeys, replace) => void store.publish(preKeys, replace),
    takePreKey: (address) => void store.takePreKey(address),
    listOwners: () => void store.listOwners(),
    connect: (member, initiator) => {
      if (transport === 'any') ports.commandMesh({ kind: 'connect', member, initiator })
    },
    disconnect: (member) => ports.commandMesh({ kind: 'disconnect', member }),
    signal: (member, data) => ports.commandMesh({ kind: 'signal', member, data }),
    file: ({ from, control }) => files.hear(from, control),
    // In the log already: it was stored with the state.
    message: () => undefined,
    notice: ({ code, member, name, by, count }) => {
      if (code === 'defect') defects += 1
      // Members that were here before did not join now.
      if (code === 'defect' || (code === 'member-joined' && screen.view().phase !== 'joined')) return
      const shown = name === null ? nameOf(member) : displayName(name)
      log = addNotice(log, { code, name: shown, by: by === member ? null : nameOf(by), count }, ports.now())
    },
    reject: (code) => {
      const shown = shownRejects[code]
      if (shown !== undefined) screen.fail(shown)
    },
  }

  const nameOf = (member: MemberId | null): string | null => {
    const found = member === null ? undefined : runner.state().group.roster.entries.get(member)
    return found === undefined ? null : displayName(found.entry.name)
  }

  const messagesOf = ({ effects: made }: Taken): readonly MessageView[] =>
    made
      .filter((effect) => effect.kind === 'message')
      .map((effect) => messageOf(effect, { self: runner.state().self.id, now: ports.now() }))

  const persist = async (taken: Taken): Promise<boolean> => {
    if (profile === null || taken.state.phase.kind !== 'joined') return true
    try {
      await profile.save(taken.state, messagesOf(taken))
      return true
    } catch (error) {
      const isFull = error instanceof Error && error.name === 'QuotaExceededError'
      screen.fail(isFull ? 'storage/full' : 'storage/failed')
      return false
    }
  }

  /** What tells this member from strangers, at the relay: random bytes of the password's record. */
  const memberToken = (): MemberToken | null => {
    const [current, former] = relayTokens(runner.state(), ports.now())
    return current === undefined ? null : { current, former: former ?? null }
  }

  const took = (taken: Taken): void => {
    trace(taken)
    if (taken.state.password.record?.hash !== taken.before.password.record?.hash) relay?.announceToken()
    const received = receivedFacts(taken)
    if (received !== null) ports.recordFrame(received, frameType(received))
    for (const effect of taken.effects)
      if (effect.kind === 'send') ports.recordFrame(effect.facts, frameType(effect.facts))
    log = addMessages(log, messagesOf(taken))
  }

  const runner = createRunner({ crypto, recorder }, options.peer, {
    now: ports.now,
    setTimer: ports.setTimer,
    persist,
    took,
    effects,
    settled: () => {
      refresh()
      if (!over) files.follow()
    },
    measured: measureSteps(recorder, entering, aliasOf),
  })

  const feed = (event: UntimedEvent): void => void runner.feed(event)
  /** False where the membership ended before the event was taken. */
  const feedOrOver = async (event: UntimedEvent): Promise<boolean> => {
    await runner.feed(event)
    return !over
  }
  const store = createRelayStore({
    self: self.entry.address,
    isStored: profile !== null,
    relay: () => relay,
    feed: feedOrOver,
  })

  const files: RoomFiles = createRoomFiles({
    ...ports,
    state: runner.state,
    say: (member, control) => feed({ kind: 'file', member, control }),
    sendByRelay: (to, bytes) => {
      ports.recordFrame(factsOf(bytes, null), 'file chunk')
      relay?.send(to, bytes)
    },
    show: (shown) => {
      if (!over) screen.show({ files: shown })
    },
    fail: screen.fail,
    kept: profile?.files ?? null,
  })

  /** Shows the peer's state, and ends the membership if the peer has ended. */
  const refresh = (): void => {
    if (over) return
    const state = runner.state()
    const now = peerView(crypto, state, ports.now())
    log = updateDelivery(log, now)
    const phase = phaseOf(now)
    recorder.note({ phase, epoch: now.epoch })
    if (phase === 'joined') entering.arrive(null)
    keepLevel(now.admission.ownLevel)
    if (state.phase.kind === 'ended') return endBy(now, phase)
    if (now.phase === 'joining' && now.admission.phase === 'refused') return endRefused(now)
    screen.show({
      phase,
      admission: admissionOf(now),
      selfId: state.self.id,
      invitation: { address: state.self.entry.address, entryHash: state.self.hash },
      members: now.members,
      waiting: now.waiting,
      epoch: now.epoch,
      fingerprint: now.fingerprint,
      roomNumber: now.roomNumber,
      password: now.password,
      preKeys: preKeysOf(store.stock()),
      splitAfterMs: splitMs,
      gaps: gapsOf(now),
      defects,
      ...log,
    })
  }

  const endRefused = ({ admission }: PeerView): void => {
    end('refused', refusalOf(admission) ?? 'pake/throttled', admission.retryAt)
  }

  const endBy = (view: PeerView, phase: Phase): void => {
    if (view.phase === 'removed') return end(phase, 'group/removed', null, view.removal)
    end(phase, view.phase === 'refused' ? 'pake/failed' : null)
  }

  const end = (
    phase: Phase,
    code: ErrorCode | null,
    retryAt: number | null = null,
    removal: PeerView['removal'] = null,
  ): void => {
    if (over) return
    over = true
    runner.close()
    files.close()
    turn.close()
    entering.arrive(code ?? phase)
    recorder.note({ phase: null, epoch: null })
    const isGone = phase === 'left' || removal !== null
    if (profile !== null && isGone) store.forget()
    ports.setTimer(() => relay?.close(), lingerMs)
    ports.commandMesh({ kind: 'disconnect-all' })
    ports.ended()
    if (profile !== null) void closeProfile(profile, isGone)
    screen.restart({ phase, removal, error: code === null ? null : { code, retryAt } })
  }

  const closeProfile = async (open: OpenProfile, isGone: boolean): Promise<void> => {
    if (isGone) await open.forget()
    open.close()
    await ports.publishStored()
  }

  const relayEvent = (event: RelayEvent): void => {
    if (over) return
    switch (event.kind) {
      case 'connecting':
        relayAt = event.url
        return screen.show({ connection: entered ? 'reconnecting' : 'connecting' })
      case 'open':
        entered = true
        screen.show({ connection: 'online', error: null })
        feed({ kind: 'relay-open', present: event.members as readonly Address[] })
        void store.readMail()
        if (transport === 'any') turn.open(relayAt)
        return
      case 'presence':
        return feed({ kind: 'presence', address: event.address as Address, present: event.present })
      case 'frame':
        if (files.takeFromRelay(event.from as Address, event.bytes)) return
        return feed({
          kind: 'received',
          from: event.from as Address,
          path: 'relay',
          bytes: event.bytes,
        })
      case 'undelivered':
        return feed({ kind: 'undelivered', to: event.to as Address })
      case 'mail-waiting':
        void store.readMail()
        return
      case 'closed':
        feed({ kind: 'relay-closed' })
        if (event.retryInMs === null) return end('failed', 'relay/refused')
        // Who is back in a room can read it meanwhile.
        if (entered || options.messages !== undefined) return screen.show({ connection: 'reconnecting' })
        if (ports.now() - startedAt > patienceMs) return end('failed', 'relay/unreachable')
        return screen.fail('relay/unreachable', ports.now() + event.retryInMs)
      case 'error':
        return screen.fail(relayErrors[event.code] ?? 'relay/refused', ports.now() + event.retryAfterMs)
      case 'refused':
      case 'limits':
      case 'round-trip':
        return
      default:
        event satisfies never
    }
  }

  /** Before the removal, so that both take effect in one step. */
  const stretch = (text: string | null, door: 'strict' | 'open') =>
    stretchPassword(crypto, groupId, text, { door, refuse: screen.fail })

  const command = (given: MemberCommand): void => {
    switch (given.kind) {
      case 'remove':
        return void stretch(given.newPassword, given.door).then((password) => {
          if (password === 'refused') return
          const { withInvited } = given
          feed({ kind: 'remove', member: given.member as MemberId, withInvited, password })
        })
      case 'change-password':
        return void stretch(given.newPassword, given.door).then((password) => {
          if (password !== null && password !== 'refused') feed({ kind: 'change-password', password })
        })
      case 'verify':
        return feed({ kind: 'verify', member: given.member as MemberId | null, same: given.same })
      case 'retry':
      case 'found':
        return feed({ kind: given.kind })
      default:
        given satisfies never
    }
  }

  screen.show({ phase: 'finding', selfId: self.id, connection: 'connecting', stored: profile !== null })
  relay = openRelayLink(ports, {
    urls: () => ports.relaysFor(relayUrl),
    secret,
    room: toHex(roomOf(crypto, groupId)),
    token: memberToken,
    onEvent: relayEvent,
  })
  // Stored messages appear before anybody responds.
  if (options.messages !== undefined) refresh()

  return {
    ephemeral: profile === null,
    joined: () => runner.state().phase.kind === 'joined',
    say: (text) => feed({ kind: 'say', text }),
    command,
    leave: () => feed({ kind: 'leave', closing: false }),
    leaveAtOnce: () => runner.feed({ kind: 'leave', closing: true }),
    wake: () => relay?.retryNow(),
    relayView: () => relay?.view() ?? emptyRelayView,
    inspect: () => inspectPeer(runner.state()),
    showNotice: (code) => {
      log = addNotice(log, { code, name: null, by: null, count: 1 }, ports.now())
      screen.show(log)
    },
    abort: () => end('failed', 'host/failed'),
    file: files.command,
    chunkEvent: files.channelEvent,
    meshEvent(event) {
      if (over) return
      const address = event.member as Address
      switch (event.kind) {
        case 'signal':
          return feed({ kind: 'signal', address, data: event.data })
        case 'link':
          return feed({ kind: 'link', address, direct: event.direct })
        case 'received':
          return feed({ kind: 'received', from: address, path: 'direct', bytes: event.bytes })
        case 'returned':
          return relay?.send(event.member, event.bytes)
        default:
          event satisfies never
      }
    },
  }
}
