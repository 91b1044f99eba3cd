/**
 * Carries out the effects of a step, one after the other. Policy is in the core: each effect says what is done, and these
 * ports only do it.
 */
import { type Bytes, equal } from '../codec/index.ts'
import { tagBytes } from '../group/index.ts'
import type { Address } from '../identity/index.ts'
import type { PeerEffect, PeerReject } from './state.ts'

type Effect<K extends PeerEffect['kind']> = Extract<PeerEffect, { kind: K }>

export interface EffectPorts {
  /** By the data channel to `to`. */
  sendDirect(to: Address, bytes: Bytes): void
  sendByRelay(to: Address, bytes: Bytes): void
  /** The same bytes to each, with the tag meant for it behind them: what `sendByRelay` to each would bring. */
  sendToMany(recipients: readonly { readonly to: Address; readonly tag: Bytes }[], bytes: Bytes): void
  /** Into the mailbox of `to`; answered by a `mailed` event. */
  mail(to: Address, bytes: Bytes, letter: number): void
  /** Answered by a `published` event. */
  publish(preKeys: readonly Bytes[], replace: boolean): void
  /** Answered by a `prekey` event. */
  takePreKey(address: Address): void
  /** Answered by an `owners` event. */
  listOwners(): void
  connect(address: Address, initiator: boolean): void
  disconnect(address: Address): void
  signal(address: Address, data: Bytes): void
  message(effect: Effect<'message'>): void
  file(effect: Effect<'file'>): void
  notice(effect: Effect<'notice'>): void
  reject(code: PeerReject): void
}

const isForMany = (effect: PeerEffect | undefined): effect is Effect<'send'> =>
  effect?.kind === 'send' && effect.path === 'relay' && effect.facts.kind === 'group'

const withoutTag = ({ bytes }: Effect<'send'>): Bytes => bytes.slice(0, -tagBytes)

/** All effects of one step in their order. A group message that the relay carries to several is uploaded once. */
export const executeAll = (effects: readonly PeerEffect[], ports: EffectPorts): void => {
  for (let at = 0; at < effects.length; ) {
    const effect = effects[at] as PeerEffect
    const run: Effect<'send'>[] = []
    if (isForMany(effect)) {
      const body = withoutTag(effect)
      for (let next: PeerEffect | undefined = effect; isForMany(next); next = effects[at + run.length]) {
        if (!equal(withoutTag(next), body)) break
        run.push(next)
      }
    }
    if (run.length > 1) {
      const recipients = run.map(({ to, bytes }) => ({ to, tag: bytes.slice(-tagBytes) }))
      ports.sendToMany(recipients, withoutTag(run[0] as Effect<'send'>))
    } else execute(effect, ports)
    at += Math.max(1, run.length)
  }
}

const execute = (effect: PeerEffect, ports: EffectPorts): void => {
  switch (effect.kind) {
    case 'send': {
      const { to, path, bytes, letter = 0 } = effect
      if (path === 'direct') return ports.sendDirect(to, bytes)
      if (path === 'relay') return ports.sendByRelay(to, bytes)
      return ports.mail(to, bytes, letter)
    }
    case 'publish':
      return ports.publish(effect.preKeys, effect.replace)
    case 'take-prekey':
      return ports.takePreKey(effect.address)
    case 'list-owners':
      return ports.listOwners()
    case 'connect':
      return ports.connect(effect.address, effect.initiator)
    case 'disconnect':
      return ports.disconnect(effect.address)
    case 'signal':
      return ports.signal(effect.address, effect.data)
    case 'message':
      return ports.message(effect)
    case 'file':
      return ports.file(effect)
    case 'notice':
      return ports.notice(effect)
    case 'reject':
      return ports.reject(effect.code)
    case 'wipe':
      for (const secret of effect.secrets) secret.wipe() // FS
      return
    case 'persist':
    case 'opened':
      return
    default:
      effect satisfies never
  }
}
