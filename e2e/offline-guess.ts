import { createHash, createHmac, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { addPoints, decodePoint, encodePoint, mapToPoint, negatePoint, type Point } from './ristretto.ts'
import { type Guess, groupIdOf, hash, hashes, saltOf, suiteTag } from './secrets.ts'

/** One run of the password exchange as the relay saw it: who opened it to whom, and its five flows. */
export interface RecordedRun {
  readonly initiator: Buffer
  readonly responder: Buffer
  readonly flows: readonly [Buffer, Buffer, Buffer, Buffer, Buffer]
}

const dst = suiteTag
const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255])
const lv = (bytes: Buffer): Buffer => Buffer.concat([u16(bytes.length), bytes])
const lv4 = (bytes: Buffer): Buffer => Buffer.concat([Buffer.alloc(2), lv(bytes)])
const tagged = (...parts: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat([dst, ...parts.map((part) => Buffer.from(part))])
const extract = (salt: Buffer, ikm: Buffer): Buffer => createHmac('sha256', salt).update(ikm).digest()
const expand = (prk: Buffer, info: Buffer, length: number): Buffer => {
  const blocks: Buffer[] = []
  for (let i = 1, last = Buffer.alloc(0); blocks.length * 32 < length; i++) {
    last = createHmac('sha256', prk)
      .update(Buffer.concat([last, info, Buffer.from([i])]))
      .digest()
    blocks.push(last)
  }
  return Buffer.concat(blocks).subarray(0, length)
}
const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)))
/** LEB128 length of something below 16,384 bytes, then the bytes. */
const leb = (bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7]),
    bytes,
  ])

const vectorBytes = 1156
const runSizes = [66, 66, 96 + vectorBytes + 32]

/** The complete runs in a recording, by the layout of the frames alone. */
export function recordedRuns(
  recorded: readonly { direction: 'in' | 'out'; socket: number; bytes: Buffer }[],
): RecordedRun[] {
  const addresses = new Map<number, Buffer>()
  const runs = new Map<string, { initiator: Buffer; responder: Buffer; flows: Map<number, Buffer> }>()
  for (const { direction, socket, bytes } of recorded) {
    if (direction === 'out' && bytes[1] === 0x81) addresses.set(socket, bytes.subarray(2, 18))
    // send: to 32, length 2, payload; in it a PAKE frame: 01, suite, protocol, run 16, flow, length 2, body.
    const payload = bytes.subarray(36)
    const from = addresses.get(socket)
    if (direction !== 'in' || bytes[1] !== 0x04 || payload[0] !== 1 || from === undefined) continue
    const run = payload.subarray(3, 19).toString('hex')
    const flow = payload[19] ?? 0
    const body = payload.subarray(22)
    if (flow === 1 && !runs.has(run))
      runs.set(run, { initiator: from, responder: bytes.subarray(2, 18), flows: new Map() })
    runs.get(run)?.flows.set(flow, body)
  }
  return [...runs.values()].flatMap(({ initiator, responder, flows }) => {
    const [a, b, c, d, e] = [1, 2, 3, 4, 5].map((flow) => flows.get(flow))
    const whole = a && b && c && d && e
    const sized = [a, b, c].every((flow, i) => flow?.length === runSizes[i])
    return whole && sized ? [{ initiator, responder, flows: [a, b, c, d, e] as const }] : []
  })
}

/** The 64 bytes that a member derives from a password: its verifier and its seed (src/pake/SPEC.md). */
export const stretch = ({ password, group }: Guess): Promise<Buffer> => {
  const prepared = password.replace(/\p{Zs}/gu, ' ').normalize('NFC')
  const input = Buffer.concat([dst, Buffer.from(prepared), groupIdOf(group)])
  return promisify(pbkdf2)(input, saltOf(group), 600_000, 64, 'sha256')
}

interface Computed {
  readonly what: string
  readonly bytes: Buffer
}

const labels = [
  '',
  'SID',
  'effective_PRS',
  'T_pad',
  's_pad',
  'sk',
  'confirm',
  'OTP',
  'key',
  'session',
].concat([
  'responder confirmation',
  'initiator confirmation',
  'client_confirm',
  'server_confirm',
  'OQUAKE-context',
])

/** What a guess gives before any run is looked at. */
function withoutRun(stretched: Buffer, group: string): Computed[] {
  const parts = { verifier: stretched.subarray(0, 32), seed: stretched.subarray(32), both: stretched }
  const publics = [Buffer.alloc(0), Buffer.alloc(32), dst, groupIdOf(group), saltOf(group)]
  return Object.entries(parts).flatMap(([part, value]) =>
    [
      value,
      ...hashes.map((name) => hash(name, value)),
      createHash('shake256', { outputLength: 96 }).update(value).digest(),
      ...publics.flatMap((known) => [
        extract(known, value),
        extract(value, known),
        hash('sha3-256', known, value),
        hash('sha3-256', value, known),
      ]),
      ...labels.flatMap((name) => [
        expand(value, tagged(name), 64),
        expand(extract(Buffer.alloc(0), value), tagged(name), 64),
        extract(value, tagged(name)),
        extract(value, Buffer.from(name)),
      ]),
    ].map((bytes) => ({ what: `value of the ${part}`, bytes })),
  )
}

// ristretto255, RFC 9496, by the letter; slow, and for values that are no secret here.
/** The generator of a run's first stage, as SPEC.md "Stage 1". */
export function generatorOf(verifier: Buffer, { initiator, responder }: Omit<RecordedRun, 'flows'>): Buffer {
  const padding = Buffer.alloc(Math.max(0, 127 - leb(verifier).length - 18))
  const parts = ['CPaceRistretto255', verifier, padding, Buffer.concat([initiator, responder]), '']
  const uniform = hash('sha512', Buffer.concat(parts.map((part) => leb(Buffer.from(part)))))
  return encodePoint(addPoints(mapToPoint(uniform.subarray(0, 32)), mapToPoint(uniform.subarray(32))))
}

/** Elements that a share would be, or be near to, if its scalar were small, shared or left out. */
function relatives(g: Point, shares: readonly Buffer[]): Buffer[] {
  const near = shares.flatMap((share) => {
    const point = decodePoint(share)
    return [addPoints(point, g), addPoints(point, negatePoint(g))]
  })
  const multiples = [g, negatePoint(g)]
  for (let i = 2, last = g; i <= 16; i++) {
    last = addPoints(last, g)
    multiples.push(last)
  }
  return [...multiples, ...near].map(encodePoint)
}

/** `fullsid` of a run: its nonces and ids, all public. */
export const fullSidOf = ({ initiator, responder, flows }: RecordedRun): Buffer => {
  const nonces = Buffer.concat([flows[0].subarray(0, 32), flows[1].subarray(0, 32)])
  const sid = expand(extract(nonces, tagged('CPaceOQUAKE')), tagged('SID'), 32)
  return Buffer.concat([lv4(sid), lv4(initiator), lv4(responder)])
}

export const effectiveOf = (verifier: Buffer, fullsid: Buffer, sk1: Buffer): Buffer =>
  expand(extract(verifier, tagged('OQUAKE-context', fullsid, sk1)), tagged('effective_PRS'), 32)

const iskOf = (k: Buffer, ya: Buffer, yb: Buffer): Buffer =>
  hash('sha512', ...['CPaceRistretto255_ISK', '', k, ya, '', yb, ''].map((part) => leb(Buffer.from(part))))

/** The pad over the encoded key of flow 3, for whoever plants or removes it. */
export const vectorPad = (e: Buffer, fullsid: Buffer, rho: Buffer, r: Buffer): Buffer =>
  expand(extract(e, tagged('OQUAKE', fullsid, rho, r)), tagged('T_pad'), vectorBytes)
export const randomPad = (e: Buffer, fullsid: Buffer, rho: Buffer, masked: Buffer): Buffer =>
  expand(extract(e, tagged('OQUAKE', fullsid, rho, masked)), tagged('s_pad'), 96)

/** Distance from what uniform bytes show, in standard deviations, where a badly encoded key would show. */
function oddities(bytes: Buffer): Record<string, number> {
  let reduced = 0
  let ones = 0
  for (let i = 0; i + 3 <= 1152; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3)
    for (const coefficient of [a | ((b & 15) << 8), (b >> 4) | (c << 4)]) if (coefficient < 3329) reduced += 1
  }
  for (const byte of bytes) for (let rest = byte; rest > 0; rest >>= 1) ones += rest & 1
  const z = (count: number, n: number, p: number) => (count - n * p) / Math.sqrt(n * p * (1 - p))
  return { 'coefficients below q': z(reduced, 768, 3329 / 4096), 'bits set': z(ones, 8 * bytes.length, 0.5) }
}

/** What a guess gives for one run without the secret of its first stage, and how odd the unmasked key looks. */
function withinRun(verifier: Buffer, run: RecordedRun): { values: Computed[]; odd: string[] } {
  const { initiator, responder, flows } = run
  const [ya, yb] = [flows[0].subarray(34), flows[1].subarray(34)]
  const generator = generatorOf(verifier, run)
  const fullsid = fullSidOf(run)
  const [s, masked, rho] = [flows[2].subarray(0, 96), flows[2].subarray(96, -32), flows[2].subarray(-32)]
  const values: Computed[] = relatives(decodePoint(generator), [ya, yb]).map((bytes) => ({
    what: 'CPace element',
    bytes,
  }))
  const odd: string[] = []
  const add = (what: string, ...list: readonly Buffer[]) => {
    for (const bytes of list) values.push({ what, bytes })
  }

  const guessedKeys = [generator, ya, yb, Buffer.alloc(32)].map((k) => iskOf(k, ya, yb).subarray(0, 32))
  add('CPace key', ...guessedKeys)
  const contexts = [Buffer.alloc(0), Buffer.alloc(32), ya, yb, generator, ...guessedKeys]
  const effective = [verifier, ...contexts.map((sk1) => effectiveOf(verifier, fullsid, sk1))]
  const [ct, h] = [flows[3].subarray(0, 1088), flows[3].subarray(1088, 1152)]
  const responderPayload = flows[3].subarray(1154, -32)
  const initiatorPayload = flows[4].subarray(2, -32)
  const transcript = (...parts: readonly Buffer[]) =>
    hash(
      'sha3-256',
      'mlwe-pake CPaceOQUAKE transcript',
      Buffer.from([1]),
      initiator,
      responder,
      u16(parts.length),
      ...parts.map(lv),
    )
  const [f1, f2, f3, f4] = flows
  const confirmed = {
    'responder confirmation': transcript(f1, f2, f3, Buffer.concat([ct, h]), responderPayload),
    'initiator confirmation': transcript(f1, f2, f3, f4, Buffer.alloc(0), initiatorPayload),
  }
  for (const e of effective) {
    const sPad = randomPad(e, fullsid, rho, masked)
    const r = xor(s, sPad)
    const tPad = vectorPad(e, fullsid, rho, r)
    const key = xor(masked, tPad)
    add('pad', e, sPad, tPad)
    add('unmasked key', r, key)
    for (const [measure, z] of Object.entries(oddities(key))) {
      // By chance once in 10^9; some thousand are looked at.
      if (Math.abs(z) > 6) odd.push(measure)
    }
    const prks = [Buffer.alloc(0), Buffer.alloc(32), e].map((k) =>
      extract(e, tagged('OQUAKE', fullsid, s, masked, key, rho, ct, k)),
    )
    add('confirmation', ...prks.map((prk) => expand(prk, tagged('confirm'), 64)))
    for (const sk of [e, ...prks.map((prk) => expand(prk, tagged('sk'), 32))]) {
      for (const [name, over] of Object.entries(confirmed)) {
        add('confirmation', extract(expand(sk, tagged(name), 32), over), extract(sk, over))
      }
    }
  }
  for (const sk of [...guessedKeys, ...effective]) {
    for (const [name, over] of Object.entries(confirmed))
      add('confirmation', extract(expand(sk, tagged(name), 32), over))
  }
  return { values, odd }
}

/** Every 16 bytes in a row of a recording. */
export function windowsOf(texts: readonly Buffer[]): Set<string> {
  const windows = new Set<string>()
  for (const text of texts) {
    for (let at = 0; at + 16 <= text.length; at++) windows.add(text.toString('latin1', at, at + 16))
  }
  return windows
}

/**
 * What someone with the recording has to hold against each guess: the names of values computed from it that
 * were seen, and of measures that its unmasked keys fail. Someone without the password should get nothing for any.
 */
export function offlineEvidence(
  stretched: Buffer,
  { group, runs, windows }: { group: string; runs: readonly RecordedRun[]; windows: ReadonlySet<string> },
): string[] {
  const verifier = stretched.subarray(0, 32)
  const looked = runs.map((run) => withinRun(verifier, run))
  const values = [...withoutRun(stretched, group), ...looked.flatMap((one) => one.values)]
  const seen = values.filter(({ bytes }) => {
    for (let at = 0; at + 16 <= bytes.length; at += 16) {
      const part = bytes.subarray(at, at + 16)
      if (windows.has(part.toString('latin1'))) return true
    }
    return false
  })
  return [...new Set([...seen.map(({ what }) => what), ...looked.flatMap(({ odd }) => odd)])]
}
