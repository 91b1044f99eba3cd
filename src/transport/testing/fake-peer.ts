/**
 * A double of simple-peer without WebRTC: peers of one `FakeNetwork` find each other by their descriptions, and their
 * channels carry, swallow or end as the test says.
 */

import type SimplePeer from 'simple-peer'
import type { Bytes } from '../../codec/index.ts'
import type { Clock } from '../simulation/random.ts'

type Listener = (value: never) => void

export interface FakeNetwork {
  /** Stands in for the constructor of simple-peer. */
  readonly Peer: new (
    options: SimplePeer.Options,
  ) => SimplePeer.Instance
  /** While false, packets are swallowed without a word. */
  passes: boolean
  /** The browser refuses to open connections. */
  refuses: boolean
  readonly peers: readonly FakePeer[]
}

interface FakeChannel {
  binaryType: string
  bufferedAmount: number
  bufferedAmountLowThreshold: number
  readyState: string
  /** Bytes handed to the browser and not on their way yet; the test lets them go. */
  held: Bytes[]
  send(bytes: Bytes): void
  close(): void
  addEventListener(type: string, listener: Listener): void
  fire(type: string, event?: unknown): void
}

export interface FakePeer {
  readonly options: SimplePeer.Options
  /** Says what simple-peer says. */
  emit(event: string, value?: unknown): void
  /** What `signal` was called with. */
  readonly signals: readonly SimplePeer.SignalData[]
  readonly channel: FakeChannel
  readonly destroyed: boolean
  destroy(): void
}

const hopMs = 5

const createChannel = (): FakeChannel => {
  const listeners = new Map<string, Listener[]>()
  const channel: FakeChannel = {
    binaryType: '',
    bufferedAmount: 0,
    bufferedAmountLowThreshold: 0,
    readyState: 'connecting',
    held: [],
    send(bytes) {
      if (channel.readyState !== 'open') throw new Error('InvalidStateError')
      channel.held.push(bytes)
      channel.bufferedAmount += bytes.length
    },
    close() {
      channel.readyState = 'closed'
    },
    addEventListener: (type, listener) =>
      void listeners.set(type, [...(listeners.get(type) ?? []), listener]),
    fire(type, event = {}) {
      for (const listener of listeners.get(type) ?? []) listener(event as never)
    },
  }
  return channel
}

export const createFakeNetwork = (clock: Clock): FakeNetwork => {
  const peers: Peer[] = []
  const later = (run: () => void, ms = hopMs): void => void clock.at(clock.now() + ms, run)

  class Peer implements FakePeer {
    readonly options: SimplePeer.Options
    readonly signals: SimplePeer.SignalData[] = []
    readonly channel = createChannel()
    readonly name = `fake ${peers.length}`
    readonly _pc = { createDataChannel: () => this.channel }
    offerOptions: RTCOfferOptions = {}
    connected = false
    destroyed = false
    partner: Peer | null = null
    candidates = 0
    answered = false
    readonly #listeners = new Map<string, Listener[]>()

    constructor(options: SimplePeer.Options) {
      if (network.refuses) throw new Error('no WebRTC')
      this.options = options
      peers.push(this)
      if (options.initiator) later(() => this.describe('offer'))
    }

    on(event: string, listener: Listener): void {
      this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener])
    }

    emit(event: string, value?: unknown): void {
      for (const listener of this.#listeners.get(event) ?? []) listener(value as never)
    }

    describe(type: 'offer' | 'answer'): void {
      if (this.destroyed) return
      this.emit('signal', { type, sdp: this.name })
      const candidate = { candidate: `candidate of ${this.name}`, sdpMid: '0', sdpMLineIndex: 0 }
      later(() => this.emit('signal', { type: 'candidate', candidate }))
    }

    signal(data: SimplePeer.SignalData): void {
      if (this.destroyed) throw new Error('cannot signal after peer is destroyed')
      this.signals.push(data)
      if (data.type === 'candidate') this.candidates += 1
      if (data.type === 'offer' || data.type === 'answer') {
        this.partner = peers.find(({ name }) => name === data.sdp) ?? null
        // As setRemoteDescription does with nonsense, and with an answer to nothing.
        const isWrong = this.partner === null || (data.type === 'answer' && this.answered)
        if (isWrong) return this.destroy()
        if (data.type === 'offer') later(() => this.describe('answer'))
        else this.answered = true
      }
      this.tryConnect()
    }

    negotiate(): void {
      this.answered = false
      later(() => this.describe('offer'))
    }

    tryConnect(): void {
      const { partner } = this
      if (partner?.partner !== this || this.candidates + partner.candidates < 2 || this.connected) return
      later(() => {
        if (!network.passes || this.destroyed || partner.destroyed) return
        for (const end of [this, partner]) {
          if (end.connected) continue
          end.connected = true
          end.channel.readyState = 'open'
          end.emit('iceStateChange', 'connected')
          end.emit('connect')
        }
      })
    }

    send(bytes: Bytes): void {
      if (this.destroyed) throw new Error('cannot send after peer is destroyed')
      if (!this.connected) throw new Error('InvalidStateError')
      const { partner } = this
      const copy = bytes.slice()
      later(() => {
        if (network.passes && partner?.destroyed === false) partner.emit('data', copy)
      })
    }

    getStats(done: (error: Error | null, reports: readonly object[]) => void): void {
      done(null, [
        { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
        { id: 'P', type: 'candidate-pair', currentRoundTripTime: 0.005 },
      ])
    }

    destroy(): void {
      if (this.destroyed) return
      this.destroyed = true
      this.connected = false
      this.channel.readyState = 'closed'
      later(() => this.emit('close'), 0)
      const { partner } = this
      if (network.passes && partner?.partner === this) later(() => partner.destroy())
    }
  }

  const network: FakeNetwork = {
    Peer: Peer as unknown as FakeNetwork['Peer'],
    passes: true,
    refuses: false,
    peers,
  }
  return network
}
