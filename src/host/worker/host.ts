/**
 * Executes the page's commands: at most one membership at a time, and all work strictly in sequence.
 *
 *   none ──join, resume──> hardening ──> membership ──ended──> none
 *                          hardening ──leave──> none: the generation has moved on, so the result is dropped
 */

import { toHex } from '../../codec/index.ts'
import { type Address, createSelf, enforceName } from '../../identity/index.ts'
import { generateVerifier, groupIdOf, preparePassword } from '../../pake/index.ts'
import { createPeer, type InsideView, type Invitation, secretsOfPeer } from '../../peer/index.ts'
import { addressInput } from '../../relay-protocol/index.ts'
import type { ChunkEvent, MeshEvent } from '../../transport/index.ts'
import { beginEntering, type Entering } from '../membership/entering.ts'
import { type JoinCommand, joinProblem } from '../membership/join-command.ts'
import { enterRoom, type Membership, type MembershipOptions } from '../membership/membership.ts'
import type { HostPorts } from '../membership/ports.ts'
import { createScreen } from '../membership/screen.ts'
import { emptyRelayView, type RelayView } from '../page/relay-view.ts'
import type { Command } from '../page/view.ts'
import type { Resumed } from '../profile/profiles.ts'

export interface Host {
  command(command: Command): void
  meshEvent(event: MeshEvent): void
  chunkEvent(event: ChunkEvent): void
  /** The network is back: ends the back-off. */
  wake(): void
  /** Of the current or last membership. */
  relayView(): RelayView
  /** The tab closes. Leaves unless the membership is stored; resolves once the goodbye has been sent. */
  closing(): Promise<void>
  /** The state of the current membership's protocols. */
  inspect(): InsideView | null
}

/** Absence after which the others remove an ephemeral member, whose tab must be gone. */
const leaseMs = 5 * 60_000
/** The same for a stored member, who may be asleep for long. */
const storedLeaseMs = 30 * 24 * 60 * 60_000

type ResumeCommand = Extract<Command, { kind: 'resume' }>

export const createHost = (ports: HostPorts): Host => {
  const { crypto } = ports
  const screen = createScreen(ports.showView)
  let membership: Membership | null = null
  let relayView = (): RelayView => emptyRelayView
  /** Incremented by each join, resume and leave. Work that was commanded under an older one is dropped. */
  let generation = 0
  let queue: Promise<void> = Promise.resolve()
  /** What newcomers of this tab were charged for wrong passwords, by group: it outlives a refused join. */
  const levels = new Map<string, { readonly level: number; readonly at: number }>()

  const enqueue = (work: () => Promise<void>): void => {
    queue = queue.then(work).catch(() => {
      // A defect in this code. Its message could contain anything, so it is not shown.
      if (membership !== null) membership.abort()
      else screen.restart({ phase: 'failed', error: { code: 'host/failed', retryAt: null } })
    })
  }

  const enter = (options: Omit<MembershipOptions, 'keepLevel'>): void => {
    const room = toHex(options.peer.groupId)
    const entered = enterRoom(
      {
        ...ports,
        screen,
        publishStored,
        ended: () => {
          if (membership === entered) membership = null
        },
      },
      { ...options, keepLevel: (level) => void levels.set(room, level) },
    )
    membership = entered
    relayView = entered.relayView
  }

  const join = async (command: JoinCommand, mine: number): Promise<void> => {
    if (mine !== generation) return
    const entering = beginEntering(ports.recorder, 'join')
    return entering.within(() => become(command, mine, entering))
  }

  /** Creates a new member from the password and enters the room. */
  const become = async (command: JoinCommand, mine: number, entering: Entering): Promise<void> => {
    const prepared = preparePassword(command.password)
    const group = command.group.trim()
    const identified = groupIdOf(crypto, group)
    const named = enforceName(command.name)
    if ('problem' in prepared || 'problem' in identified || 'problem' in named) return
    const { groupId } = identified
    const { name } = named
    screen.restart({ phase: 'hardening', group })
    const { verifier, seed, publicKey } = await generateVerifier(crypto, prepared.prepared, groupId)
    const secret = crypto.random(32)
    const profile = command.stored
      ? await ports.profiles.create(prepared.prepared, { group, name, secret })
      : null
    prepared.prepared.wipe() // FS
    if (mine !== generation) {
      profile?.close()
      for (const unused of [verifier, seed]) unused.wipe() // FS
      return entering.arrive('left')
    }
    const address = toHex(crypto.sha256(addressInput(secret))) as Address
    const lease = profile === null ? leaseMs : storedLeaseMs
    const self = await createSelf(crypto, groupId, { name, lease, address })
    const level = levels.get(toHex(groupId))
    const peer = createPeer(crypto, {
      groupId,
      self,
      verifier,
      seed,
      publicKey,
      door: command.door,
      invitation: command.inviter as Invitation | null,
      stored: profile !== null,
      ...(level === undefined ? {} : { level }),
    })
    enter({ peer, secret, profile, entering, ...command })
  }

  /** Lets go of a profile that was opened for a membership that nobody wants any more. */
  const abandon = (resumed: Resumed): void => {
    if (resumed.kind !== 'resumed') return
    const { peer, profile, secret } = resumed
    profile.close()
    for (const one of [secret, ...secretsOfPeer(peer)]) one.wipe() // FS
  }

  const resume = async (command: ResumeCommand, mine: number): Promise<void> => {
    const { id, password, relayUrl, transport } = command
    const found = (await ports.profiles.list()).find((one) => one.id === id)
    const prepared = preparePassword(password)
    if (mine !== generation) {
      if (!('problem' in prepared)) prepared.prepared.wipe() // FS
      return
    }
    if (found === undefined || 'problem' in prepared) {
      await publishStored()
      return screen.fail('problem' in prepared ? prepared.problem : 'storage/missing')
    }
    const { group, name } = found
    screen.restart({ phase: 'hardening', group })
    const entering = beginEntering(ports.recorder, 'resume')
    const resumed = await entering.within(() => ports.profiles.resume(found, prepared.prepared))
    prepared.prepared.wipe() // FS
    if (mine !== generation) {
      abandon(resumed)
      return entering.arrive('left')
    }
    if (resumed.kind !== 'resumed') entering.arrive(`storage/${resumed.kind}`)
    if (resumed.kind === 'in-use') {
      // Another tab holds the profile. This tab joins as a separate, ephemeral member.
      const asNew = { name, group, password, door: 'strict', inviter: null, stored: false } as const
      await join({ kind: 'join', ...asNew, relayUrl, transport }, mine)
      return membership?.showNotice('profile-in-use')
    }
    if (resumed.kind !== 'resumed') {
      const error = { code: `storage/${resumed.kind}`, retryAt: null } as const
      return screen.restart({ group, phase: 'failed', error })
    }
    const { peer, profile, secret, messages } = resumed
    enter({ peer, profile, secret: secret.expose().slice(), entering, relayUrl, transport, messages })
  }

  const publishStored = async (): Promise<void> => {
    const stored = await ports.profiles.list().catch(() => [])
    ports.showStored(stored.map(({ id, group, name, createdAt }) => ({ id, group, name, createdAt })))
  }
  enqueue(publishStored)

  return {
    command(command) {
      const at = membership
      switch (command.kind) {
        case 'join': {
          if (at !== null || screen.view().phase === 'hardening') return
          const problem = joinProblem(crypto, command)
          if (problem !== null) return screen.fail(problem)
          const mine = ++generation
          return enqueue(() => join(command, mine))
        }
        case 'resume': {
          if (at !== null || screen.view().phase === 'hardening') return
          const mine = ++generation
          return enqueue(() => resume(command, mine))
        }
        case 'forget':
          return enqueue(async () => {
            await ports.profiles.forget(command.id)
            await publishStored()
          })
        case 'say':
          if (at === null || !at.joined()) return screen.fail('message/not-joined')
          if (screen.view().error !== null) screen.show({ error: null })
          return at.say(command.text)
        case 'offer-files':
        case 'file':
          if (at === null || !at.joined()) return screen.fail('message/not-joined')
          if (screen.view().error !== null) screen.show({ error: null })
          return at.file(command)
        case 'remove':
        case 'change-password':
        case 'verify':
          if (at === null || !at.joined()) return screen.fail('message/not-joined')
          return at.command(command)
        case 'retry':
        case 'found':
          return at?.command(command)
        case 'leave':
          generation += 1
          if (at !== null) return at.leave()
          return screen.restart({ phase: 'left' })
        case 'dismiss-error':
          return screen.show({ error: null })
        default:
          command satisfies never
      }
    },
    wake: () => membership?.wake(),
    relayView: () => relayView(),
    inspect: () => membership?.inspect() ?? null,
    async closing() {
      if (membership?.ephemeral) await membership.leaveAtOnce()
    },
    meshEvent: (event) => membership?.meshEvent(event),
    chunkEvent: (event) => membership?.chunkEvent(event),
  }
}
