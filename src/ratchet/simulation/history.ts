/**
 * Random histories of a pair and of the network between: what is sent, delivered, lost, damaged, stored, rolled back.
 */

import type { Rng } from '../../crypto/index.ts'
import type { Padding, TurnPolicy } from '../index.ts'
import type { Side } from '../testing/pair.ts'

/** What can happen to a pair and to the network between. `pick` chooses among what there is, modulo its number. */
export type HistoryEvent =
  | {
      readonly kind: 'send'
      readonly side: Side
      readonly size: number
      readonly padding: Padding
      readonly turn: TurnPolicy
    }
  /** Hands a frame on its way to `side`; `again` leaves a copy in the network. */
  | { readonly kind: 'deliver'; readonly side: Side; readonly pick: number; readonly again: boolean }
  | { readonly kind: 'lose'; readonly side: Side; readonly pick: number }
  /** Hands `side` a damaged frame. */
  | { readonly kind: 'forge'; readonly side: Side; readonly pick: number; readonly how: number }
  /** Hands `side` one of its own frames. */
  | { readonly kind: 'reflect'; readonly side: Side; readonly pick: number }
  /** `side` verifies a tag that its peer made just now. */
  | { readonly kind: 'tag'; readonly side: Side }
  | { readonly kind: 'store'; readonly side: Side }
  /** Goes back to what was stored last, as a crash or a duplicated tab would. */
  | { readonly kind: 'roll-back'; readonly side: Side }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'expire'; readonly side: Side }

type Kind = HistoryEvent['kind']

/** Relative frequency of each kind of event, by the conditions of the network. */
const weathers = {
  calm: {
    send: 40,
    deliver: 50,
    lose: 1,
    forge: 4,
    reflect: 1,
    tag: 3,
    store: 1,
    'roll-back': 0,
    wait: 2,
    expire: 1,
  },
  lossy: {
    send: 45,
    deliver: 30,
    lose: 15,
    forge: 3,
    reflect: 1,
    tag: 3,
    store: 1,
    'roll-back': 0,
    wait: 4,
    expire: 1,
  },
  crashing: {
    send: 40,
    deliver: 40,
    lose: 4,
    forge: 8,
    reflect: 2,
    tag: 3,
    store: 3,
    'roll-back': 3,
    wait: 2,
    expire: 1,
  },
} as const satisfies Readonly<Record<string, Readonly<Record<Kind, number>>>>

export type Weather = keyof typeof weathers
const weatherNames = Object.keys(weathers) as readonly Weather[]

const messages = 200
const policies: readonly TurnPolicy[] = ['due', 'minute', 'seldom', 'never']

/** @returns the history of a seed: 200 messages, some in bursts of up to 90, and what happens between them */
export const drawHistory = (
  random: Rng,
  chosen: Weather | null,
): { readonly events: readonly HistoryEvent[]; readonly calm: boolean } => {
  const pool = random(4096)
  let at = 0
  const byte = (): number => pool[at++ % pool.length]!
  const draw = (below: number): number => (byte() * 256 + byte()) % below
  const any = weatherNames[draw(weatherNames.length)]!
  const weather = weathers[chosen ?? any]
  const inOrder = draw(4)
  const total = Object.values<number>(weather).reduce((sum, weight) => sum + weight, 0)
  const drawKind = (): Kind => {
    let rest = draw(total)
    for (const [kind, weight] of Object.entries(weather) as [Kind, number][]) {
      if (rest < weight) return kind
      rest -= weight
    }
    return 'send'
  }
  const drawEvent = (): HistoryEvent[] => {
    const kind = drawKind()
    const side = draw(2) as Side
    const pick = draw(4) < inOrder ? 0 : draw(1000)
    switch (kind) {
      case 'send': {
        const padding = draw(2) === 0 ? 'control' : 'message'
        const count = draw(100) === 0 ? 1 + draw(90) : 1
        return Array.from({ length: count }, () => ({
          kind,
          side,
          size: draw(600),
          padding,
          turn: policies[draw(4) % 3]!,
        }))
      }
      case 'deliver':
        return [{ kind, side, pick, again: draw(8) === 0 }]
      case 'lose':
        return [{ kind, side, pick }]
      case 'forge':
        return [{ kind, side, pick, how: draw(65536) }]
      case 'reflect':
        return [{ kind, side, pick }]
      case 'wait':
        return [{ kind, milliseconds: draw(4) === 0 ? draw(50_000) * 1000 : draw(5000) }]
      default:
        return [{ kind, side }]
    }
  }
  const events: HistoryEvent[] = []
  for (let sent = 0; sent < messages; ) {
    const drawn = drawEvent()
    sent += drawn.filter(({ kind }) => kind === 'send').length
    events.push(...drawn)
  }
  return { events, calm: weather['roll-back'] === 0 }
}
