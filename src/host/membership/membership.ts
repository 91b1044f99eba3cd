import { type Bytes, toHex, utf8 } from '../../codec/index.ts'
import type { MemberId } from '../../group/index.ts'
import { generateVerifier, preparePassword, strongSuite } from '../../pake/index.ts'
import {
  type InsideView,
  inspectPeer,
  type PeerEffect,
  type PeerEvent,
  type PeerState,
  peerView,
} from '../../peer/index.ts'
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
import type { JoinCommand } from './join-command.ts'
import { createMailbox, memberOf } from './mailbox.ts'
import { createPeerSteps } from './peer-steps.ts'
import type { HostPorts } from './ports.ts'
import { openRelayLink, type RelayLink } from './relay-link.ts'
import type { Screen } from './screen.ts'

const tickMs = 100
/** How often the stock of pre-keys is looked at, and who is asleep. */
const tendMs = 30_000
/** A relay that has not answered by then ends the joining. */
const patienceMs = 20_000

export interface MembershipOptions extends Pick<JoinCommand, 'relayUrl' | 'transport'> {
  readonly peer: PeerState
  /** 32 bytes, the relay's proof of address. */
  readonly secret: Bytes
  readonly entering: Entering
  /** `null`: nothing outlives the tab. */
  readonly profile: OpenProfile | null
  /** What was said before, where it was stored. */
  readonly messages?: readonly MessageView[]
}

/** One peer at work in one room, from its options to its end. */
export interface Membership {
  /** Whether it ends with the tab. */
  readonly ephemeral: boolean
  readonly joined: () => boolean
  say(text: string): void
  changeMembers(command: Extract<Command, { kind: 'remove' | 'change-password' }>): void
  leave(): void
  /** Leaves while the page goes: by the relay where it is there, as direct links are the page's. */
  leaveAtOnce(): Promise<void>
  meshEvent(event: MeshEvent): void
  wake(): void
  relayView(): RelayView
  inspect(): InsideView
  showNotice(code: 'profile-in-use'): void
  /** Ends it by a defect of ours. */
  abort(): void
}

export interface MembershipPorts extends HostPorts {
  readonly screen: Screen
  /** One after the other, whatever asks. */
  readonly enqueue: (work: () => Promise<void>) => void
  readonly ended: () => void
  readonly publishStored: () => Promise<void>
}

type Untimed = PeerEvent extends infer E ? (E extends PeerEvent ? Omit<E, 'now'> : never) : never

/** Feeds its peer events one at a time, carries out the effects, and tells the page what to draw. */
export const enterRoom = (ports: MembershipPorts, options: MembershipOptions): Membership => {
  const { crypto, recorder, screen, enqueue, ended, publishStored } = ports
  const { profile, transport, secret, relayUrl, entering } = options
  let { peer } = options
  const { self, group, suite } = peer
  let log: Conversation = addMessages(emptyConversation, options.messages ?? [])
  /** The relay's address of each member met: a member's id is its first half. */
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

  /** `false` where the same event should come again later. `queuedAt`: when it joined the queue, on the recorder's clock. */
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
    steps.trace({ before, after: state, event: timed, effects })
    log = addMessages(log, messages)
    for (const effect of effects) carryOut(effect)
    if (state !== before || effects.length > 0) refresh()
    return !effects.some((effect) => effect.kind === 'reject' && effect.code === 'prekey/later')
  }

  /** Where it fails, the step never happened: nothing of it was sent, and its event comes again or is queuedAt for again. */
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

  const carryOut = (effect: PeerEffect): void => {
    switch (effect.kind) {
      case 'persist':
      case 'message':
        return
      case 'send': {
        const { to, via, bytes } = effect
        const address = addresses.get(to)
        const direct = via === 'best' && peer.direct.has(to) && !(closing && peer.online)
        if (direct || address !== undefined) ports.recordFrame(bytes)
        if (direct) ports.commandMesh({ kind: 'send', member: to, bytes })
        else if (address === undefined) return
        else if (via === 'best' && mailbox !== null && !peer.present.has(to))
          relay?.request({ kind: 'mail', to: address, payload: bytes })
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
      }
    }
  }

  /** Draws the peer's state, and ends the membership where the peer ended. */
  const refresh = (): void => {
    const now = peerView(peer)
    log = updateDelivery(log, now)
    const { phase, progress, members, epoch, fingerprint, retryAt, removedWhoKnow, neededSuite } = now
    recorder.note({ phase, epoch })
    if (peer.joined) entering.arrive(null)
    const ending = endings[peer.ended]
    if (ending !== undefined) {
      const named = peer.ended === 'other-suite' ? otherSuites[neededSuite ?? 0] : undefined
      return end(ending.phase, named ?? ending.code, retryAt)
    }
    const preKeys = mailbox?.stock() ?? null
    const gaps = now.gaps.map(({ from, name, ...gap }) => ({ ...gap, senderId: from, senderName: name }))
    screen.show({
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

  const end = (phase: Phase, code: ErrorCode | null, retryAt: number | null = null): void => {
    over = true
    entering.arrive(code ?? phase)
    recorder.note({ phase: null, epoch: null })
    if (mailbox !== null && (peer.ended === 'left' || peer.ended === 'removed'))
      relay?.request({ kind: 'forget' })
    // After the step that may be under way.
    enqueue(async () => {
      for (const secret of [peer.verifier, peer.seed]) secret?.wipe() // FS
    })
    // What was sealed last still has to leave.
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
        // Letters first: they were sealed before whatever happens now.
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
    }
  }

  /** The new password is stretched before the removal, so that both take effect in one step. */
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
      // From here, so that a slow machine is not flooded with ticks.
      ports.setTimer(() => tick(), tickMs)
    })
  }

  const queued = (event: Untimed): Promise<boolean> => {
    const queuedAt = recorder.now()
    return new Promise((done) => enqueue(async () => done(await dispatch(event, queuedAt))))
  }
  // A quick group has nobody asleep.
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
  /** `null` only while it is being made: it speaks before it is returned. */
  let relay: RelayLink | null = null
  relay = openRelayLink(ports, {
    url: relayUrl,
    secret,
    room: toHex(crypto.hash(utf8('mlwe-pake room'), group.groupId)),
    onEvent: relayEvent,
  })
  tick()
  // What was said before is on screen before anybody answers.
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
      }
    },
  }
}
