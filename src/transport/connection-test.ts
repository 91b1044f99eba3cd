/**
 * What works from here, in plain codes: this computer's own connections, the STUN and TURN servers, and the relay.
 * Codes, never addresses: the result may be shown and sent.
 */

export interface ConnectionTest {
  readonly computer: 'ok' | 'no-webrtc' | 'no-candidates' | 'blocked'
  readonly stun: 'ok' | 'not-configured' | 'unreachable'
  /** `members-only`: its credentials come with a room. `refused`: the server does not take the credentials, which expire. */
  readonly turn: 'ok' | 'not-configured' | 'members-only' | 'unreachable' | 'refused'
  readonly relay: 'ok' | 'unreachable'
}

export interface ConnectionTestPorts {
  readonly iceServers: readonly RTCIceServer[]
  /** Whether there is a TURN server, although its credentials may be missing. */
  readonly hasTurn: boolean
  /** Throws where there is no WebRTC. */
  readonly createConnection: (configuration: RTCConfiguration) => RTCPeerConnection
  /** Whether the relay answers. */
  readonly pingRelay: () => Promise<boolean>
  /** Resolves after the given number of milliseconds. */
  readonly wait: (ms: number) => Promise<void>
}

const gatherMs = 5_000
const meetMs = 5_000
/** RFC 8489 §14.8 and RFC 8656 §19: what a TURN server says of credentials that it does not take. */
const refusals: readonly number[] = [400, 401, 403, 438, 441]

const urlsOf = ({ urls }: RTCIceServer): readonly string[] => (Array.isArray(urls) ? urls : [urls])
const serversOf = (servers: readonly RTCIceServer[], scheme: 'stun' | 'turn'): RTCIceServer[] =>
  servers
    .map((server) => ({
      ...server,
      urls: urlsOf(server).filter((url) => url.startsWith(`${scheme}:`) || url.startsWith(`${scheme}s:`)),
    }))
    .filter(({ urls }) => urls.length > 0)

interface Gathered {
  readonly types: ReadonlySet<string>
  readonly errors: readonly number[]
}

/** The kinds of candidates that a connection finds, and the errors of its servers. */
const gather = async (
  { createConnection, wait }: ConnectionTestPorts,
  configuration: RTCConfiguration,
  wanted: string,
): Promise<Gathered> => {
  const connection = createConnection(configuration)
  const types = new Set<string>()
  const errors: number[] = []
  try {
    const complete = new Promise<void>((resolve) => {
      connection.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate === null) return resolve()
        if (candidate.type !== null) types.add(candidate.type)
        if (candidate.type === wanted) resolve()
      })
      connection.addEventListener('icecandidateerror', ({ errorCode }) => void errors.push(errorCode))
    })
    connection.createDataChannel('test')
    await connection.setLocalDescription()
    await Promise.race([complete, wait(gatherMs)])
  } finally {
    connection.close()
  }
  return { types, errors }
}

/** Whether two connections within this page find each other. */
const meet = async ({ createConnection, wait }: ConnectionTestPorts): Promise<boolean> => {
  const [one, other] = [createConnection({}), createConnection({})]
  try {
    const channel = one.createDataChannel('test', { negotiated: true, id: 1 })
    other.createDataChannel('test', { negotiated: true, id: 1 })
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const)
      from.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate !== null) to.addIceCandidate(candidate).catch(() => undefined)
      })
    const opened = new Promise<boolean>((resolve) => channel.addEventListener('open', () => resolve(true)))
    await one.setLocalDescription()
    if (one.localDescription !== null) await other.setRemoteDescription(one.localDescription)
    await other.setLocalDescription()
    if (other.localDescription !== null) await one.setRemoteDescription(other.localDescription)
    return await Promise.race([opened, wait(meetMs).then(() => false)])
  } finally {
    one.close()
    other.close()
  }
}

const testComputer = async (ports: ConnectionTestPorts): Promise<ConnectionTest['computer']> => {
  try {
    const { types } = await gather(ports, {}, 'host')
    if (types.size === 0) return 'no-candidates'
    return (await meet(ports)) ? 'ok' : 'blocked'
  } catch {
    return 'no-webrtc'
  }
}

const testStun = async (ports: ConnectionTestPorts): Promise<ConnectionTest['stun']> => {
  const iceServers = serversOf(ports.iceServers, 'stun')
  if (iceServers.length === 0) return 'not-configured'
  try {
    const { types, errors } = await gather(ports, { iceServers }, 'srflx')
    // Without address translation the candidate equals a host's and is left out; an answer is then the lack of errors.
    return types.has('srflx') || (types.size > 0 && errors.length === 0) ? 'ok' : 'unreachable'
  } catch {
    return 'unreachable'
  }
}

const testTurn = async (ports: ConnectionTestPorts): Promise<ConnectionTest['turn']> => {
  const iceServers = serversOf(ports.iceServers, 'turn')
  if (iceServers.length === 0) return ports.hasTurn ? 'members-only' : 'not-configured'
  try {
    const { types, errors } = await gather(ports, { iceServers, iceTransportPolicy: 'relay' }, 'relay')
    if (types.has('relay')) return 'ok'
    return errors.some((code) => refusals.includes(code)) ? 'refused' : 'unreachable'
  } catch {
    return 'unreachable'
  }
}

const testRelay = async ({ pingRelay }: ConnectionTestPorts): Promise<ConnectionTest['relay']> => {
  try {
    return (await pingRelay()) ? 'ok' : 'unreachable'
  } catch {
    return 'unreachable'
  }
}

/** Tests all four at once: within 10 s. */
export const testConnection = async (ports: ConnectionTestPorts): Promise<ConnectionTest> => {
  const [computer, stun, turn, relay] = await Promise.all([
    testComputer(ports),
    testStun(ports),
    testTurn(ports),
    testRelay(ports),
  ])
  return { computer, stun, turn, relay }
}
