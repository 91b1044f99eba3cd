/** One frame and one control of each kind as bytes, and forms that are refused: the content of `forms.json`. */
import { type Bytes, encode, fromHex, toHex } from '../../codec/index.ts'
import type { WebCrypto } from '../../crypto/index.ts'
import { seededCrypto } from '../../crypto/testing/seeded.ts'
import type { FileId } from '../../files/index.ts'
import type { EpochId } from '../../group/index.ts'
import { type Address, createSelf, type MemberEntry, type MemberId } from '../../identity/index.ts'
import { type Control, control, type PasswordRecord } from '../controls.ts'
import { type Frame, frame } from '../frames.ts'

const about = 'Frames and controls of src/peer/SPEC.md, one of each kind, and forms that are refused'

/** `size` bytes that count up from `first`. */
const counting = (size: number, first: number): Bytes =>
  Uint8Array.from({ length: size }, (_, i) => (first + i) % 256)
const id = (first: number): MemberId => toHex(counting(16, first)) as MemberId

const run = counting(16, 0x10)
const record: PasswordRecord = {
  revision: 3,
  by: id(0x20),
  excludes: [id(0x30), id(0x40)],
  verifier: counting(32, 0x50),
  publicKey: counting(1_216, 0),
  door: 'open',
  relayToken: counting(32, 0x60),
}

const frames: { readonly [K in Frame['kind']]: readonly Extract<Frame, { kind: K }>[] } = {
  pake: [
    { kind: 'pake', proof: 'password', run, flow: 1, body: counting(66, 1), beside: counting(0, 0) },
    { kind: 'pake', proof: 'verifier', run, flow: 5, body: counting(32, 1), beside: counting(1_356, 2) },
  ],
  admit: [{ kind: 'admit', run, entry: counting(1_356, 1), flow1: counting(2_320, 2) }],
  enter: [{ kind: 'enter', run, flow2: counting(3_472, 1) }],
  handshake: [{ kind: 'handshake', from: id(0x20), to: id(0x30), flow: 1, body: counting(2_320, 1) }],
  pair: [{ kind: 'pair', body: counting(336, 1) }],
  group: [{ kind: 'group', body: counting(121, 1), tag: counting(16, 2) }],
  answer: [{ kind: 'answer', answer: counting(3_069, 1), first: counting(2_644, 2) }],
  letter: [
    { kind: 'letter', from: id(0x20), to: id(0x30), head: counting(2_240, 1), first: counting(2_644, 2) },
  ],
  busy: [{ kind: 'busy', run, retryAfterMs: 65_536 }],
  used: [{ kind: 'used', id: counting(16, 0x70) }],
  chunk: [{ kind: 'chunk', body: counting(50, 1) }],
}

const controlsOf = (
  entry: MemberEntry,
): { readonly [K in Control['kind']]: readonly Extract<Control, { kind: K }>[] } => {
  const rosterHash = toHex(counting(32, 0x90))
  const numbers = [1, 256, 2 ** 48 - 1]
  return {
    group: [{ kind: 'group', message: { kind: 'heard', member: id(0x20), agoMs: 65_536 } }],
    signal: [{ kind: 'signal', data: counting(3, 1) }],
    heartbeat: [
      { kind: 'heartbeat', intervalMs: 60_000, standing: { current: null, rosterHash, lastNumber: 0 } },
      {
        kind: 'heartbeat',
        intervalMs: 5_000,
        standing: {
          current: { id: toHex(counting(32, 0xa0)) as EpochId, counter: 7 },
          rosterHash,
          lastNumber: 2 ** 32,
        },
      },
    ],
    said: [{ kind: 'said', message: { number: 1, at: 1_800_000_000_000, text: 'Grüße ⚙' } }],
    receipt: [{ kind: 'receipt', numbers }],
    missing: [{ kind: 'missing', numbers }],
    'not-yours': [{ kind: 'not-yours', numbers: [] }],
    gone: [{ kind: 'gone', numbers }],
    password: [{ kind: 'password', record }],
    'password-held': [{ kind: 'password-held', hash: counting(32, 0xb0) }],
    'failed-tries': [{ kind: 'failed-tries', count: 255 }],
    roots: [
      {
        kind: 'roots',
        roots: [
          { of: id(0x20), root: counting(32, 0xc0) },
          { of: id(0x30), root: counting(32, 0xd0) },
        ],
      },
    ],
    'letter-named': [{ kind: 'letter-named', hash: counting(32, 0xe0) }],
    returned: [{ kind: 'returned', entry }],
    removed: [
      { kind: 'removed', by: id(0x20), reason: 'evicted', live: 2 },
      { kind: 'removed', by: null, reason: 'expired', live: 256 },
    ],
    file: [{ kind: 'file', message: { kind: 'decline', id: toHex(counting(16, 1)) as FileId } }],
  }
}

/** Bytes in hexadecimal, for JSON. */
const inHex = (value: object): unknown =>
  JSON.parse(JSON.stringify(value, (_, field) => (field instanceof Uint8Array ? toHex(field) : field)))

const described = <T extends object>(all: Readonly<Record<string, readonly T[]>>, write: (one: T) => Bytes) =>
  Object.values(all)
    .flat()
    .map((one) => ({ value: inHex(one), bytes: toHex(write(one)) }))

const hex = (one: Bytes): string => toHex(one)

/** Each is a valid one with something changed. */
const refusedFrames = () => {
  const [pake, meet] = [hex(encode(frame, frames.pake[0]!)), hex(encode(frame, frames.handshake[0]!, 4_096))]
  return [
    { why: 'nothing', bytes: '' },
    { why: 'no such tag', bytes: `00${pake.slice(2)}` },
    { why: 'no such tag', bytes: `0c${pake.slice(2)}` },
    { why: 'a proof that is neither', bytes: `0102${pake.slice(4)}` },
    { why: 'a body shorter than its length', bytes: pake.slice(0, -6) },
    { why: 'something follows', bytes: `${pake}00` },
    { why: 'a body above its maximum of 4,096', bytes: `${pake.slice(0, 38)}1001${'00'.repeat(4_097)}0000` },
    { why: 'a third flow of the handshake', bytes: `${meet.slice(0, 66)}03${meet.slice(68)}` },
    { why: 'a flow 0 of the handshake', bytes: `${meet.slice(0, 66)}00${meet.slice(68)}` },
    { why: 'one byte too few for busy', bytes: hex(encode(frame, frames.busy[0]!)).slice(0, -2) },
  ]
}

const refusedControls = (all: ReturnType<typeof controlsOf>) => {
  const of = (one: Control): string => hex(encode(control, one, 16_384))
  const [said, beat, password] = [of(all.said[0]!), of(all.heartbeat[0]!), of(all.password[0]!)]
  const [removed, expired] = all.removed.map(of) as [string, string]
  return [
    { why: 'nothing', bytes: '' },
    { why: 'no such tag', bytes: '0000' },
    { why: 'no such tag', bytes: `11${said.slice(2)}` },
    { why: 'something follows', bytes: `${said}00` },
    { why: 'a text that is not UTF-8', bytes: `04${'000000000001'.repeat(2)}0002c328` },
    {
      why: 'a text above its maximum of 8,192',
      bytes: `04${'000000000001'.repeat(2)}2001${'61'.repeat(8_193)}`,
    },
    { why: 'a flag that is neither 00 nor 01', bytes: `${beat.slice(0, 10)}02${beat.slice(12)}` },
    { why: 'a flag without its field', bytes: `${expired.slice(0, 2)}01${expired.slice(4)}` },
    { why: 'a reason that is none', bytes: `${removed.slice(0, 36)}03${removed.slice(38)}` },
    { why: '129 numbers', bytes: `050081${'000000000001'.repeat(129)}` },
    { why: 'fewer numbers than counted', bytes: '050002000000000001' },
    { why: 'a door that is neither', bytes: `${password.slice(0, -66)}02${password.slice(-64)}` },
    { why: '193 roots', bytes: `0c00c1${'00'.repeat(48 * 193)}` },
    { why: 'a description above its maximum of 8,192', bytes: `022001${'00'.repeat(8_193)}` },
    {
      why: 'an entry with a name of two spaces in a row',
      bytes: returnedNamed(of(all.returned[0]!), 'a  b'),
    },
    { why: 'a group control that is none', bytes: '010b' },
    { why: 'a file control that is none', bytes: '10ff' },
  ]
}

/** The control `returned` with another name in its entry. */
const returnedNamed = (bytes: string, name: string): string => {
  const whole = fromHex(bytes)
  const rest = whole.slice(3 + whole[2]!)
  return `0e${toHex(Uint8Array.of(0, name.length))}${toHex(new TextEncoder().encode(name) as Bytes)}${toHex(rest)}`
}

/** The content of `forms.json`. */
export const makeForms = async (subtle: WebCrypto) => {
  const { crypto } = await seededCrypto('forms of peer', subtle)
  const groupId = counting(16, 0)
  const given = { name: 'Alice', lease: 300_000, address: toHex(counting(32, 0x80)) as Address }
  const { entry } = await createSelf(crypto, groupId, given)
  const controls = controlsOf(entry)
  return {
    about,
    madeBy: 'npx tsx src/peer/vectors/make.ts',
    frames: described(frames, (one: Frame) => encode(frame, one, 8_192)),
    controls: described(controls, (one: Control) => encode(control, one, 16_384)),
    refused: { frames: refusedFrames(), controls: refusedControls(controls) },
  }
}
