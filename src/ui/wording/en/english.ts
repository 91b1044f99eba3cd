/**
 * The English texts, and the type that every other language must match. Texts of the larger tabs have files of their own.
 */

import type { ErrorCode, Link, NoticeView, Phase, Trust, View } from '../../../host/index.ts'
import { pluralsOf } from '../plural.ts'
import { benchmarkEnglish } from './benchmark.ts'
import { captureEnglish } from './capture.ts'
import { chartsEnglish } from './charts.ts'
import { neighboursEnglish } from './neighbours.ts'
import { oneToOneEnglish } from './one-to-one.ts'
import { protocolEnglish } from './protocol.ts'
import { relayEnglish } from './relay.ts'
import { removalEnglish } from './removal.ts'

/** Errors that the page itself detects. */
export type PageError = 'page/bad-relay' | 'page/insecure' | 'page/incomplete'
type NoticeCode = NoticeView['code']
/** Phases with a screen of their own between the form and the room. */
export type JoiningPhase = Extract<Phase, 'hardening' | 'finding' | 'proving' | 'agreeing'>
type Named = (name: string | null) => string

const somebody = (name: string | null): string => name ?? 'Somebody'
const plural = pluralsOf('en')

export const english = {
  errors: {
    'pake/failed': 'The password was refused. Check it with the other members, then try again.',
    'pake/throttled': 'The password was refused too often. Wait a moment before the next try.',
    'join/empty-name': 'Enter a display name.',
    'join/long-name': 'The display name is too long. Choose a shorter one.',
    'join/empty-group': 'Enter the name of a group.',
    'join/long-group': 'The group name is too long. Choose a shorter one.',
    'join/empty-password': 'Enter the password of the group.',
    'join/long-password': 'The password is too long. Choose a shorter one.',
    'join/bad-password': 'The password contains characters that are not allowed. Choose another one.',
    'join/unknown-suite':
      'The group uses a protocol version that this page does not support. Reload the page.',
    'join/other-suite-1':
      'This group uses suite 1 (standard: nothing is stored), but you chose suite 2. Choose suite 1 and join again.',
    'join/other-suite-2':
      'This group uses suite 2 (strong: members may stay after closing the tab), but you chose suite 1. Choose suite 2 and join again.',
    'login/empty-place': 'Enter the name of a meeting place.',
    'login/long-place': 'The name of the meeting place is too long. Choose a shorter one.',
    'message/empty': 'Enter a message first.',
    'message/long': 'The message is too long. Shorten it, or send it in parts.',
    'message/backlog': 'Too many messages are still being sent. Wait until some are delivered.',
    'group/removed': 'A member removed you from the group.',
    'message/not-joined': 'You are not in a group, so the message was not sent.',
    'relay/unreachable': 'The relay cannot be reached. Check your connection, then try again.',
    'relay/refused': 'The relay refused the connection.',
    'relay/limited': 'The relay is limiting your rate. Wait a moment, then try again.',
    'relay/full': 'The group is full on this relay.',
    'storage/wrong-password':
      'The password was refused: it does not open this stored membership. Nothing was changed; try again.',
    'storage/damaged': 'The stored membership cannot be read. Forget it and join again.',
    'storage/missing': 'This membership is no longer stored here: you or the browser deleted it. Join again.',
    'storage/full':
      'The browser has no space left to store your membership, so nothing is sent. Free up some space.',
    'storage/failed':
      'The browser cannot store your membership, so nothing is sent. Join without staying a member, or reload.',
    'host/failed': 'Something went wrong in this page. Reload it and join again.',
    'page/bad-relay': 'The relay in the address of this page must start with ws:// or wss://.',
    'page/incomplete': 'Part of this page failed to load. Check your connection, then try again.',
    'page/insecure':
      'Browsers allow encryption only on pages from https:// or localhost. Open this page from one of them.',
  } satisfies Record<ErrorCode | PageError, string>,
  unknownError: (code: string) => `Something went wrong (${code}).`,
  notices: {
    'member-joined': (name) => `${somebody(name)} joined`,
    'member-left': (name) => `${somebody(name)} left`,
    'member-expired': (name) => `${somebody(name)} was away for too long and was removed`,
    'member-evicted': (name) => `${somebody(name)} was removed from the group`,
    'member-returned': (name) => `${somebody(name)} is back`,
    'password-changed': (name) => `${somebody(name)} changed the password of the group`,
    'guess-failed': (name) => `${somebody(name)} failed to join: wrong password`,
    'prekeys-exhausted': () =>
      'A member of this group is asleep and has no pre-keys left: wait until they are back',
    'prekey-used': () =>
      'A pre-key had already been used: that pair has to wait until both of you are online',
    'profile-in-use': () =>
      'Your stored membership is open in another tab. This tab is a separate member until you close it',
  } satisfies Record<NoticeCode, Named>,
  links: {
    self: 'you',
    connecting: 'connecting',
    direct: 'direct',
    relayed: 'relayed',
    offline: 'offline',
  } satisfies Record<Link, string>,
  trusts: {
    self: 'you',
    verified: 'verified',
    vouched: 'vouched',
    'pre-keyed': 'pre-keyed',
  } satisfies Record<Trust, string>,
  connections: {
    offline: 'Offline',
    connecting: 'Connecting',
    online: 'Online',
    reconnecting: 'Reconnecting',
  } satisfies Record<View['connection'], string>,
  notConnected: 'Not connected',
  shell: {
    language: 'Language',
    connection: 'Connection',
    sections: 'Sections',
    room: 'Room',
    metrics: 'Metrics',
    relay: 'Relay',
    protocol: 'Protocol',
    benchmark: 'Benchmark',
    'one-to-one': '1-to-1',
    dismiss: 'Dismiss',
  },
  join: {
    title: 'A private room in this browser',
    lead: 'Everyone who knows the password gets in. The relay between you cannot read anything, now or with a future quantum computer.',
    name: 'Display name',
    group: 'Group',
    password: 'Password',
    showPassword: 'Show password',
    show: 'Show',
    passwordHint: 'It never leaves this browser. A few random words work best.',
    stay: 'Stay a member after closing this tab',
    stayHint:
      'Keeps your keys on this computer, sealed under the password. Otherwise closing the tab leaves the group and nothing is kept.',
    submit: 'Join group',
    create: 'Create group',
    created: (words: number, of: string, bits: string) =>
      `${words} words drawn from ${of}: ${bits} bits. Keep them somewhere safe. They are not shown again.`,
    left: (group: string) => (group === '' ? 'You left the group.' : `You left the group “${group}”.`),
    cancelled: 'Cancelled. You did not join.',
    relayOnly: 'Direct connections are off in this tab. Everything goes through the relay.',
    nextTry: (seconds: number) => `Next try in ${plural(seconds, { one: 'second', other: 'seconds' })}.`,
    tryNow: 'You can try again now.',
  },
  invite: {
    copyLink: 'Copy invitation link',
    showQr: 'Show QR code',
    withPassword: 'Put the password into the link',
    with: 'Anyone with this link can join. Send it only where nobody else can read it.',
    without: 'The link names only the group. Share the password another way: in person or by phone.',
    copied: 'Copied.',
    link: 'Invitation link',
    qr: (group: string) => `Invitation to “${group}” as a QR code`,
  },
  stored: {
    title: 'Your groups on this computer',
    lead: 'Type the password that you joined with, even if the group has changed it since.',
    since: (name: string, date: string) => `as ${name}, since ${date}`,
    password: (group: string) => `Password of ${group}`,
    resume: 'Resume',
    forget: 'Forget',
    reallyForget: 'Forget for good',
    keep: 'Keep',
    forgetHint: 'Deletes your keys and messages on this computer. The others still list you for a while.',
  },
  progress: {
    title: (group: string) => (group === '' ? 'Joining' : `Joining “${group}”`),
    cancel: 'Cancel',
    steps: {
      hardening: 'Hardening the password',
      finding: 'Finding members',
      proving: 'Proving the password to each member',
      agreeing: 'Agreeing on the group key',
    } satisfies Record<JoiningPhase, string>,
    details: {
      hardening: 'Slow on purpose: it makes every guess expensive. It cannot report its progress.',
      finding: 'Asking the relay who is in the group.',
      proving: 'If it is wrong, neither side learns anything else.',
      agreeing: 'A fresh key that only the members know.',
    } satisfies Record<JoiningPhase, string>,
    proved: (done: number, of: number) => `${done} of ${plural(of, { one: 'member', other: 'members' })}`,
  },
  room: {
    leave: 'Leave group',
    members: 'Members',
    asleep: (id: string) => `Asleep ${id}`,
    preKeys: (left: number, of: number, low: boolean) =>
      low
        ? `Only ${left} of your ${of} pre-keys left at the relay`
        : `${left} of your ${of} pre-keys at the relay`,
    groupKey: 'Group key',
    epoch: 'Epoch',
    fingerprint: 'Fingerprint',
    fingerprintHint: 'Must be the same on every screen. If not, somebody is intercepting.',
    yourId: 'Your id',
    you: 'you',
    compared: 'compared',
    verify: 'Verify',
    verifyName: (name: string) => `Verify ${name}`,
    verifyLead: (name: string) =>
      `Compare this with what ${name} sees under your name, side by side or by phone. If they match, nobody is intercepting. If they differ, somebody is: leave the group.`,
    safetyNumber: 'Safety number',
    safetyWords: 'Short form, for reading aloud',
    iCompared: 'I compared it',
    comparedNow: 'Marked as compared in this tab, for this session.',
    close: 'Close',
    conversation: 'Conversation',
    message: 'Message',
    messageHint: 'Enter sends, Shift+Enter starts a new line',
    send: 'Send',
    latest: 'Latest messages',
    earlier: (count: number) => `Earlier messages (${count})`,
    empty: 'No messages yet.',
    firstTitle: 'You are the first here',
    aloneTitle: 'You are alone here now',
    invite: (group: string) => `Invite others to “${group}”: they need the link and the password.`,
    sending: 'sending',
    delivered: 'delivered',
    deliveredTo: (confirmed: number, of: number) => `delivered to ${confirmed} of ${of}`,
    nobodyThere: 'nobody else was here',
    wordsTitle: 'What the words mean',
    words: [
      ['direct', 'Tab to tab, without the relay.'],
      ['relayed', 'Through the relay, which sees only encrypted bytes.'],
      ['verified', 'Has proved to your tab that it knows the password.'],
      ['compared', 'You compared the safety number with them yourself.'],
      ['vouched', 'Let in by another member; has not proved the password to your tab yet.'],
      ['epoch', 'Increases with each new group key, whenever somebody joins or leaves.'],
    ] as readonly (readonly [string, string])[],
  },
  removal: removalEnglish,
  help: { help: 'Help', title: 'What you see here', about: 'About', close: 'Close' },
  relay: relayEnglish,
  oneToOne: oneToOneEnglish,
  protocol: protocolEnglish,
  benchmark: benchmarkEnglish,
  charts: chartsEnglish,
  capture: captureEnglish,
  neighbours: neighboursEnglish,
  metrics: {
    title: 'Cryptographic operations in this tab',
    failed: 'The metrics cannot be shown. The room is not affected.',
    exportMetrics: 'Export metrics',
    lastMinute: 'Last minute',
    operations: 'Operations',
    errors: 'Errors',
    recorded: 'Recorded so far',
    latency: 'Latency over time',
    operation: 'Operation',
    allOperations: 'All operations',
    scale: 'Scale',
    scales: { log: 'logarithmic', linear: 'linear' },
    noPoints: 'Nothing was recorded in this time range.',
    chartLabel: (operation: string) => `Latency of ${operation} in milliseconds: p50, p95 and p99`,
    time: 'Time',
    count: 'Count',
    table: 'All operations since this page was opened',
    search: 'Search operations',
    noRows: 'Nothing recorded yet. Join a group to see its cryptography at work.',
    noMatch: 'No operation matches.',
    columns: {
      operation: 'Operation',
      algorithm: 'Algorithm',
      count: 'Count',
      avgMs: 'Avg ms',
      minMs: 'Min ms',
      maxMs: 'Max ms',
      throughputBps: 'Throughput B/s',
      successRate: 'Success rate',
      p50: 'p50 ms',
      p90: 'p90 ms',
      p95: 'p95 ms',
      p99: 'p99 ms',
    },
  },
} as const

/** The shape of a dictionary: the same keys and parameters, other texts. */
type Translated<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : T extends readonly (infer E)[]
      ? readonly E[]
      : { readonly [K in keyof T]: Translated<T[K]> }

export type Wording = Translated<typeof english>

const isKnown = (wording: Wording, code: string): code is keyof Wording['errors'] =>
  Object.hasOwn(wording.errors, code)

export const errorText = (wording: Wording, code: string): string =>
  isKnown(wording, code) ? wording.errors[code] : wording.unknownError(code)
