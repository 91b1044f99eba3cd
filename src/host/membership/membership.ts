/**
 * One peer in one room, from joining to its end: feeds it events one at a time, carries out its effects, and shows its
 * state.
 *
 *   entering ──joined──> joined ──left, removed, relay refused, defect──> over
 *   entering ──refused, other suite, relay unreachable for 20 s, left──> over
 *
 * Persist comes before every other effect. If the disk fails, the step never happened.
 */

import { type Bytes, toHex, utf8 } from '../../codec/index.ts'
import { type MemberId, splitMs } from '../../group/index.ts'
import { generateVerifier, preparePassword, strongSuite } from '../../pake/index.ts'
import {
  type InsideView,
  inspectPeer,
  type PeerEffect,
  type PeerEvent,
  type PeerState,
  peerView,
} from '../../peer/index.ts'
import { refillAt, stockSize } from '../../prekeys/index.ts'
import type { MeshEvent, RelayEvent } from '../../transport/index.ts'
import { emptyRelayView, type RelayView } from '../page/relay-view.ts'
import type { Command, ErrorCode, MessageView, Phase } from '../page/view.ts'
import type { OpenProfile } from '../profile/profiles.ts'
import {
  addMessages,
  addNotice,
  type Conversation,
  emptyConversation,
  messageOf,
  updateDelivery,
} from './conversation.ts'
import { endings, otherSuites, relayErrors, shownRejects } from './endings.ts'
import type { Entering } from './entering.ts'
import { type FramePath, pathOf } from './frame-path.ts'
import type { JoinCommand } from './join-command.ts'
import { createMailbox, memberOf } from './mailbox.ts'
import { createPeerSteps } from './peer-steps.ts'
import type { HostPorts } from './ports.ts'
import { openRelayLink, type RelayLink } from './relay-link.ts'
import type { Screen } from './screen.ts'

const tickMs = 100
/** Interval for refilling pre-keys and meeting members who are asleep. */
const tendMs = 30_000
/** Joining ends if the relay has not responded by then. */
const patienceMs = 20_000

export interface MembershipOptions extends Pick<JoinCommand, 'relayUrl' | 'transport'> {
  readonly peer: PeerState
  /** 32 bytes, the relay's proof of address. */
  readonly secret: Bytes
  readonly entering: Entering
  /** `null` if the membership ends with the tab. */
  readonly profile: OpenProfile | null
  /** The stored messages, if the membership is being resumed. */
  readonly messages?: readonly MessageView[]
}

export interface Membership {
  /** Whether it ends with the tab, because it is not stored. */
  readonly ephemeral: boolean
  readonly joined: () => boolean
  say(text: string): void
  changeMembers(command: Extract<Command, { kind: 'remove' | 'change-password' }>): void
  leave(): void
  /** Leaves while the page unloads: through the relay if possible, since direct links die with the page. */
  leaveAtOnce(): Promise<void>
  meshEvent(event: MeshEvent): void
  wake(): void
  relayView(): RelayView
  inspect(): InsideView
  showNotice(code: 'profile-in-use'): void
  /** Ends the membership after a defect in this code. */
  abort(): void
}

export interface MembershipPorts extends HostPorts {
  readonly screen: Screen
  /** Runs work strictly one after the other. */
  readonly enqueue: (work: () => Promise<void>) => void
  readonly ended: () => void
  readonly publishStored: () => Promise<void>
}

type Untimed = PeerEvent extends infer E ? (E extends PeerEvent ? Omit<E, 'now'> : never) : never

/**
 * Opens the link to the relay and starts the peer.
 *
 * @param ports - the world, and the queue and screen of the host
 * @param options - the peer, its secret and its profile
 */
export const enterRoom = (ports: MembershipPorts, options: MembershipOptions): Membership => {
  const { crypto, recorder, screen, enqueue, ended, publishStored } = ports
  const { profile, transport, secret, relayUrl, entering } = options
  let { peer } = options
  const { self, group, suite } = peer
  let log: Conversation = addMessages(emptyConversation, options.messages ?? [])
  /** The relay address of each known member. A member's id is its first half. */
  const addresses = new Map<MemberId, string>()
  const startedAt = ports.now()
  let tendAt = 0
  let entered = false
  let over = false
  let closing = false

  const steps = createPeerSteps({ crypto, recorder, showTrace: ports.showTrace })
  const feed = (event: Untimed): void => {
    const queuedAt = recorder.now()
    enqueue(async () => void (await dispatch(event, queuedAt)))
  }

  /** Resolves to `false` if the event must be repeated later. `queuedAt`: on the recorder's clock. */
  const dispatch = async (event: Untimed, queuedAt = recorder.now()): Promise<boolean> => {
    if (over) return false
    const before = peer
    if (event.kind === 'received') ports.recordFrame(event.bytes)
    const timed = { ...event, now: ports.now() } as PeerEvent
    const { state, effects } = await entering.within(() => steps.take(peer, timed, queuedAt))
    if (over) return false
    const said = effects.filter((effect) => effect.kind === 'message')
    const messages = said.map((effect) => messageOf(effect, { self: self, now: ports.now() }))
    const durable = effects.some(({ kind }) => kind === 'persist') && state.ended === 'no'
    if (durable && profile !== null && !(await persist(profile, state, messages))) return false
    peer = state
    steps.trace({ before, after: state, event: timed, effects, pathOf: pathOfSent })
    log = addMessages(log, messages)
    for (const effect of effects) carryOut(effect)
    if (state !== before || effects.length > 0) refresh()
    return !effects.some((effect) => effect.kind === 'reject' && effect.code === 'prekey/later')
  }

  /** If this fails, the step never happened: nothing was sent, and its event is repeated or requested again. */
  const persist = async (
    stored: OpenProfile,
    next: PeerState,
    messages: readonly MessageView[],
  ): Promise<boolean> => {
    try {
      await stored.save(next, messages)
      return true
    } catch (error) {
      const full = error instanceof Error && error.name === 'QuotaExceededError'
      screen.fail(full ? 'storage/full' : 'storage/failed')
      return false
    }
  }

  const pathOfSent = (effect: Extract<PeerEffect, { kind: 'send' }>): FramePath =>
    pathOf(peer, effect, { mailboxes: mailbox !== null, closing })

  const carryOut = (effect: PeerEffect): void => {
    switch (effect.kind) {
      case 'persist':
      case 'message':
        return
      case 'send': {
        const { to, bytes } = effect
        const address = addresses.get(to)
        const path = pathOfSent(effect)
        if (path === 'direct' || address !== undefined) ports.recordFrame(bytes)
        if (path === 'direct') ports.commandMesh({ kind: 'send', member: to, bytes })
        else if (address === undefined) return
        else if (path === 'mail') relay?.request({ kind: 'mail', to: address, payload: bytes })
        else relay?.send(address, bytes)
        return
      }
      case 'publish':
        void mailbox?.publish(effect.preKeys)
        return
      case 'take-prekey':
        void mailbox?.take(effect.member)
        return
      case 'connect':
        if (transport === 'any') ports.commandMesh(effect)
        return
      case 'disconnect':
      case 'signal':
        ports.commandMesh(effect)
        return
      case 'notice':
        log = addNotice(log, effect, ports.now())
        return
      case 'wipe':
        for (const secret of effect.secrets) secret.wipe()
        return
      case 'reject': {
        const shown = shownRejects.find((code) => code === effect.code)
        if (shown !== undefined) screen.fail(shown)
        return
      }
      // For the trace alone.
      case 'opened':
        return
      default:
        return effect satisfies never
    }
  }

  /** Shows the peer's state, and ends the membership if the peer has ended. */
  const refresh = (): void => {
    const now = peerView(peer)
    log = updateDelivery(log, now)
    const { phase, progress, members, epoch, fingerprint, retryAt, removedWhoKnow, neededSuite } = now
    recorder.note({ phase, epoch })
    if (peer.joined) entering.arrive(null)
    const ending = endings[peer.ended]
    if (ending !== null) {
      const named = peer.ended === 'other-suite' ? otherSuites[neededSuite ?? 0] : undefined
      return end(ending.phase, named ?? ending.code, retryAt)
    }
    const left = mailbox?.stock() ?? null
    const preKeys = left === null ? null : { left, of: stockSize, refillAt }
    const gaps = now.gaps.map(({ from, name, ...gap }) => ({ ...gap, senderId: from, senderName: name }))
    screen.show({
      phase: phase as Phase,
      progress,
      members,
      epoch,
      fingerprint,
      preKeys,
      splitAfterMs: splitMs,
      gaps,
      removedWhoKnow,
      ...log,
    })
  }

  const end = (phase: Phase, code: ErrorCode | null, retryAt: number | null = null): void => {
    over = true
    entering.arrive(code ?? phase)
    recorder.note({ phase: null, epoch: null })
    if (mailbox !== null && (peer.ended === 'left' || peer.ended === 'removed'))
      relay?.request({ kind: 'forget' })
    // After a step that may be running.
    enqueue(async () => {
      for (const secret of [peer.verifier, peer.seed]) secret?.wipe() // FS
    })
    // The last frames still have to be sent.
    ports.setTimer(() => relay?.close(), 200)
    ports.commandMesh({ kind: 'disconnect-all' })
    ended()
    const gone = peer.ended === 'left' || peer.ended === 'removed'
    if (profile !== null)
      enqueue(async () => {
        if (gone) await profile.forget()
        profile.close()
        await publishStored()
      })
    screen.restart({ phase, error: code === null ? null : { code, retryAt } })
  }

  const relayEvent = (event: RelayEvent): void => {
    if (over) return
    switch (event.kind) {
      case 'connecting':
        return screen.show({ connection: entered ? 'reconnecting' : 'connecting' })
      case 'open': {
        entered = true
        for (const address of event.members) addresses.set(memberOf(address), address)
        screen.show({ connection: 'online', error: null })
        const members = event.members.map(memberOf)
        // Letters first: they were sealed before anything that happens now.
        const collected = mailbox?.collect() ?? Promise.resolve()
        tendAt = 0
        void collected.then(() => feed({ kind: 'relay-open', members }))
        return
      }
      case 'presence':
        if (event.present) addresses.set(memberOf(event.address), event.address)
        return feed({ kind: 'presence', member: memberOf(event.address), present: event.present })
      case 'frame':
        addresses.set(memberOf(event.from), event.from)
        return feed({ kind: 'received', from: memberOf(event.from), via: 'relay', bytes: event.bytes })
      case 'undelivered':
        return
      case 'mail-waiting':
        void mailbox?.collect()
        return
      case 'closed':
        feed({ kind: 'relay-closed' })
        if (event.retryInMs === null) return end('failed', 'relay/refused')
        if (entered) return screen.show({ connection: 'reconnecting' })
        if (ports.now() - startedAt > patienceMs) return end('failed', 'relay/unreachable')
        return screen.fail('relay/unreachable', ports.now() + event.retryInMs)
      case 'error': {
        const code = relayErrors[event.code] ?? 'relay/refused'
        return screen.fail(code, ports.now() + event.retryAfterMs)
      }
      // For the Relay tab alone.
      case 'limits':
      case 'refused':
      case 'round-trip':
        return
      default:
        return event satisfies never
    }
  }

  /** Stretches the new password before the removal, so that both take effect in one step. */
  const changeMembers = (command: Extract<Command, { kind: 'remove' | 'change-password' }>): void => {
    const { kind, newPassword } = command
    const text = newPassword === null ? null : preparePassword(newPassword)
    if (text !== null && 'problem' in text) return screen.fail(text.problem)
    enqueue(async () => {
      const { suite, group } = peer
      const made = text && (await generateVerifier(crypto, suite, text.prepared, group.groupId))
      for (const secret of [text?.prepared, made?.seed]) secret?.wipe() // FS
      if (kind === 'remove') {
        await dispatch({ kind, member: command.member as MemberId, password: made })
      } else if (made !== null) await dispatch({ kind, password: made })
    })
  }

  const tick = (): void => {
    if (over) return
    enqueue(async () => {
      await dispatch({ kind: 'tick' })
      if (mailbox !== null && peer.joined && peer.online && ports.now() >= tendAt) {
        tendAt = ports.now() + tendMs
        void mailbox.tend()
      }
      // Scheduled from here, so that ticks do not pile up on a slow machine.
      ports.setTimer(() => tick(), tickMs)
    })
  }

  const queued = (event: Untimed): Promise<boolean> => {
    const queuedAt = recorder.now()
    return new Promise((done) => enqueue(async () => done(await dispatch(event, queuedAt))))
  }
  // Members of a suite-1 group are never stored.
  const mailbox =
    suite.id !== strongSuite.id
      ? null
      : createMailbox({
          self,
          addresses,
          stored: profile !== null,
          relay: () => relay,
          isPresent: (member) => peer.present.has(member),
          read: (from, bytes) => queued({ kind: 'received', from, via: 'mail', bytes }),
          restock: async (count) => void (await queued({ kind: 'restock', count })),
          asleep: async (members) => void (await queued({ kind: 'asleep', members })),
          preKey: async (member, published) => void (await queued({ kind: 'prekey', member, published })),
        })
  const stored = profile !== null
  screen.show({ phase: 'finding', selfId: self, connection: 'connecting', stored, suite: suite.id })
  /** `null` only while it is being created: it emits events before it is returned. */
  let relay: RelayLink | null = null
  relay = openRelayLink(ports, {
    url: relayUrl,
    secret,
    room: toHex(crypto.hash(utf8('mlwe-pake room'), group.groupId)),
    onEvent: relayEvent,
  })
  tick()
  // Stored messages appear before anybody responds.
  if (options.messages !== undefined) refresh()

  return {
    ephemeral: profile === null,
    joined: () => peer.joined,
    say: (text) => feed({ kind: 'say', text }),
    changeMembers,
    leave: () => feed({ kind: 'leave' }),
    leaveAtOnce: async () => {
      closing = true
      await queued({ kind: 'leave' })
    },
    wake: () => relay?.retryNow(),
    relayView: () => relay?.view() ?? emptyRelayView,
    inspect: () => inspectPeer(peer),
    showNotice: (code) => {
      log = addNotice(log, { code, member: '', name: null }, ports.now())
      screen.show(log)
    },
    abort: () => end('failed', 'host/failed'),
    meshEvent(event) {
      const member = event.member as MemberId
      if (!peer.pairs.has(member)) return
      switch (event.kind) {
        case 'signal':
          return feed({ kind: 'signal', member, data: event.data })
        case 'link':
          return feed({ kind: 'link', member, direct: event.direct })
        case 'received':
          return feed({ kind: 'received', from: member, via: 'direct', bytes: event.bytes })
        default:
          return event satisfies never
      }
    },
  }
}
