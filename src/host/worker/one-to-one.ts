/**
 * Runs one side of a 1-to-1 login: its clock, its link to the relay, and the view that the page draws.
 *
 *   outside ──listen, log-in──> hardening ──> session ──leave, relay refused, defect──> outside
 *                               session of a client ──log-in──> the same session, new password
 */

import { toHex, utf8 } from '../../codec/index.ts'
import type { MemberId } from '../../identity/index.ts'
import {
  createClient,
  createServer,
  type LoginEffect,
  type LoginEvent,
  type LoginState,
  loginView,
  stepLogin,
} from '../../login/index.ts'
import { generateVerifier, groupIdOf, preparePassword } from '../../pake/index.ts'
import { freeLevel } from '../../peer/index.ts'
import { addressInput } from '../../relay-protocol/index.ts'
import type { RelayClient, RelayEvent } from '../../transport/index.ts'
import type { HostPorts } from '../membership/ports.ts'
import { openRelayLink } from '../membership/relay-link.ts'
import { emptyOneToOne, type OneToOneCommand, type OneToOneView } from '../page/one-to-one-view.ts'
import type { ErrorCode } from '../page/view.ts'

export interface OneToOneHost {
  command(command: OneToOneCommand): void
  wake(): void
}

type Ports = Omit<
  HostPorts,
  'commandMesh' | 'showFile' | 'showTrace' | 'showTurn' | 'showView' | 'showStored' | 'profiles'
> & {
  readonly showOneToOne: (view: OneToOneView) => void
}

type EnterCommand = Extract<OneToOneCommand, { kind: 'listen' | 'log-in' }>
type Untimed = LoginEvent extends infer E ? (E extends LoginEvent ? Omit<E, 'now'> : never) : never

/** This tab's presence in one meeting place. */
interface Session {
  readonly place: string
  readonly addresses: Map<MemberId, string>
  relay: RelayClient | null
  state: LoginState
  over: boolean
}

const maxPlaceBytes = 128
const tickMs = 1_000

const memberOf = (address: string): MemberId => address.slice(0, 32) as MemberId

const problemOf = (crypto: Ports['crypto'], { place, password }: EnterCommand): ErrorCode | null => {
  if (place.trim().length === 0) return 'login/empty-place'
  if (utf8(place.trim()).length > maxPlaceBytes) return 'login/long-place'
  if ('problem' in groupIdOf(crypto, place)) return 'login/bad-place'
  const text = preparePassword(password)
  if ('problem' in text) return text.problem
  text.prepared.wipe() // FS
  return null
}

export const createOneToOneHost = (ports: Ports): OneToOneHost => {
  const { crypto, recorder } = ports
  let view: OneToOneView = { ...emptyOneToOne, freeFailures: freeLevel }
  let session: Session | null = null
  /** Incremented by each entry and exit. Work that was started under an older one is dropped. */
  let generation = 0
  let queue: Promise<void> = Promise.resolve()

  const show = (change: Partial<OneToOneView>): void => {
    view = { ...view, ...change }
    ports.showOneToOne(view)
  }

  const fail = (code: ErrorCode, retryAt: number | null = null): void => show({ error: { code, retryAt } })

  const enqueue = (work: () => Promise<void>): void => {
    queue = queue.then(work).catch(() => {
      // A defect in this code. Its message could contain anything, so it is not shown.
      end('host/failed')
    })
  }

  const end = (code: ErrorCode | null): void => {
    generation += 1
    const at = session
    session = null
    if (at !== null) {
      at.over = true
      at.relay?.close()
    }
    view = {
      ...emptyOneToOne,
      freeFailures: freeLevel,
      error: code === null ? null : { code, retryAt: null },
    }
    ports.showOneToOne(view)
  }

  const feed = (at: Session, event: Untimed): void => enqueue(() => dispatch(at, event))

  const dispatch = async (at: Session, event: Untimed): Promise<void> => {
    if (at.over) return
    const before = at.state
    const { state, effects } = await stepLogin({ crypto, recorder }, at.state, {
      ...event,
      now: ports.now(),
    } as LoginEvent)
    at.state = state
    for (const effect of effects) carryOut(at, effect)
    // Failures expire without an event.
    const changed = state !== before || effects.length > 0 || loginView(state, ports.now()).failures > 0
    if (!at.over && changed) show(loginView(state, ports.now()))
  }

  const carryOut = (at: Session, effect: LoginEffect): void => {
    switch (effect.kind) {
      case 'send': {
        const address = at.addresses.get(effect.to)
        if (address !== undefined) at.relay?.send(address, effect.bytes)
        return
      }
      case 'wipe':
        for (const secret of effect.secrets) secret.wipe() // FS
        return
      case 'reject':
        if (effect.code === 'pake/throttled')
          return fail(effect.code, loginView(at.state, ports.now()).retryAt)
        recorder.record({
          operation: 'event_rejected',
          algorithm: 'one-to-one',
          start: recorder.now(),
          duration: 0,
          bytesIn: 0,
          bytesOut: 0,
          error: effect.code,
        })
        return
      default:
        return effect satisfies never
    }
  }

  const relayEvent = (at: Session, event: RelayEvent): void => {
    if (at.over) return
    switch (event.kind) {
      case 'connecting':
        return show({ connection: at.state.online ? 'reconnecting' : 'connecting' })
      case 'open':
        for (const address of event.members) at.addresses.set(memberOf(address), address)
        show({ connection: 'online', error: null })
        return feed(at, { kind: 'relay-open', members: event.members.map(memberOf) })
      case 'presence':
        if (event.present) at.addresses.set(memberOf(event.address), event.address)
        return feed(at, { kind: 'presence', member: memberOf(event.address), present: event.present })
      case 'frame':
        at.addresses.set(memberOf(event.from), event.from)
        return feed(at, { kind: 'received', from: memberOf(event.from), bytes: event.bytes })
      case 'undelivered':
        return
      case 'closed':
        if (event.retryInMs === null) return end('relay/refused')
        show({ connection: 'reconnecting' })
        fail('relay/unreachable', ports.now() + event.retryInMs)
        return feed(at, { kind: 'relay-closed' })
      case 'error':
        return fail('relay/limited', ports.now() + event.retryAfterMs)
      // This login leaves nothing at the relay and shows no figures of the link.
      case 'limits':
      case 'refused':
      case 'round-trip':
      case 'mail-waiting':
        return
      default:
        return event satisfies never
    }
  }

  const tick = (at: Session): void => {
    if (at.over) return
    enqueue(async () => {
      await dispatch(at, { kind: 'tick' })
      ports.setTimer(() => tick(at), tickMs)
    })
  }

  /** Stretches the password and keeps only what the role needs. */
  const harden = async ({ kind, password, place }: EnterCommand) => {
    const text = preparePassword(password)
    if ('problem' in text) throw new Error(text.problem)
    const start = recorder.now()
    // Domain separation: a group with the same name and password has a different verifier.
    const placeId = placeIdOf(place)
    const { verifier, seed, publicKey } = await generateVerifier(crypto, text.prepared, placeId)
    text.prepared.wipe() // FS
    if (kind === 'listen') seed.wipe() // FS
    return { verifier, seed, publicKey, ms: recorder.now() - start }
  }

  const placeIdOf = (place: string) => {
    const identified = groupIdOf(crypto, place)
    if ('problem' in identified) throw new Error(identified.problem)
    return crypto.hash(utf8('mlwe-pake v2 one-to-one place'), identified.groupId).slice(0, 16)
  }

  const enter = async (command: EnterCommand, mine: number): Promise<void> => {
    if (mine !== generation) return
    const place = command.place.trim()
    const role = command.kind === 'listen' ? 'server' : 'client'
    show({ place, role, hardening: true, error: null, hardenedMs: null })
    const { verifier, seed, publicKey, ms } = await harden(command)
    if (mine !== generation) {
      for (const secret of [verifier, seed]) secret.wipe() // FS
      return
    }
    const proof = { kind: 'client', verifier, seed } as const
    const again = session
    if (again !== null) {
      show({ hardening: false, hardenedMs: ms })
      return dispatch(again, { kind: 'log-in', proof })
    }
    const secret = crypto.random(32)
    const self = memberOf(toHex(crypto.sha256(addressInput(secret))))
    const identity = { self }
    const at: Session = {
      place,
      addresses: new Map(),
      relay: null,
      state: role === 'server' ? createServer(identity, { verifier, publicKey }) : createClient(identity),
      over: false,
    }
    session = at
    show({ hardening: false, hardenedMs: ms, selfId: self, connection: 'connecting' })
    at.relay = openRelayLink(ports, {
      urls: () => ports.relaysFor(command.relayUrl),
      secret,
      // Never the room of a group, whatever its name.
      room: toHex(crypto.hash(utf8('mlwe-pake v2 one-to-one room'), placeIdOf(place))),
      onEvent: (event) => relayEvent(at, event),
    })
    tick(at)
    if (role === 'client') await dispatch(at, { kind: 'log-in', proof })
  }

  return {
    command(command) {
      const at = session
      switch (command.kind) {
        case 'listen':
        case 'log-in': {
          if (view.hardening || (at !== null && (command.kind === 'listen' || at.state.role === 'server')))
            return
          const problem = problemOf(crypto, command)
          if (problem !== null) return fail(problem)
          if (at === null) generation += 1
          const mine = generation
          // A second login stays in the current place.
          const fixed = at === null ? command : { ...command, place: at.place }
          return enqueue(() => enter(fixed, mine))
        }
        case 'leave': {
          generation += 1
          if (at === null) return end(null)
          return enqueue(async () => {
            await dispatch(at, { kind: 'leave' })
            if (session === at) end(null)
          })
        }
        case 'pace':
        case 'advance':
        case 'give-up':
          if (at !== null) feed(at, command)
          return
        default:
          return command satisfies never
      }
    },
    wake() {
      session?.relay?.retryNow()
    },
  }
}
