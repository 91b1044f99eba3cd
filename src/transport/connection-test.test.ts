import { expect, test } from 'vitest'
import { type ConnectionTestPorts, testConnection } from './connection-test.ts'

type Listener = (event: never) => void

interface Network {
  /** Candidate types found with this configuration, and errors. */
  readonly find: (configuration: RTCConfiguration) => { types: readonly string[]; errors?: readonly number[] }
  readonly meets?: boolean
}

/** A connection that finds what the network says and opens its channel once it has a remote description. */
const connectionIn =
  ({ find, meets = true }: Network) =>
  (configuration: RTCConfiguration): RTCPeerConnection => {
    const listeners = new Map<string, Listener[]>()
    const listen = (type: string, listener: Listener): void =>
      void listeners.set(type, [...(listeners.get(type) ?? []), listener])
    const fire = (type: string, event: object): void => {
      for (const listener of listeners.get(type) ?? []) listener(event as never)
    }
    const connection = {
      localDescription: null as object | null,
      createDataChannel: () => ({ addEventListener: (_: string, open: () => void) => listen('open', open) }),
      addEventListener: listen,
      addIceCandidate: async () => undefined,
      setLocalDescription: async () => {
        connection.localDescription = { type: 'offer' }
        const { types, errors = [] } = find(configuration)
        queueMicrotask(() => {
          for (const type of types) fire('icecandidate', { candidate: { type } })
          for (const errorCode of errors) fire('icecandidateerror', { errorCode })
          fire('icecandidate', { candidate: null })
        })
      },
      setRemoteDescription: async () => {
        if (meets) queueMicrotask(() => fire('open', {}))
      },
      close: () => undefined,
    }
    return connection as never
  }

const stun = { urls: ['stun:stun.example'] }
const turn = { urls: ['turn:turn.example', 'turns:turn.example'], username: 'u', credential: 'c' }
const ports = (network: Network, iceServers: readonly RTCIceServer[] = []): ConnectionTestPorts => ({
  iceServers,
  hasTurn: false,
  createConnection: connectionIn(network),
  pingRelay: async () => true,
  wait: () => new Promise((resolve) => setTimeout(resolve, 20)),
})
const host = () => ({ types: ['host'] })

test('a computer alone with its relay', async () => {
  expect(await testConnection(ports({ find: host }))).toEqual({
    computer: 'ok',
    stun: 'not-configured',
    turn: 'not-configured',
    relay: 'ok',
  })
})

test('a TURN server without credentials is for members', async () => {
  const found = await testConnection({ ...ports({ find: host }, [stun]), hasTurn: true })
  expect(found.turn).toBe('members-only')
})

test('servers that answer: each is asked with its own kind alone', async () => {
  const asked: RTCConfiguration[] = []
  const find = (configuration: RTCConfiguration) => {
    asked.push(configuration)
    if (configuration.iceTransportPolicy === 'relay') return { types: ['relay'] }
    return { types: configuration.iceServers === undefined ? ['host'] : ['host', 'srflx'] }
  }
  expect(await testConnection(ports({ find }, [stun, turn]))).toMatchObject({ stun: 'ok', turn: 'ok' })
  expect(asked.flatMap(({ iceServers = [] }) => iceServers)).toEqual([stun, turn])
})

test.each([
  [[401], 'refused'],
  [[438], 'refused'],
  [[701], 'unreachable'],
  [[], 'unreachable'],
])('a TURN server that says %j is %s', async (errors, code) => {
  const find = ({ iceTransportPolicy }: RTCConfiguration) =>
    iceTransportPolicy === 'relay' ? { types: [], errors } : { types: ['host'] }
  expect((await testConnection(ports({ find }, [turn]))).turn).toBe(code)
})

test('a STUN server that does not answer is told from one that finds nothing new', async () => {
  const failing = { find: () => ({ types: ['host'], errors: [701] }) }
  expect((await testConnection(ports(failing, [stun]))).stun).toBe('unreachable')
  expect((await testConnection(ports({ find: host }, [stun]))).stun).toBe('ok')
})

test('no candidates, no meeting, no WebRTC, no relay', async () => {
  expect((await testConnection(ports({ find: () => ({ types: [] }) }))).computer).toBe('no-candidates')
  expect((await testConnection(ports({ find: host, meets: false }))).computer).toBe('blocked')
  const none = {
    ...ports({ find: host }, [stun, turn]),
    createConnection: () => {
      throw new Error('no WebRTC')
    },
    pingRelay: () => Promise.reject(new Error('offline')),
  }
  expect(await testConnection(none)).toEqual({
    computer: 'no-webrtc',
    stun: 'unreachable',
    turn: 'unreachable',
    relay: 'unreachable',
  })
})
